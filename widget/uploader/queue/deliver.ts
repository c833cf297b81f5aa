import { mayRetry } from './backoff.ts';
import type { Parcel, Run } from './run.ts';
import { TRUSTED_MS } from './upload-api.ts';
import { UploadFailure } from './upload-failure.ts';

/** 409: another try for the same key is under way, most likely one whose answer was lost. */
const tryAgain: readonly number[] = [408, 409, 429];
/** No answer, or one of what stands before a store that is down. */
const down: readonly number[] = [0, 502, 503, 504];
/** 404: the upload is completed, or begun anew. */
const addressOver: readonly number[] = [400, 401, 403, 404];

export interface Delivery extends Parcel {
  /** Has a fresh address made, and finds out whether the store has the bytes by now. */
  readonly renew: () => Promise<void>;
}

/** Resolves when the store has the bytes. Rejects with UploadFailure, or the signal's reason. */
export async function deliver(run: Run, delivery: Delivery): Promise<void> {
  let attempt = 0;
  let renewed = false;
  for (;;) {
    const receivedAt = delivery.address()?.receivedAt ?? 0;
    const result = await run.steps.put(run, delivery);
    if (result === 'stored') return;
    if (result === 'expired') {
      await delivery.renew();
      continue;
    }
    const { status, retryAfterMs } = result;
    if (isStored(status)) return delivery.onProgress(delivery.body.size);
    if (status === 0) await assertReadable(delivery.body);

    const unanswered = status === 0 || tryAgain.includes(status) || status >= 500;
    if (unanswered) {
      if (!mayRetry(attempt, down.includes(status))) {
        throw new UploadFailure(status === 0 ? 'NETWORK' : 'SERVER');
      }
      await run.steps.wait(run, attempt, retryAfterMs ?? 0);
      attempt += 1;
      if (status !== 0) continue;
    } else {
      const mayHaveExpired = addressOver.includes(status);
      const young = Date.now() - receivedAt < TRUSTED_MS;
      if (!mayHaveExpired || (renewed && young)) throw new UploadFailure('STORAGE_REFUSED');
    }
    renewed = true;
    await delivery.renew();
  }
}

/** 412: an earlier try arrived whole, only its answer was lost. Completion compares the hash. */
function isStored(status: number): boolean {
  return (status >= 200 && status < 300) || status === 412;
}

/** A file that was changed or taken away looks like a lost connection. */
async function assertReadable(body: Blob): Promise<void> {
  try {
    await body.slice(-1).arrayBuffer();
  } catch (cause) {
    throw new UploadFailure('UNREADABLE', { cause });
  }
}
