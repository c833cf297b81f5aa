import type { Accounts } from './accounts/accounts.ts';
import { may, refusal, type Right } from './accounts/rights.ts';
import type { Actor, Staff, Viewer, Viewers } from './accounts/viewer.ts';
import type { ViewerChanges } from './accounts/viewer-changes.ts';
import type { PrismaClient } from '../generated/prisma/client.ts';
import type { TenantClients } from './db/tenant-clients.ts';
import type { TrustedDocuments } from './documents/trusted-documents.ts';
import type { MediaFeed } from './events/feed.ts';
import type { Gallery } from './gallery/gallery.ts';
import type { ApiKeys } from './keys/api-keys.ts';
import type { EmbedKeys } from './keys/embed-keys.ts';
import type { UploadTokens } from './keys/upload-tokens.ts';
import { topLevelError } from './graphql/top-level-error.ts';
import type { RateLimits } from './rate-limits/rate-limits.ts';
import type { RetryMedia } from './processing/retry-media.ts';
import type { Storage } from './storage/storage.ts';
import type { UploadLimits } from './uploads/policy.ts';
import type { Uploads } from './uploads/uploads.ts';
import type { Vehicles } from './vehicles/vehicles.ts';

/** The parts of the server that resolvers use. */
export interface Services {
  tenants: Pick<TenantClients, 'asTenant' | 'asVisitor' | 'readAs'>;
  storage: Storage;
  feed: MediaFeed;
  accounts: Accounts;
  viewerChanges: ViewerChanges;
  stillMay: Viewers['stillMay'];
  apiKeys: ApiKeys;
  embedKeys: EmbedKeys;
  uploadTokens: UploadTokens;
  trustedDocuments: TrustedDocuments;
  vehicles: Vehicles;
  uploads: Uploads;
  limits: UploadLimits;
  gallery: Gallery;
  retryMedia: RetryMedia;
  rateLimits: RateLimits;
}

/** The address of what the server asks itself, for its own pages. */
export const IN_PROCESS = 'this server';

/** What a resolver gets. */
export interface Context extends Services {
  viewer: Viewer;
  /** Reaches what is the viewer's dealership's, and for visitors what it has published. */
  prisma: PrismaClient;
  /** Where the request came from, as limits count it. */
  address: string;
  /** Taken before the operation reads anything; null when it does not ask for it. */
  mediaCursor: string | null;
}

/** Whoever asks, when it holds the right; else a top-level error. */
export function requireRight({ viewer }: Context, right: Right): Actor {
  if (viewer.kind !== 'visitor' && may(viewer, right)) return viewer;
  throw topLevelError(
    viewer.kind === 'visitor' ? 'UNAUTHENTICATED' : 'FORBIDDEN',
    refusal(viewer, right),
  );
}

/** The person who asks, when they hold the right; else a top-level error. */
export function requirePerson(context: Context, right: Right): Staff {
  const actor = requireRight(context, right);
  if (actor.kind === 'staff') return actor;
  throw topLevelError('FORBIDDEN', 'Only people may do this. Log in with e-mail and password.');
}

/** The client that serves a viewer. */
export function clientFor(viewer: Viewer, tenants: Services['tenants']): PrismaClient {
  return viewer.kind === 'visitor'
    ? tenants.asVisitor(viewer.dealershipId)
    : tenants.asTenant(viewer.dealershipId);
}
