import { v7 as uuid } from 'uuid';
import type { Upload } from '../../generated/prisma/client.ts';
import type { Actor } from '../accounts/viewer.ts';
import type { Database } from '../db/database.ts';
import type { MediaRecord } from '../events/media-snapshot.ts';
import { changeMedia, unknownMedia, type OpenGallery } from '../gallery/change-gallery.ts';
import { openRoom } from '../gallery/room.ts';
import type { UsageLimits } from '../gallery/storage-usage.ts';
import type { IdempotencyKey } from '../idempotency/idempotency-key.ts';
import { findOriginal } from './find-original.ts';
import { emitStatus } from './media-status.ts';
import { nextVersion } from './next-version.ts';
import { originalKey } from './original.ts';

/** Prepares a FAILED media once more; leaves any other as it is. Resolves to its id. */
export type RetryMedia = (
  actor: Actor,
  mediaId: string | null,
  key?: IdempotencyKey | null,
) => Promise<string>;

export function createRetryMedia(
  { asTenant }: Pick<Database, 'asTenant'>,
  limits: UsageLimits,
): RetryMedia {
  return (actor, mediaId, key) =>
    changeMedia(
      asTenant(actor.dealershipId),
      actor.dealershipId,
      mediaId,
      key,
      (gallery, found) => {
        if (found.deletedAt || found.status === 'PENDING_UPLOAD') throw unknownMedia();
        return queueAgain(gallery, limits, found);
      },
    );
}

/** With what was sent last; media that came by no upload have nothing but their original. */
async function queueAgain(
  gallery: OpenGallery,
  limits: UsageLimits,
  media: MediaRecord,
): Promise<void> {
  if (media.status !== 'FAILED' || media.originalSha256 === null) return;
  const { tx, dealershipId, vehicleId } = gallery;
  const version = await nextVersion(gallery, media);
  const sent = await tx.upload.findFirst({
    where: { dealershipId, mediaId: media.id, poster: false, status: 'COMPLETED' },
    orderBy: [{ completedAt: 'desc' }, { id: 'desc' }],
  });
  const room = await openRoom(gallery, limits);
  await tx.mediaJob.create({
    data: {
      id: uuid(),
      dealershipId,
      mediaId: media.id,
      version,
      sourceKey: sent
        ? await sourceOf(gallery, sent)
        : originalKey({ dealershipId, vehicleId, mediaId: media.id, version, poster: false }),
      sha256: sent?.sha256 ?? media.originalSha256,
      fileName: sent?.fileName ?? media.originalFileName,
      contentType: sent?.contentType ?? media.originalContentType,
      byteSize: sent?.byteSize ?? media.originalByteSize,
    },
  });
  // What was sent last may be larger than what the media takes since it failed.
  await room.hold(['input', 'id']);
  const queued = await gallery.update(media.id, { status: 'UPLOADED', errorCode: null });
  await emitStatus(gallery, media.status, queued);
}

/**
 * Where the bytes of an upload are that were stored before: where the media that has
 * them has them from, once that is READY.
 */
async function sourceOf({ tx, dealershipId }: OpenGallery, sent: Upload): Promise<string> {
  const { existingMediaId, sha256, sourceKey, storageKey } = sent;
  const existing =
    existingMediaId &&
    (await tx.media.findFirst({
      where: { dealershipId, id: existingMediaId, status: 'READY', originalSha256: sha256 },
    }));
  if (!existing) return sourceKey ?? storageKey;
  // Its original is copied at this very moment when nothing is to be found.
  return (
    (await findOriginal(tx, existing)) ??
    originalKey({ ...existing, mediaId: existing.id, poster: false })
  );
}
