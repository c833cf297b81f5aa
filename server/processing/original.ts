import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { StorageError, type Storage } from '../storage/storage.ts';
import { MediaFailure } from '../media/media-failure.ts';
import type { MediaJob } from './queue.ts';

/**
 * Copies the bytes of a job to a file and holds them to the hash that was
 * claimed. They are where they were sent to, or, when an attempt before came
 * that far, where they are kept. Rejects with BYTES_CHANGED when they are at
 * neither place, or with the reason of `signal`.
 */
export async function fetchOriginal(
  storage: Storage,
  job: MediaJob,
  file: string,
  signal: AbortSignal,
): Promise<void> {
  for (const key of new Set([job.sourceKey, originalKey(job)])) {
    if ((await copyToFile(storage, key, file, signal)) === job.sha256) return;
  }
  throw new MediaFailure('BYTES_CHANGED');
}

/** Resolves to the SHA-256, hex; null when there is no such object. */
async function copyToFile(
  storage: Storage,
  key: string,
  file: string,
  signal: AbortSignal,
): Promise<string | null> {
  try {
    await pipeline(await storage.read(key, { signal }), createWriteStream(file), { signal });
  } catch (error) {
    if (error instanceof StorageError && error.code === 'NOT_FOUND') return null;
    throw error;
  }
  const sha256 = createHash('sha256');
  await pipeline(createReadStream(file), sha256);
  return sha256.digest('hex');
}

export function originalKey(
  job: Pick<MediaJob, 'dealershipId' | 'vehicleId' | 'mediaId' | 'version' | 'poster'>,
): string {
  const version = job.poster ? `poster-${job.version}` : job.version;
  return `originals/${job.dealershipId}/${job.vehicleId}/${job.mediaId}/${version}`;
}

/** Moves verified bytes out of reach of the address they were sent to. Resolves to their key. */
export async function keepOriginal(
  storage: Storage,
  job: MediaJob,
  file: string,
  signal: AbortSignal,
): Promise<string> {
  const key = originalKey(job);
  if (key !== job.sourceKey) {
    await storage.write(key, { filePath: file }, { contentType: job.contentType, signal });
  }
  return key;
}
