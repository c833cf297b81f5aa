import { completeUpload } from './documents.ts';
import type { Request } from './queue/upload-api.ts';
import { UploadFailure } from './queue/upload-failure.ts';

/** Without an answer for so long, a request is given up. To complete a large file takes longer. */
const patienceMs = (document: string): number => (document === completeUpload ? 120_000 : 30_000);

/**
 * A connection that died with a sleep or a change of network may never say so:
 * a request that is not answered in time is rejected with UploadFailure,
 * `NETWORK`. `limitMs` gives the time for a document, in milliseconds.
 */
export function requestInTime(request: Request, limitMs = patienceMs): Request {
  return (document, variables, signal) =>
    new Promise((resolve, reject) => {
      const end = new AbortController();
      const giveUp = (reason: unknown): void => {
        reject(reason);
        end.abort(reason);
      };
      const cancel = (): void => giveUp(signal?.reason);
      const timer = setTimeout(() => giveUp(new UploadFailure('NETWORK')), limitMs(document));
      const over = (): void => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', cancel);
      };
      if (signal?.aborted) cancel();
      else signal?.addEventListener('abort', cancel);
      request<never>(document, variables, end.signal).then(resolve, reject).finally(over);
    });
}
