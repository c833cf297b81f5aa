import type { FileHash } from '../hash/hash-blob.ts';
import { VIDEO_TYPE } from './check-file.ts';
import type { QueueOptions } from './queue-options.ts';
import { retrying, type Run } from './run.ts';
import { isInParts, type AnsweredMedia } from './upload-api.ts';
import { UploadFailure } from './upload-failure.ts';

type PosterSteps = Pick<QueueOptions, 'api' | 'hash' | 'poster' | 'send'>;

/**
 * Draws a picture out of a video that has arrived, and sends it after. Resolves
 * without one where the video has one already, the browser cannot play it, or
 * the picture is refused: a video is shown without a poster, too. Rejects with
 * the signal's reason and nothing else.
 */
export async function sendPoster(
  run: Run,
  media: AnsweredMedia | null,
  steps: PosterSteps,
): Promise<void> {
  const { body, contentType, ticket } = run.task;
  if (!media || contentType !== VIDEO_TYPE) return;
  // It shares what was made of the same bytes before.
  if (ticket?.existing !== undefined && media.renditions.length > 0) return;
  const picture = await steps.poster?.(body);
  if (picture) {
    const hash = await steps.hash(picture, run.signal).catch((): null => null);
    const sending = hash && retrying(run, () => send(run, media.id, picture, hash, steps));
    await sending?.catch(() => undefined);
  }
  run.signal.throwIfAborted();
}

async function send(
  { signal, task: { vehicleId, body, id, ticketKey } }: Run,
  mediaId: string,
  picture: Blob,
  hash: FileHash,
  { api, send }: PosterSteps,
): Promise<void> {
  const [ticket] = await api.requestUploads([
    {
      vehicleId: vehicleId ?? '',
      fileName: `${body.name.replace(/\.[^.]*$/, '')}.jpg`,
      contentType: picture.type,
      byteSize: picture.size,
      ...hash,
      posterFor: mediaId,
      clientRef: `${id}-poster`,
      idempotencyKey: `${ticketKey}-poster`,
    },
  ]);
  if (!ticket || ticket instanceof Error) throw ticket;
  signal.throwIfAborted();
  const { target, uploadId } = ticket;
  if (target && !isInParts(target)) {
    const { status } = await send(target, picture, { signal, onProgress: () => {} });
    // 412: it arrived with an earlier try.
    if (status !== 412 && !(status >= 200 && status < 300)) {
      throw new UploadFailure(status === 0 ? 'NETWORK' : 'SERVER');
    }
  }
  await api.completeUpload(uploadId, hash, signal);
}
