/** What a reader was told, by the number in each event, and how long after it was due. */
export class ToldEvents {
  readonly #dueMs: (event: number) => number;
  readonly #seen = new Map<number, number>();
  /** Of the events since `startPhase`. */
  #delaysMs: number[] = [];
  resets = 0;
  #rest = '';

  /** @param dueMs when an event was to be written, of `performance.now()`. */
  constructor(dueMs: (event: number) => number) {
    this.#dueMs = dueMs;
  }

  take(text: string): void {
    const now = performance.now();
    const whole = this.#rest + text;
    let end = 0;
    for (const match of whole.matchAll(/, event (\d+)\."|"__typename":"(MediaStreamReset)"/g)) {
      end = match.index + match[0].length;
      if (match[2]) {
        this.resets += 1;
        continue;
      }
      const event = Number(match[1]);
      this.#seen.set(event, (this.#seen.get(event) ?? 0) + 1);
      this.#delaysMs.push(now - this.#dueMs(event));
    }
    this.#rest = whole.slice(Math.max(end, whole.length - 100));
  }

  startPhase(): void {
    this.#delaysMs = [];
  }

  get delaysMs(): readonly number[] {
    return this.#delaysMs;
  }

  get events(): number {
    return this.#seen.size;
  }

  get doubled(): number {
    return [...this.#seen.values()].filter((times) => times > 1).length;
  }

  /** Of the events from `first` on, below `end`. */
  missed(first: number, end: number): number {
    let missed = 0;
    for (let event = first; event < end; event += 1) if (!this.#seen.has(event)) missed += 1;
    return missed;
  }
}

/** The delay that this share of all is not above. */
export function quantile(delaysMs: readonly number[], share: number): number {
  const sorted = Float64Array.from(delaysMs).sort();
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? NaN;
}
