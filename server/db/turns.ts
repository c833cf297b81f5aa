/** Nobody's turn came in time: the same request may well succeed in a moment. */
export class TurnTimeout extends Error {
  override readonly name = 'TurnTimeout';
}

/** Runs `work` when there is room for it, in the order of the calls. Rejects with {@link TurnTimeout}. */
export type Turns = <T>(work: () => Promise<T>) => Promise<T>;

/** At most `atOnce` at the same time; who waits longer than `maxWaitMs` is sent away. */
export function createTurns(atOnce: number, maxWaitMs: number): Turns {
  const waiting = new Set<() => void>();
  let running = 0;

  function turn(): Promise<void> {
    if (running < atOnce) {
      running += 1;
      return Promise.resolve();
    }
    return new Promise((resolve, reject) => {
      const begin = () => {
        clearTimeout(timer);
        waiting.delete(begin);
        resolve();
      };
      const timer = setTimeout(() => {
        waiting.delete(begin);
        reject(new TurnTimeout(`Nothing could begin within ${maxWaitMs} ms`));
      }, maxWaitMs);
      waiting.add(begin);
    });
  }

  return async (work) => {
    await turn();
    try {
      return await work();
    } finally {
      const [next] = waiting;
      if (next) next();
      else running -= 1;
    }
  };
}
