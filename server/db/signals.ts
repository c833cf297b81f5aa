/**
 * How processes tell each other that there may be something new. What it is
 * stands in the database: a signal that is lost delays, and loses nothing.
 */
export interface Signals {
  /** To every process, this one included. */
  send(channel: string): void;
  /**
   * Calls back now, for each signal, and after each time in which some may have been lost.
   * @returns a function that stops it.
   */
  listen(channel: string, onSignal: () => void): Promise<() => Promise<void>>;
  close(): void;
}

type Transact = (...args: unknown[]) => Promise<never>;

/** What is to be sent of transactions that have not ended. */
const unsent = new WeakMap<object, Set<string>>();

/** Sends a signal when the transaction has ended; false when its database has NOTIFY for that. */
export function signalAtCommit(tx: object, channel: string): boolean {
  const channels = unsent.get(tx);
  channels?.add(channel);
  return channels !== undefined;
}

/** Transactions that take {@link signalAtCommit}. */
export function withSignals(transact: unknown, signals: Signals | null): Transact {
  const run = transact as Transact;
  if (!signals) return run;
  return async (work, ...options) => {
    if (typeof work !== 'function') return run(work, ...options);
    const channels = new Set<string>();
    try {
      return await run(
        (tx: object) => {
          unsent.set(tx, channels);
          return work(tx);
        },
        ...options,
      );
    } finally {
      // Also of one that failed: where its answer was lost, it may have been committed.
      for (const channel of channels) signals.send(channel);
    }
  };
}
