import './scalars.ts';
import './node.ts';
import './account.ts';
import './session.ts';
import './sign-up.ts';
import './dealership.ts';
import './api-keys.ts';
import './embed-keys.ts';
import './vehicle.ts';
import './vehicle-list.ts';
import './media.ts';
import './media-changes.ts';
import './upload.ts';
import './request-uploads.ts';
import './upload-changes.ts';
import './media-event.ts';
import { builder } from './builder.ts';

export const schema = builder.toSchema();
