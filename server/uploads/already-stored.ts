import type { Upload } from '../../generated/prisma/client.ts';
import type { Actor } from '../accounts/viewer.ts';
import type { MediaRecord } from '../events/media-snapshot.ts';
import type { OpenGallery } from '../gallery/change-gallery.ts';
import { keepObjects } from '../objects/orphans.ts';
import { findOriginal } from '../processing/find-original.ts';
import { becomeReady, replaceRenditions } from '../processing/media-status.ts';
import { acceptBytes } from './claim-upload.ts';
import type { AllowedUpload } from './policy.ts';

/** A media of the dealership whose original has the bytes that somebody wants to send. */
export interface StoredBytes {
  existing: MediaRecord;
  sha256: string;
  /** Where the bytes are as long as this transaction, or a job that names them, goes on. */
  sourceKey: string;
}

/**
 * Null when the dealership has no such bytes, or for an upload token its vehicle has none. What another transaction is about
 * to change or to end counts as none: to wait for it could be a deadlock.
 */
export async function findStored(
  { tx, dealershipId, vehicleId }: OpenGallery,
  { sha256, byteSize, contentType }: AllowedUpload,
  actor: Actor,
): Promise<StoredBytes | null> {
  if (sha256 === null) return null;
  const [found] = await tx.$queryRaw<{ id: string }[]>`
    select id from media
    where dealership_id = ${dealershipId}::uuid and original_sha256 = ${sha256}
      and original_byte_size = ${byteSize}::bigint and original_content_type = ${contentType}
      and status in ('READY', 'PROCESSING', 'UPLOADED') and deleted_at is null
      and (${actor.kind !== 'uploader'} or vehicle_id = ${vehicleId}::uuid)
    order by status = 'READY' desc, vehicle_id = ${vehicleId}::uuid desc, id
    limit 1 for share skip locked`;
  if (!found) return null;
  const existing = await tx.media.findFirstOrThrow({
    where: { dealershipId, id: found.id },
    include: { renditions: true },
  });
  if (existing.status === 'READY') {
    const sourceKey = await findOriginal(tx, existing);
    return sourceKey === null ? null : { existing, sha256, sourceKey };
  }
  const [job] = await tx.$queryRaw<{ sourceKey: string }[]>`
    select source_key "sourceKey" from media_jobs
    where dealership_id = ${dealershipId}::uuid and media_id = ${existing.id}::uuid
      and sha256 = ${sha256} and not poster
    order by version desc limit 1 for share skip locked`;
  return job ? { existing, sha256, sourceKey: job.sourceKey } : null;
}

/**
 * Completes an upload with bytes that are stored already. Its media is shown at
 * once where the existing one is: renditions are shared, since their content
 * decides their keys. The original is copied by a job of its own, so that each
 * media goes on without the other.
 */
export async function attachStored(
  gallery: OpenGallery,
  upload: Upload,
  { existing, sha256, sourceKey }: StoredBytes,
): Promise<Upload> {
  const { tx, dealershipId, now } = gallery;
  const rendered = existing.status === 'READY';
  const completed = await tx.upload.update({
    where: { dealershipId_id: { dealershipId, id: upload.id } },
    data: {
      status: 'COMPLETED',
      sha256,
      completedAt: now,
      existingMediaId: existing.id,
      sourceKey,
    },
  });
  const job = await acceptBytes(gallery, completed, { sha256, sourceKey, rendered });
  await keepObjects(tx, [sourceKey, ...(existing.videoKey === null ? [] : [existing.videoKey])]);
  const media = rendered ? await gallery.find(upload.mediaId) : null;
  if (!job || !media) return completed;
  // A video that takes the place of another leaves the poster as it is.
  const pictures = existing.kind === 'IMAGE' || !upload.replaces;
  if (pictures) await replaceRenditions(gallery, media, existing.renditions);
  await becomeReady(gallery, media, job, {
    width: existing.width,
    height: existing.height,
    durationMs: existing.durationMs,
    videoKey: existing.videoKey,
    videoCodecs: existing.videoCodecs,
    videoByteSize: existing.videoByteSize,
    warningCode: null,
    ...(pictures && {
      placeholder: existing.placeholder,
      posterVersion: Math.min(existing.posterVersion, 1),
    }),
  });
  return completed;
}
