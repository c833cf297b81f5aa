import { failureOf } from '../api-failure.ts';
import type { FileHash } from '../hash/hash-blob.ts';
import { mayRetry } from './backoff.ts';
import type { Address, AnsweredMedia, Ticket } from './upload-api.ts';
import type { UploadFailureCode } from './upload-failure.ts';
import type { UploadTask } from './upload-task.ts';

/** What became of one PUT. */
export interface SendResult {
  /** Of HTTP; 0 when no answer could be read. */
  readonly status: number;
  readonly retryAfterMs?: number;
}

/** Sends bytes; rejects with the signal's reason and nothing else. */
export type Send = (
  address: Address,
  body: Blob,
  options: { signal: AbortSignal; onProgress: (sentBytes: number) => void },
) => Promise<SendResult>;

/** Bytes that one PUT brings: a file, or a part of one. */
export interface Parcel {
  readonly body: Blob;
  /** Null when the store has them already. */
  readonly address: () => Address | null;
  readonly onProgress: (sentBytes: number) => void;
}

/** What a file meets on its way. Each rejects with UploadFailure, or the signal's reason. */
export interface UploadSteps {
  /** Checks, transforms and hashes, when it is this file's turn. */
  prepare(task: UploadTask, signal: AbortSignal): Promise<FileHash>;
  requestTicket(task: UploadTask, hash: FileHash, signal: AbortSignal): Promise<Ticket>;
  /** New addresses; of the parts that are left unless some are named. */
  refresh(uploadId: string, signal: AbortSignal, parts?: readonly number[]): Promise<Ticket>;
  complete(uploadId: string, hash: FileHash, signal: AbortSignal): Promise<AnsweredMedia | null>;
  /** Sends a video's picture after it. Rejects with the signal's reason and nothing else. */
  sendPoster(run: Run, media: AnsweredMedia | null): Promise<void>;
  /** PUTs when it is this file's turn; `expired` when the address was over by then, and nothing was sent. */
  put(run: Run, parcel: Parcel): Promise<SendResult | 'stored' | 'expired'>;
  /** Resolves when it is time for the next try; `attempt` counts from 0. */
  wait(run: Run, attempt: number, atLeastMs: number): Promise<void>;
  /** Another media has the same bytes. */
  alreadyStored(task: UploadTask, mediaId: string): void;
  accepted(task: UploadTask, media: AnsweredMedia | null): void;
}

/** A file on its way, until it is there, fails, or is stopped. */
export interface Run {
  readonly task: UploadTask;
  readonly steps: UploadSteps;
  /** Of this run alone: a paused file begins another one. */
  readonly signal: AbortSignal;
}

const down: readonly UploadFailureCode[] = ['NETWORK', 'STORAGE_UNAVAILABLE'];

/** Tries again, with longer and longer rests, what mends itself. */
export async function retrying<T>(run: Run, work: () => Promise<T>): Promise<T> {
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await work();
    } catch (error) {
      run.signal.throwIfAborted();
      const failure = failureOf(error);
      if (!failure.transient || !mayRetry(attempt, down.includes(failure.code))) throw failure;
      await run.steps.wait(run, attempt, failure.data.retryAfterMs ?? 0);
    }
  }
}
