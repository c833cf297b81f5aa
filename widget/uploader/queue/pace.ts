const WINDOW_MS = 8_000;
const ENOUGH_MS = 2_000;

/** How fast bytes have been leaving of late, for saying how long the rest takes. */
export class Pace {
  #samples: { at: number; bytes: number }[] = [];

  /** `bytes` is the sum so far; times in milliseconds of one clock. */
  add(at: number, bytes: number): void {
    const last = this.#samples.at(-1);
    if (last && bytes < last.bytes) this.#samples = [];
    this.#samples.push({ at, bytes });
    while (this.#samples.length > 2 && at - (this.#samples[1]?.at ?? at) > WINDOW_MS) {
      this.#samples.shift();
    }
  }

  /** Null until there is enough to go by. */
  secondsFor(bytes: number): number | null {
    const first = this.#samples[0];
    const last = this.#samples.at(-1);
    if (!first || !last || last.at - first.at < ENOUGH_MS || last.bytes === first.bytes)
      return null;
    const perSecond = ((last.bytes - first.bytes) / (last.at - first.at)) * 1_000;
    return Math.ceil(bytes / perSecond);
  }

  clear(): void {
    this.#samples = [];
  }
}
