import { deliver } from './deliver.ts';
import { linkedAbort } from './linked-abort.ts';
import { retrying, type Run } from './run.ts';
import { isInParts, type Address, type PartsTarget } from './upload-api.ts';
import { UploadFailure } from './upload-failure.ts';

/** The part that is leaving, and the one that has left and awaits its answer. */
const AT_ONCE = 2;
/** A store that answers sooner is waited for: then a cut costs one part at most. Milliseconds. */
const PROMPT_MS = 250;
/** Addresses that are asked for together. */
const ADDRESSES = 20;

/**
 * Sends what the store lacks of a large file. A part begins when the bytes of
 * the one before have left, without waiting long for its answer: the line is
 * busy, and a cut costs no more than the part that was leaving, and seldom one
 * whose answer was still to come.
 *
 * Resolves when the store has all of them. Rejects with UploadFailure, or the
 * signal's reason.
 */
export async function sendParts(run: Run, target: PartsTarget): Promise<void> {
  const stop = linkedAbort(run.signal);
  const parts = new Parts({ ...run, signal: stop.signal }, target);
  const underWay = new Set<Promise<void>>();
  let fail: (reason: unknown) => void = () => undefined;
  const failed = new Promise<never>((_, reject) => (fail = reject));
  failed.catch(() => undefined);
  try {
    for (const partNumber of parts.left) {
      await new Promise<void>((onLeft, reject) => {
        failed.catch(reject);
        const sending = parts.send(partNumber, onLeft).finally(() => underWay.delete(sending));
        sending.catch(fail);
        underWay.add(sending);
      });
      while (underWay.size >= AT_ONCE) await Promise.race([...underWay, failed]);
    }
    await Promise.all(underWay);
  } finally {
    stop.abort();
  }
}

/** The parts of one file: what is stored, what is leaving, and where the others go. */
class Parts {
  #run: Run;
  #partSize: number;
  #partCount: number;
  #stored: Set<number>;
  #addresses: Map<number, Address>;
  #leaving = new Map<number, number>();
  /** Somebody completed the upload: nothing is awaited any more. */
  #over = false;

  constructor(run: Run, { addresses, partCount, partSize, storedParts }: PartsTarget) {
    this.#run = run;
    this.#partSize = partSize;
    this.#partCount = partCount;
    this.#stored = new Set(storedParts);
    this.#addresses = new Map(addresses);
    this.#count();
  }

  /** Numbers of those that the store lacks. */
  get left(): number[] {
    const numbers = Array.from({ length: this.#partCount }, (_, index) => index + 1);
    return numbers.filter((partNumber) => !this.#stored.has(partNumber));
  }

  /** Calls `onLeft` as soon as all its bytes have left, and resolves when the store has them. */
  async send(partNumber: number, onLeft: () => void): Promise<void> {
    const body = this.#body(partNumber);
    if (!this.#addresses.has(partNumber)) await this.#renew(partNumber);
    await deliver(this.#run, {
      body,
      address: () => this.#address(partNumber),
      renew: () => this.#renew(partNumber),
      onProgress: (bytes) => {
        this.#leaving.set(partNumber, bytes);
        this.#count();
        if (bytes >= body.size) setTimeout(onLeft, PROMPT_MS);
      },
    });
    this.#leaving.delete(partNumber);
    this.#stored.add(partNumber);
    this.#count();
    onLeft();
  }

  #address(partNumber: number): Address | null {
    if (this.#over || this.#stored.has(partNumber)) return null;
    const address = this.#addresses.get(partNumber);
    if (!address) throw new UploadFailure('SERVER');
    return address;
  }

  /** Addresses for a part and those after it, and what the store has by now. */
  async #renew(partNumber: number): Promise<void> {
    const { task, steps, signal } = this.#run;
    const { uploadId } = task.ticket ?? {};
    const wanted = this.left.filter((number) => number >= partNumber).slice(0, ADDRESSES);
    if (uploadId === undefined || wanted.length === 0) return;
    const { target } = await retrying(this.#run, () => steps.refresh(uploadId, signal, wanted));
    this.#over = !isInParts(target);
    if (!isInParts(target)) return;
    for (const stored of target.storedParts) this.#stored.add(stored);
    for (const [number, address] of target.addresses) this.#addresses.set(number, address);
  }

  #body(partNumber: number): Blob {
    const end = partNumber * this.#partSize;
    return this.#run.task.body.slice(end - this.#partSize, end);
  }

  /** What is stored and what has left. */
  #count(): void {
    const sizes = [...this.#stored].map((partNumber) => this.#body(partNumber).size);
    const bytes = [...sizes, ...this.#leaving.values()].reduce((sum, size) => sum + size, 0);
    this.#run.task.sent(bytes);
  }
}
