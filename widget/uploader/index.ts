import type { CreateUploader } from '../vehicle-media/uploader-host.ts';
import { VehicleUploader } from './vehicle-uploader.ts';

/** The staff half of the element; it adds itself to its host until `disconnect`. */
export const createUploader: CreateUploader = (host) => new VehicleUploader(host);
