import { setMaxListeners } from 'node:events';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { randomUUID } from 'node:crypto';
import type { Logger } from 'pino';
import type { Database } from '../db/database.ts';
import { failpoint } from '../failpoint.ts';
import { isDiskFull } from '../storage/disk-error.ts';
import { StorageError, type Storage } from '../storage/storage.ts';
import type { ImageProcessor } from '../media/image-processor.ts';
import type { VideoProcessor } from '../media/video-processor.ts';
import { MediaFailure } from '../media/media-failure.ts';
import { isReplaced, markFailed, markKept, markProcessing } from './media-status.ts';
import { fetchOriginal, keepOriginal } from './original.ts';
import type { MediaJob, MediaQueue } from './queue.ts';
import { prepareMedia } from './prepare-media.ts';
import { openWorkFolder } from './work-folder.ts';
import { markPosterFailed } from './video-status.ts';

/** Tries of a fault that may pass; a store that is down does not count. */
const MAX_ATTEMPTS = 3;
/** Between two tries while the store is down. */
const OUTAGE_SECONDS = 5;
/** Between two tries of what is tried until it succeeds. */
const LONGEST_WAIT_SECONDS = 3_600;
const DEFAULT_LEASE_SECONDS = 30;
/** Renewals in the time of a lease: one that fails or is late costs nothing. */
const BEATS_PER_LEASE = 4;
const IDLE_POLL_MS = 5_000;

export interface MediaWorkerOptions {
  db: Database;
  storage: Storage;
  queue: MediaQueue;
  processor: ImageProcessor;
  videoProcessor: VideoProcessor;
  concurrency: number;
  /** How long a job stays with a worker that died, 30 s unless given. While one works, it renews its lease. */
  leaseSeconds?: number;
  log: Logger;
}

/** Turns claimed bytes into what pages show: takes jobs until it is closed. */
export interface MediaWorker {
  /** Resolves when what was begun has ended or was given back. */
  close(): Promise<void>;
}

export async function startMediaWorker(options: MediaWorkerOptions): Promise<MediaWorker> {
  const { db, storage, queue, processor, videoProcessor, concurrency, log } = options;
  const { leaseSeconds = DEFAULT_LEASE_SECONDS } = options;
  const folder = await openWorkFolder(log);
  const closing = new AbortController();
  // One for every read and write that is under way.
  setMaxListeners(0, closing.signal);
  const preparation = {
    storage,
    processor,
    videoProcessor,
    signal: closing.signal,
  };
  const running = new Set<Promise<void>>();
  let timer: NodeJS.Timeout | null = null;
  let looking: Promise<void> | null = null;
  let lookAgain = false;

  async function work(job: MediaJob): Promise<void> {
    const file = path.join(folder.path, randomUUID());
    const beat = setInterval(() => void keep(job), (leaseSeconds * 1_000) / BEATS_PER_LEASE);
    try {
      if (!job.rendered && job.attempts > MAX_ATTEMPTS + 2) throw new MediaFailure('INTERNAL');
      const prisma = db.asTenant(job.dealershipId);
      if (!job.poster) await markProcessing(prisma, job);
      await fetchOriginal(storage, job, file, closing.signal);
      const originalKey = await keepOriginal(storage, job, file, closing.signal);
      if (job.rendered) await markKept(prisma, job);
      else await prepareMedia({ ...preparation, prisma }, job, file);
      await failpoint('media-ready');
      if (originalKey !== job.sourceKey) await dropSource(job);
    } catch (error) {
      await giveUpOrBack(job, error);
    } finally {
      clearInterval(beat);
      await rm(file, { force: true });
    }
  }

  async function keep(job: MediaJob): Promise<void> {
    try {
      await queue.renew(job, leaseSeconds);
    } catch (error) {
      log.warn({ err: error, mediaId: job.mediaId }, 'the lease of a media job was not renewed');
    }
  }

  /** What stays is private, and housekeeping finds it. */
  async function dropSource(job: MediaJob): Promise<void> {
    try {
      // An original is another media's, and another job may be about the same bytes.
      if (!job.sourceKey.startsWith('incoming/')) return;
      const others = await db.prisma.mediaJob.count({ where: { sourceKey: job.sourceKey } });
      if (others > 0) return;
      await storage.delete([job.sourceKey]);
    } catch (error) {
      log.warn({ err: error, mediaId: job.mediaId }, 'the bytes that were sent stay for a while');
    }
  }

  async function giveUpOrBack(job: MediaJob, error: unknown): Promise<void> {
    if (closing.signal.aborted) return queue.release(job, 0, 'returned');
    if (error instanceof StorageError) {
      // Whatever the store has against it, the photo was acknowledged: it waits.
      log[error.code === 'DENIED' ? 'error' : 'warn'](
        { err: error, mediaId: job.mediaId },
        error.code === 'DENIED'
          ? 'storage refuses; the media waits until an operator has mended it'
          : 'storage does not answer; the media is tried again',
      );
      return queue.release(job, OUTAGE_SECONDS, 'returned');
    }
    if (isDiskFull(error) || (error instanceof MediaFailure && isDiskFull(error.cause))) {
      log.error(
        { err: error, mediaId: job.mediaId },
        'the temporary folder has no room left; the media waits until an operator has made some',
      );
      return queue.release(job, OUTAGE_SECONDS, 'returned');
    }
    const failure =
      error instanceof MediaFailure ? error : new MediaFailure('INTERNAL', { cause: error });
    if (job.rendered) return waitForOriginal(job, failure);
    if (failure.retryable && job.attempts < MAX_ATTEMPTS) {
      log.warn(
        { err: failure, mediaId: job.mediaId },
        'the media could not be prepared; it is tried again',
      );
      return queue.release(job, 2 ** job.attempts, 'counts');
    }
    log.warn(
      { err: failure, mediaId: job.mediaId, code: failure.code },
      'the media cannot be prepared',
    );
    const prisma = db.asTenant(job.dealershipId);
    return job.poster ? markPosterFailed(prisma, job) : markFailed(prisma, job, failure.code);
  }

  /** The media is shown already, and has nothing else to be made from: its job ends with a copy, or with the media. */
  async function waitForOriginal(job: MediaJob, failure: MediaFailure): Promise<void> {
    const prisma = db.asTenant(job.dealershipId);
    if (await isReplaced(prisma, job)) return markKept(prisma, job);
    log.error(
      { err: failure, mediaId: job.mediaId, sourceKey: job.sourceKey },
      'the original of a media that is shown cannot be kept; it is tried again',
    );
    return queue.release(job, Math.min(2 ** job.attempts, LONGEST_WAIT_SECONDS), 'counts');
  }

  async function look(): Promise<void> {
    while (running.size < concurrency && !closing.signal.aborted) {
      const job = await queue.take(leaseSeconds);
      if (job === null) break;
      const task = work(job)
        .catch((error: unknown) =>
          log.error({ err: error, mediaId: job.mediaId }, 'a media job broke off'),
        )
        .finally(() => {
          running.delete(task);
          wake();
        });
      running.add(task);
    }
    const wait = running.size < concurrency ? await queue.nextInMilliseconds() : null;
    schedule(Math.min(IDLE_POLL_MS, (wait ?? IDLE_POLL_MS) + 10));
  }

  function schedule(milliseconds: number): void {
    if (timer) clearTimeout(timer);
    timer = setTimeout(wake, milliseconds);
    timer.unref();
  }

  function wake(): void {
    if (closing.signal.aborted) return;
    if (looking) {
      lookAgain = true;
      return;
    }
    looking = look()
      .catch((error: unknown) => {
        log.warn({ err: error }, 'the media queue cannot be read; trying again');
        schedule(IDLE_POLL_MS);
      })
      .finally(() => {
        looking = null;
        if (!lookAgain) return;
        lookAgain = false;
        wake();
      });
  }

  const stopListening = concurrency > 0 ? await queue.onJob(wake) : null;

  return {
    async close() {
      closing.abort(new Error('The server stops'));
      if (timer) clearTimeout(timer);
      await stopListening?.();
      await looking;
      await Promise.all(running);
      await folder.close();
    },
  };
}
