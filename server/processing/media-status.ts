import type { MediaStatus, Prisma, PrismaClient } from '../../generated/prisma/client.ts';
import type { MediaRecord } from '../events/media-snapshot.ts';
import { takeSnapshot } from '../events/media-snapshot.ts';
import { changeGallery, mediaChange, type OpenGallery } from '../gallery/change-gallery.ts';
import { keepObjects } from '../objects/orphans.ts';
import type { ProcessedImage } from '../media/image-processor.ts';
import type { MediaErrorCode } from '../media/media-failure.ts';
import type { PublishedRendition } from './publish-renditions.ts';
import type { MediaJob } from './queue.ts';

/** Opens the gallery of a job that still stands; does nothing when its media has gone. */
export async function forJob(
  prisma: PrismaClient,
  job: MediaJob,
  work: (gallery: OpenGallery, media: MediaRecord) => Promise<void>,
): Promise<void> {
  await changeGallery(prisma, job, async (gallery) => {
    const media = await gallery.find(job.mediaId);
    if (media) await work(gallery, media);
  });
}

/** Deletes the job; false when another worker took or ended it meanwhile. */
export async function endJob({ tx }: OpenGallery, job: MediaJob): Promise<boolean> {
  const { count } = await tx.mediaJob.deleteMany({
    where: { dealershipId: job.dealershipId, id: job.id, attempts: job.attempts },
  });
  return count > 0;
}

/** The original has been kept, or is nobody's any more: there is nothing more to do. */
export async function markKept(prisma: PrismaClient, job: MediaJob): Promise<void> {
  await forJob(prisma, job, async (gallery) => void (await endJob(gallery, job)));
}

/** Whether the media has gone, or shows what came after the bytes of the job. */
export async function isReplaced(prisma: PrismaClient, job: MediaJob): Promise<boolean> {
  const { dealershipId, mediaId, version } = job;
  const where = { dealershipId, id: mediaId, version: { lte: version } };
  return (await prisma.media.count({ where })) === 0;
}

/** Tells of a status that changed. */
export async function emitStatus(
  gallery: OpenGallery,
  from: MediaStatus,
  media: MediaRecord,
): Promise<void> {
  if (media.deletedAt || from === media.status) return;
  await gallery.emit(
    { type: 'MEDIA_STATUS_CHANGED', media: takeSnapshot(media), from, to: media.status },
    { mediaId: media.id, forPublic: media.status === 'READY' },
  );
}

export async function markProcessing(prisma: PrismaClient, job: MediaJob): Promise<void> {
  await forJob(prisma, job, async (gallery, media) => {
    if (media.status !== 'UPLOADED') return;
    await emitStatus(
      gallery,
      media.status,
      await gallery.update(media.id, { status: 'PROCESSING' }),
    );
  });
}

export async function markReady(
  prisma: PrismaClient,
  job: MediaJob,
  image: ProcessedImage,
  renditions: readonly PublishedRendition[],
): Promise<void> {
  await forJob(prisma, job, async (gallery, media) => {
    if (!(await endJob(gallery, job)) || media.version >= job.version) return;
    await replaceRenditions(gallery, media, renditions);
    await becomeReady(gallery, media, job, {
      width: image.width,
      height: image.height,
      placeholder: image.placeholder,
      warningCode: null,
    });
  });
}

export async function replaceRenditions(
  { tx, dealershipId }: OpenGallery,
  { id: mediaId }: MediaRecord,
  renditions: readonly Omit<Prisma.RenditionCreateManyInput, 'dealershipId' | 'mediaId'>[],
): Promise<void> {
  await tx.rendition.deleteMany({ where: { dealershipId, mediaId } });
  await tx.rendition.createMany({
    data: renditions.map((rendition) => ({ ...rendition, dealershipId, mediaId })),
  });
  await keepObjects(
    tx,
    renditions.map(({ storageKey }) => storageKey),
  );
}

/** Shows what a job made from now on, and tells of it. */
export async function becomeReady(
  gallery: OpenGallery,
  media: MediaRecord,
  job: MediaJob,
  made: Prisma.MediaUncheckedUpdateInput,
): Promise<void> {
  const ready = await gallery.update(media.id, {
    ...made,
    status: 'READY',
    version: job.version,
    originalFileName: job.fileName,
    originalContentType: job.contentType,
    originalByteSize: job.byteSize,
    originalSha256: job.sha256,
    errorCode: null,
    readyAt: media.readyAt ?? gallery.now,
  });
  if (media.status !== 'READY') return emitStatus(gallery, media.status, ready);
  if (!media.deletedAt) {
    await gallery.emit(mediaChange('MEDIA_UPDATED', ready), {
      mediaId: media.id,
      forPublic: true,
    });
  }
}

/** A media that was READY keeps its old version and gets a warning instead. */
export async function markFailed(
  prisma: PrismaClient,
  job: MediaJob,
  code: MediaErrorCode,
): Promise<void> {
  await forJob(prisma, job, async (gallery, media) => {
    if (!(await endJob(gallery, job)) || media.version >= job.version) return;
    if (media.status === 'READY') {
      const warned = await gallery.update(media.id, { warningCode: code });
      if (media.deletedAt) return;
      await gallery.emit(mediaChange('MEDIA_UPDATED', warned), {
        mediaId: media.id,
        forPublic: false,
      });
      return;
    }
    await emitStatus(
      gallery,
      media.status,
      await gallery.update(media.id, { status: 'FAILED', errorCode: code }),
    );
  });
}
