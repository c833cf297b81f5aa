import { deliver } from './deliver.ts';
import { retrying, type Run } from './run.ts';
import { isInParts, type Address, type PartsTarget } from './upload-api.ts';
import { UploadFailure } from './upload-failure.ts';

/** Addresses that are asked for together. */
const ADDRESSES = 20;

/**
 * Sends what the store lacks of a large file, one part after the other: an
 * interruption costs no more than the part that was on its way. Several files
 * go beside each other, which fills the line while one of them waits for an
 * answer.
 *
 * Resolves when the store has all of them. Rejects with UploadFailure, or the
 * signal's reason.
 */
export async function sendParts(run: Run, target: PartsTarget): Promise<void> {
  const parts = new Parts(run, target);
  for (const partNumber of parts.left) await parts.send(partNumber);
}

/** The parts of one file: what is stored, what is leaving, and where the others go. */
class Parts {
  #run: Run;
  #partSize: number;
  #partCount: number;
  #stored: Set<number>;
  #addresses: Map<number, Address>;
  /** Bytes of the part that is on its way. */
  #leaving = 0;
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

  /** Resolves when the store has it. */
  async send(partNumber: number): Promise<void> {
    if (!this.#addresses.has(partNumber)) await this.#renew(partNumber);
    await deliver(this.#run, {
      body: this.#body(partNumber),
      address: () => this.#address(partNumber),
      renew: () => this.#renew(partNumber),
      onProgress: (bytes) => {
        this.#leaving = bytes;
        this.#count();
      },
    });
    this.#leaving = 0;
    this.#stored.add(partNumber);
    this.#count();
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
    this.#run.task.sent(sizes.reduce((sum, size) => sum + size, this.#leaving));
  }
}
