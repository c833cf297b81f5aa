import type { PrismaClient } from '../../generated/prisma/client.ts';
import { mediaChange, type OpenGallery } from '../gallery/change-gallery.ts';
import type { MediaRecord } from '../events/media-snapshot.ts';
import type { MediaErrorCode } from '../media/media-failure.ts';
import { keepObjects } from '../objects/orphans.ts';
import type { ProcessedVideo } from '../media/video-processor.ts';
import { becomeReady, endJob, forJob, replaceRenditions } from './media-status.ts';
import type { PublishedRendition } from './publish-renditions.ts';
import type { PublishedVideo } from './publish-video.ts';
import type { MediaJob } from './queue.ts';

const POSTER_FAILED: MediaErrorCode = 'UNREADABLE_POSTER';

/** Its poster, and what is wrong with that, stay as they are. */
export async function markVideoReady(
  prisma: PrismaClient,
  job: MediaJob,
  video: ProcessedVideo,
  published: PublishedVideo,
): Promise<void> {
  await forJob(prisma, job, async (gallery, media) => {
    if (!(await endJob(gallery, job)) || media.version >= job.version) return;
    await becomeReady(gallery, media, job, {
      width: video.width,
      height: video.height,
      durationMs: video.durationMs,
      videoKey: published.storageKey,
      videoCodecs: video.codecs,
      videoByteSize: published.byteSize,
      warningCode: media.warningCode === POSTER_FAILED ? POSTER_FAILED : null,
    });
    await keepObjects(gallery.tx, [published.storageKey]);
  });
}

/** The public hears of it once the video itself can be shown. */
export async function markPosterReady(
  prisma: PrismaClient,
  job: MediaJob,
  placeholder: string,
  renditions: readonly PublishedRendition[],
): Promise<void> {
  await forJob(prisma, job, async (gallery, media) => {
    if (!(await endJob(gallery, job)) || media.posterVersion >= job.version) return;
    await replaceRenditions(gallery, media, renditions);
    const updated = await gallery.update(media.id, {
      placeholder,
      posterVersion: job.version,
      ...(media.warningCode === POSTER_FAILED && { warningCode: null }),
    });
    await emitPoster(gallery, updated, { forPublic: media.status === 'READY' });
  });
}

/** The video is shown all the same, with the poster that it had, if any. */
export async function markPosterFailed(prisma: PrismaClient, job: MediaJob): Promise<void> {
  await forJob(prisma, job, async (gallery, media) => {
    if (!(await endJob(gallery, job)) || media.posterVersion >= job.version) return;
    const warned = await gallery.update(media.id, { warningCode: POSTER_FAILED });
    await emitPoster(gallery, warned, { forPublic: false });
  });
}

async function emitPoster(
  gallery: OpenGallery,
  media: MediaRecord,
  { forPublic }: { forPublic: boolean },
): Promise<void> {
  if (media.deletedAt || media.status === 'PENDING_UPLOAD') return;
  await gallery.emit(mediaChange('MEDIA_UPDATED', media), { mediaId: media.id, forPublic });
}
