const FIRST_MS = 500;
const LONGEST_MS = 30_000;

/**
 * Whether to try again by itself, or to ask a person. A server with a problem gets two minutes
 * or so; a connection that is lost and a store that is down longer: they come back by themselves.
 */
export function mayRetry(attempt: number, down: boolean): boolean {
  return attempt < (down ? 40 : 12);
}

/** Exponential with full jitter, so that many clients do not come back at once. `attempt` counts from 0. */
export function backoffMs(attempt: number, random: () => number = Math.random): number {
  return Math.round(random() * Math.min(LONGEST_MS, FIRST_MS * 2 ** attempt));
}

/** Rejects with the signal's reason when that fires first. */
export function delay(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(signal.reason);
    const stop = (): void => {
      clearTimeout(timer);
      reject(signal.reason);
    };
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', stop);
      resolve();
    }, ms);
    signal.addEventListener('abort', stop, { once: true });
  });
}
