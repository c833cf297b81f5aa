import type { Logger } from 'pino';
import type { Upload } from '../../generated/prisma/client.ts';
import type { Actor } from '../accounts/viewer.ts';
import type { Database } from '../db/database.ts';
import { UserFailure } from '../errors.ts';
import { openGallery } from '../gallery/change-gallery.ts';
import { uploadsIn } from '../gallery/visibility.ts';
import type { IdempotencyKey } from '../idempotency/idempotency-key.ts';
import { bindKey, findKept, once } from '../idempotency/once.ts';
import { StorageError, type Storage } from '../storage/storage.ts';
import { createCompleteUpload, type CompleteUpload } from './complete-upload.ts';
import { createHealing, type Healing } from './heal-uploads.ts';
import { endUpload, findUpload, requireOpen } from './open-upload.ts';
import type { UploadLimits, UploadRequest } from './policy.ts';
import { createParts } from './parts.ts';
import { requestUploads } from './request-uploads.ts';
import { createTickets, shareOf, type ListedUpload, type Ticket, type Tickets } from './tickets.ts';

/** The life of an upload, from ticket to claim. */
export interface Uploads extends Healing, Pick<Tickets, 'target' | 'receivedBytes'> {
  request(actor: Actor, requests: readonly UploadRequest[]): Promise<(Ticket | UserFailure)[]>;
  /** The same upload with its addresses signed anew: those of the given parts, or of those that are left. */
  refresh(
    actor: Actor,
    uploadId: string | null,
    partNumbers: readonly number[] | null,
    key?: IdempotencyKey | null,
  ): Promise<Ticket>;
  complete: CompleteUpload;
  cancel(actor: Actor, uploadId: string | null, key?: IdempotencyKey | null): Promise<Upload>;
  /** What a page can go on with after a reload. */
  open(actor: Actor, vehicleId: string | null | undefined): Promise<ListedUpload[]>;
}

export function createUploads(
  { prisma, asTenant, writeAsTenant }: Pick<Database, 'prisma' | 'asTenant' | 'writeAsTenant'>,
  storage: Storage,
  limits: UploadLimits,
  log: Logger,
): Uploads {
  const parts = createParts(asTenant, storage, limits);
  const tickets = createTickets(asTenant, storage, parts, limits.urlTtlSeconds);
  const complete = createCompleteUpload(asTenant, storage, parts);

  return {
    ...createHealing({ prisma, asTenant, storage, limits, complete, log }),
    target: tickets.target,
    receivedBytes: tickets.receivedBytes,
    complete,

    async request(actor, requests) {
      const outcomes = await requestUploads({ asTenant, writeAsTenant }, limits, actor, requests);
      const atMost = shareOf(outcomes.flatMap((one) => (one instanceof UserFailure ? [] : one)));
      return Promise.all(
        outcomes.map((one) => (one instanceof UserFailure ? one : tickets.of(one, { atMost }))),
      );
    },

    async refresh(actor, uploadId, partNumbers, key) {
      const prisma = asTenant(actor.dealershipId);
      await findKept(prisma, key);
      const upload = await findUpload(prisma, actor, uploadId);
      if (upload.status !== 'COMPLETED') await requireOpen(prisma, upload);
      if (partNumbers !== null) parts.check(upload, partNumbers);
      await bindKey(prisma, key, upload.id);
      return tickets.of(upload, partNumbers === null ? undefined : { numbers: partNumbers });
    },

    async cancel(actor, uploadId, key) {
      const prisma = asTenant(actor.dealershipId);
      const upload = await findUpload(prisma, actor, uploadId);
      let cancelled = false;
      await prisma.$transaction((tx) =>
        once(tx, key, async () => {
          await openGallery(tx, upload);
          cancelled = await endUpload(tx, upload, { status: 'CANCELLED' });
          return upload.id;
        }),
      );
      const ended = await findUpload(prisma, actor, upload.id);
      if (cancelled) {
        await parts.abort(ended).catch(ignoreStorage);
        await storage.delete([ended.storageKey]).catch(ignoreStorage);
      }
      return ended;
    },

    async open(actor, vehicleId) {
      if (vehicleId === null) return [];
      const prisma = asTenant(actor.dealershipId);
      const rows = await prisma.$queryRaw<{ id: string }[]>`
        select id from uploads where dealership_id = ${actor.dealershipId}::uuid
          and status = 'AWAITING_BYTES' and expires_at > now()
          and (${vehicleId ?? null}::uuid is null or vehicle_id = ${vehicleId ?? null}::uuid)`;
      const found = await prisma.upload.findMany({
        where: { AND: [uploadsIn(actor), { id: { in: rows.map(({ id }) => id) } }] },
        orderBy: { createdAt: 'asc' },
      });
      const partsAtMost = shareOf(found);
      return found.map((upload) => ({ ...upload, partsAtMost }));
    },
  };
}

/** A leftover under incoming/ is private and harmless; the answer does not wait for it. */
function ignoreStorage(error: unknown): void {
  if (!(error instanceof StorageError)) throw error;
}
