import type { Readable } from 'node:stream';
import { UploadRefusal } from './upload-refusal.ts';

export interface Pace {
  /** The longest wait for a next byte. */
  stallMs: number;
  /** On the whole, over the size that is expected. */
  minBytesPerSecond: number;
}

/**
 * The bytes of a request, as long as they keep coming; throws TIMED_OUT or
 * INTERRUPTED. The request itself stays open, so that it can still be answered.
 */
export async function* pacedBody(
  request: Readable,
  byteSize: number,
  { stallMs, minBytesPerSecond }: Pace,
): AsyncIterable<Uint8Array> {
  let giveUp: (reason: UploadRefusal) => void = () => {};
  const late = new Promise<never>((_, reject) => {
    giveUp = reject;
  });
  late.catch(() => {});
  const tooSlow = () => giveUp(new UploadRefusal('TIMED_OUT', 'The bytes came too slowly.'));
  const stall = setTimeout(tooSlow, stallMs);
  const whole = setTimeout(tooSlow, stallMs + (byteSize / minBytesPerSecond) * 1000);
  const chunks = request.iterator({ destroyOnReturn: false });
  const end = () => chunks.return?.().catch(() => {});
  try {
    for (;;) {
      const next = await Promise.race([chunks.next(), late]);
      if (next.done) return;
      stall.refresh();
      yield next.value as Uint8Array;
    }
  } catch (error) {
    if (error instanceof UploadRefusal) throw error;
    throw new UploadRefusal('INTERRUPTED', 'The connection ended before the bytes did.');
  } finally {
    clearTimeout(stall);
    clearTimeout(whole);
    void end();
  }
}
