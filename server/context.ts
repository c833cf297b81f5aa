import type { LogIn } from './accounts/log-in.ts';
import { MAY } from './accounts/rights.ts';
import type { Staff, Viewer } from './accounts/viewer.ts';
import type { Role } from '../generated/prisma/enums.ts';
import type { PrismaClient } from '../generated/prisma/client.ts';
import type { MediaFeed } from './events/feed.ts';
import type { Gallery } from './gallery/gallery.ts';
import { topLevelError } from './graphql/top-level-error.ts';
import type { RetryMedia } from './processing/retry-media.ts';
import type { Storage } from './storage/storage.ts';
import type { UploadLimits } from './uploads/policy.ts';
import type { Uploads } from './uploads/uploads.ts';
import type { Vehicles } from './vehicles/vehicles.ts';

/** The parts of the server that resolvers use. */
export interface Services {
  prisma: PrismaClient;
  storage: Storage;
  feed: MediaFeed;
  logIn: LogIn;
  vehicles: Vehicles;
  uploads: Uploads;
  limits: UploadLimits;
  gallery: Gallery;
  retryMedia: RetryMedia;
}

/** What a resolver gets. */
export interface Context extends Services {
  viewer: Viewer;
  /** Taken before the operation reads anything; null when it does not ask for it. */
  mediaCursor: string | null;
}

/** The staff member who asks, or a top-level error. */
export function requireStaff({ viewer }: Context, right: keyof typeof MAY): Staff {
  if (viewer.kind !== 'staff') {
    throw topLevelError(
      'UNAUTHENTICATED',
      'Log in first: send a token in the Authorization header.',
    );
  }
  if (!(MAY[right] as readonly Role[]).includes(viewer.role)) {
    throw topLevelError('FORBIDDEN', `The role ${viewer.role} may not do this.`);
  }
  return viewer;
}
