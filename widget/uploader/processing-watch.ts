const FIRST_MS = 4_000;
const LONGEST_MS = 30_000;

/** Where live changes do not get through, the gallery is read again while the server prepares photos. */
export class ProcessingWatch {
  #read: () => Promise<void>;
  #waitMs = FIRST_MS;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(read: () => Promise<void>) {
    this.#read = read;
  }

  /** To be called at every sign of life: the next read is that much later. */
  set(processing: boolean): void {
    clearTimeout(this.#timer);
    if (!processing) {
      this.#waitMs = FIRST_MS;
      return;
    }
    this.#timer = setTimeout(() => {
      this.#waitMs = Math.min(this.#waitMs * 1.5, LONGEST_MS);
      // One that fails is made up for by the next; the element itself shows what is wrong.
      void this.#read()
        .catch(() => undefined)
        .then(() => this.set(true));
    }, this.#waitMs);
  }

  dispose(): void {
    clearTimeout(this.#timer);
  }
}
