import type { Logger } from 'pino';
import { MediaFailure } from './media-failure.ts';
import { MediaProcess, type MediaProcessKind } from './media-process.ts';
import { Turns } from './turns.ts';

export interface ProcessPoolOptions {
  kind: MediaProcessKind;
  /** Jobs at once, each in a process of its own. */
  concurrency: number;
  /** For one job, without the time that it waits for its turn. */
  timeoutMs: number;
  /** Resident memory that a process may reach. */
  memoryMb: number;
  log: Logger;
}

/** Processes that are started when they are needed and used again. */
export interface ProcessPool<Job, Result> {
  /** Waits for its turn. Rejects with {@link MediaFailure}, or with the reason of `signal`. */
  run(job: Job, options?: { signal?: AbortSignal | undefined }): Promise<Result>;
  /** Ends every process; unfinished jobs reject with a retryable INTERNAL. */
  close(): Promise<void>;
}

export function createProcessPool<Job extends object, Result>(
  options: ProcessPoolOptions,
): ProcessPool<Job, Result> {
  const { kind, concurrency, timeoutMs, memoryMb, log } = options;
  const turns = new Turns(concurrency);
  const idle: MediaProcess<Job, Result>[] = [];
  const running = new Map<AbortController, Promise<Result>>();
  let closed = false;

  async function runInTurn(job: Job, signal: AbortSignal): Promise<Result> {
    const endTurn = await turns.take(signal);
    try {
      const child = takeProcess();
      try {
        return await child.run(job, { timeoutMs, signal });
      } finally {
        if (child.usable) idle.push(child);
      }
    } catch (error) {
      if (signal.aborted || error instanceof MediaFailure) throw error;
      throw new MediaFailure('INTERNAL', { cause: error });
    } finally {
      endTurn();
    }
  }

  function takeProcess(): MediaProcess<Job, Result> {
    for (let child = idle.pop(); child; child = idle.pop()) {
      if (child.usable) return child;
    }
    return new MediaProcess({ kind, memoryMb, log });
  }

  return {
    async run(job, { signal } = {}) {
      if (closed) throw new MediaFailure('INTERNAL', { cause: `the ${kind} processor is closed` });
      signal?.throwIfAborted();
      const stop = new AbortController();
      const onAbort = () => stop.abort(signal?.reason);
      signal?.addEventListener('abort', onAbort, { once: true });
      const work = runInTurn(job, stop.signal);
      running.set(stop, work);
      try {
        return await work;
      } finally {
        running.delete(stop);
        signal?.removeEventListener('abort', onAbort);
      }
    },
    async close() {
      closed = true;
      const reason = new MediaFailure('INTERNAL', { cause: `the ${kind} processor was closed` });
      for (const stop of running.keys()) stop.abort(reason);
      await Promise.allSettled(running.values());
      await Promise.all(idle.map((child) => child.kill()));
    },
  };
}
