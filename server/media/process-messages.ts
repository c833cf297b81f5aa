import type { MediaErrorCode } from './media-failure.ts';

/** Server to process: one at a time. */
export type Task<Job> = Job & {
  /** Resident memory, in bytes, at which the process gives up. */
  maxBytes: number;
};

/** Process to server: `ready` once, then one answer to each task. */
export type Reply<Result> =
  | { kind: 'ready' }
  /** `rss`: resident bytes that the process still holds. */
  | { kind: 'done'; result: Result; rss: number }
  | {
      kind: 'failed';
      code: MediaErrorCode;
      detail: string;
      /** What the system said, such as `ENOSPC`. */
      systemCode?: string | undefined;
      rss: number;
    };
