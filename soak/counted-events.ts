/** What one reader was told of one vehicle, whose events have the numbers 0, 1, 2, … in their order. */
export class CountedEvents {
  #next = 0;
  missed = 0;
  /** Again, or too late. */
  doubled = 0;

  take(event: number): void {
    if (event < this.#next) {
      this.doubled += 1;
      return;
    }
    this.missed += event - this.#next;
    this.#next = event + 1;
  }

  /** How many are behind it, told or not. */
  get next(): number {
    return this.#next;
  }

  /** When `count` were written. */
  missedOf(count: number): number {
    return this.missed + Math.max(0, count - this.#next);
  }
}
