import type { FileHash } from '../hash/hash-blob.ts';
import type { PreparedFile } from '../prepare/prepared-file.ts';
import type { Send } from './run.ts';
import type { AnsweredMedia, UploadApi } from './upload-api.ts';
import type { UploadTask } from './upload-task.ts';

export type QueueEvent =
  | { readonly type: 'start' | 'progress' | 'failed' | 'rejected'; readonly task: UploadTask }
  | { readonly type: 'duplicate'; readonly task: UploadTask; readonly mediaId: string | null }
  | {
      readonly type: 'retry';
      readonly task: UploadTask;
      readonly attempt: number;
      readonly delayMs: number;
    }
  | { readonly type: 'accepted'; readonly task: UploadTask; readonly media: AnsweredMedia | null }
  | {
      readonly type: 'complete';
      readonly succeeded: readonly UploadTask[];
      readonly failed: readonly UploadTask[];
    };

/** What the queue needs from the page around it. */
export interface QueueOptions {
  readonly api: UploadApi;
  readonly send: Send;
  readonly vehicleId: () => string | null;
  readonly concurrency: () => number;
  readonly maxFiles: () => number | null;
  /** Rejects with UploadFailure what the page does not want, as it was chosen. */
  readonly validate: (file: File) => Promise<void>;
  /** Rejects with UploadFailure what must not be sent; resolves to the bytes' type. */
  readonly check: (file: File) => Promise<string>;
  /** Makes of a file what is sent; null when nothing is to be made. */
  readonly transform: () => ((file: File, signal: AbortSignal) => Promise<File>) | null;
  /** Makes a picture no larger than needed, and leaves out what is nobody's business. Rejects with UploadFailure, or the signal's reason. */
  readonly prepare: (file: File, type: string, signal: AbortSignal) => Promise<PreparedFile>;
  /** Rejects with UploadFailure, or the signal's reason. */
  readonly hash: (file: Blob, signal: AbortSignal) => Promise<FileHash>;
  /** A picture out of a video; null where the browser cannot play it. Never rejects. */
  readonly poster?: (file: File) => Promise<Blob | null>;
  /** Resolves while there is a network, as far as the system knows; null when there is one now. */
  readonly online: (signal: AbortSignal) => Promise<void> | null;
  /** Resolves when the system finds a network the next time; rejects with the signal's reason. */
  readonly nextOnline: (signal: AbortSignal) => Promise<void>;
  /** Resolves when a later page would find what was reached. Never rejects. */
  readonly keep?: (task: UploadTask) => Promise<void>;
  /** Another file, or another state of one. */
  readonly onTask?: (task: UploadTask) => void;
  readonly onChange: () => void;
  readonly onEvent: (event: QueueEvent) => void;
  /** From 0 to 1. */
  readonly random?: () => number;
}
