import { v7 as uuid } from 'uuid';
import type { Prisma, PrismaClient, Upload } from '../../generated/prisma/client.ts';
import { mediaChange, openGallery, type OpenGallery } from '../gallery/change-gallery.ts';
import type { IdempotencyKey } from '../idempotency/idempotency-key.ts';
import { once } from '../idempotency/once.ts';
import { nextVersion } from '../processing/next-version.ts';
import type { MediaJob } from '../processing/queue.ts';

/**
 * Takes the bytes over, once: the ticket is done, the media is in the gallery,
 * its work is queued and its event written, all in one transaction. Whoever
 * comes second gets what the first one made.
 */
export async function claimUpload(
  prisma: PrismaClient,
  upload: Upload,
  sha256: string,
  key?: IdempotencyKey | null,
): Promise<Upload> {
  const { id, dealershipId } = upload;
  await prisma.$transaction((tx) => once(tx, key, () => claim(tx, upload, sha256)));
  return prisma.upload.findUniqueOrThrow({ where: { dealershipId_id: { dealershipId, id } } });
}

/** Null when the bytes are not to be had any more. */
async function claim(
  tx: Prisma.TransactionClient,
  upload: Upload,
  sha256: string,
): Promise<string | null> {
  const { id, dealershipId, vehicleId } = upload;
  const gallery = await openGallery(tx, { dealershipId, vehicleId });
  if (!gallery) return null;
  const { count } = await tx.upload.updateMany({
    where: { dealershipId, id, status: 'AWAITING_BYTES' },
    data: { status: 'COMPLETED', sha256, completedAt: gallery.now },
  });
  if (count === 0) {
    const over = await tx.upload.findFirst({ where: { dealershipId, id, status: 'COMPLETED' } });
    return over && id;
  }
  const job = await acceptBytes(gallery, upload, {
    sha256,
    sourceKey: upload.storageKey,
    rendered: false,
  });
  return job && id;
}

export interface AcceptedBytes {
  sha256: string;
  sourceKey: string;
  /** Whether there are renditions of them already. */
  rendered: boolean;
}

/** Queues the work on bytes, and puts a new media in the gallery. Null when the media has gone. */
export async function acceptBytes(
  gallery: OpenGallery,
  upload: Upload,
  { sha256, sourceKey, rendered }: AcceptedBytes,
): Promise<MediaJob | null> {
  const { tx, dealershipId, vehicleId } = gallery;
  const before = await gallery.find(upload.mediaId);
  if (!before) return null;
  const row = await tx.mediaJob.create({
    data: {
      id: uuid(),
      dealershipId,
      mediaId: before.id,
      version: await nextVersion(gallery, before, upload),
      poster: upload.poster,
      rendered,
      sourceKey,
      sha256,
      fileName: upload.fileName,
      contentType: upload.contentType,
      byteSize: upload.byteSize,
    },
  });
  const job = { ...row, vehicleId };
  if (upload.replaces || upload.poster) return job;
  const media = await gallery.update(before.id, { status: 'UPLOADED', originalSha256: sha256 });
  await gallery.changed();
  await gallery.emit(mediaChange('MEDIA_ADDED', media), { mediaId: media.id, forPublic: false });
  if (upload.position !== null) {
    const order = (await gallery.list())
      .map((listed) => listed.id)
      .filter((listed) => listed !== media.id);
    if (upload.position < order.length) {
      order.splice(upload.position, 0, media.id);
      await gallery.arrange(order);
    }
  }
  return job;
}
