/**
 * A bounded queue with one reader. When it is full everything in it is
 * forgotten and the overflow is remembered: the reader has to look elsewhere.
 */
export class Mailbox<T> {
  readonly #size: number;
  #items: T[] = [];
  #overflow = false;
  #closed = false;
  #arrived: (() => void) | null = null;
  #end: () => void = () => undefined;
  /** Resolves when it is closed. */
  readonly ended: Promise<void>;

  constructor(size: number) {
    this.#size = size;
    this.ended = new Promise((resolve) => {
      this.#end = resolve;
    });
  }

  get closed(): boolean {
    return this.#closed;
  }

  put(item: T): void {
    if (this.#closed || this.#overflow) return;
    if (this.#items.length === this.#size) {
      this.#items = [];
      this.#overflow = true;
    } else {
      this.#items.push(item);
    }
    this.#arrived?.();
  }

  take(): T | null {
    return this.#items.shift() ?? null;
  }

  /** True once after an overflow; from then on items are kept again. */
  takeOverflow(): boolean {
    const overflow = this.#overflow;
    this.#overflow = false;
    return overflow;
  }

  /** Resolves when there is something to take, an overflow, or the end. */
  arrival(): Promise<void> {
    if (this.#items.length > 0 || this.#overflow || this.#closed) return Promise.resolve();
    return new Promise((resolve) => {
      this.#arrived = () => {
        this.#arrived = null;
        resolve();
      };
    });
  }

  close(): void {
    this.#closed = true;
    this.#items = [];
    this.#arrived?.();
    this.#end();
  }
}
