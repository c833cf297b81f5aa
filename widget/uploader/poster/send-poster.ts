import type { FileHash } from '../hash/hash-blob.ts';
import { backoffMs, delay } from '../queue/backoff.ts';
import type { Send } from '../queue/run.ts';
import { isInParts, type UploadApi } from '../queue/upload-api.ts';
import type { UploadTask } from '../queue/upload-task.ts';
import { posterOf } from './draw-poster.ts';

const TRIES = 5;

export interface PosterSteps {
  readonly api: UploadApi;
  readonly hash: (file: Blob, signal: AbortSignal) => Promise<FileHash>;
  readonly send: Send;
}

/**
 * Draws a picture out of a video that has arrived, and sends it after. Resolves
 * without one where the browser cannot play the video, or the picture does not
 * come through: a video is shown without a poster, too.
 */
export async function sendPoster(
  task: UploadTask,
  mediaId: string,
  steps: PosterSteps,
  signal: AbortSignal,
): Promise<void> {
  const poster = await posterOf(task.file);
  if (!poster) return;
  for (let attempt = 0; attempt < TRIES && !signal.aborted; attempt += 1) {
    try {
      return await send(task, mediaId, poster, steps, signal);
    } catch {
      await delay(backoffMs(attempt), signal).catch(() => {});
    }
  }
}

async function send(
  { vehicleId, body, id, ticketKey }: UploadTask,
  mediaId: string,
  poster: Blob,
  { api, hash, send }: PosterSteps,
  signal: AbortSignal,
): Promise<void> {
  const { md5, sha256 } = await hash(poster, signal);
  const [ticket] = await api.requestUploads([
    {
      vehicleId: vehicleId ?? '',
      fileName: `${body.name.replace(/\.[^.]*$/, '')}.jpg`,
      contentType: poster.type,
      byteSize: poster.size,
      md5,
      sha256,
      posterFor: mediaId,
      clientRef: `${id}-poster`,
      idempotencyKey: `${ticketKey}-poster`,
    },
  ]);
  if (!ticket || ticket instanceof Error) throw ticket;
  const { target, uploadId } = ticket;
  if (target && !isInParts(target)) {
    const { status } = await send(target, poster, { signal, onProgress: () => {} });
    // 412: it arrived with an earlier try.
    if (status !== 412 && !(status >= 200 && status < 300)) throw new Error(`${status}`);
  }
  await api.completeUpload(uploadId, { md5, sha256 }, signal);
}
