import type { MediaRecord } from '../events/media-snapshot.ts';
import type { OpenGallery } from '../gallery/change-gallery.ts';

/**
 * The version that the next job of a media makes: above the one it has and
 * those that wait. The poster of a video is counted by itself.
 */
export async function nextVersion(
  { tx, dealershipId }: OpenGallery,
  media: Pick<MediaRecord, 'id' | 'version' | 'posterVersion'>,
  { poster }: { poster: boolean } = { poster: false },
): Promise<number> {
  const waiting = await tx.mediaJob.aggregate({
    where: { dealershipId, mediaId: media.id, poster },
    _max: { version: true },
  });
  return Math.max(poster ? media.posterVersion : media.version, waiting._max.version ?? 0) + 1;
}
