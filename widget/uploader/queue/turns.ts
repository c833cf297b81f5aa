interface Waiting {
  readonly rank: number;
  readonly begin: () => void;
}

/** At most so many at a time, the lowest rank first. */
export class Turns {
  #limit: () => number;
  #taken = 0;
  #waiting: Waiting[] = [];

  constructor(limit: () => number) {
    this.#limit = limit;
  }

  /** Resolves when it is this rank's turn, to the function that gives the turn back. */
  take(rank: number, signal: AbortSignal): Promise<() => void> {
    return new Promise((resolve, reject) => {
      if (signal.aborted) return reject(signal.reason);
      const leave = (): void => {
        this.#waiting = this.#waiting.filter((other) => other !== waiting);
        reject(signal.reason);
      };
      const waiting: Waiting = {
        rank,
        begin: () => {
          signal.removeEventListener('abort', leave);
          let given = false;
          resolve(() => {
            if (given) return;
            given = true;
            this.#taken -= 1;
            this.#next();
          });
        },
      };
      signal.addEventListener('abort', leave, { once: true });
      this.#waiting.push(waiting);
      this.#waiting.sort((a, b) => a.rank - b.rank);
      this.#next();
    });
  }

  #next(): void {
    while (this.#taken < Math.max(1, this.#limit())) {
      const first = this.#waiting.shift();
      if (!first) return;
      this.#taken += 1;
      first.begin();
    }
  }
}
