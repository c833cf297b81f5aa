import type { Call } from './steady-calls.ts';

/** What was done to the server, and the time it had before the next; on the clock of the calls. */
export interface Disturbance {
  /** Since then what it needs is there again. */
  backMs: number;
  /** The next began. */
  untilMs: number;
}

/** A call that takes longer is not what a server does that has recovered. */
const SLOW_MS = 1_000;

/**
 * How long after `backMs` the last call ended that failed or was slow. A call that
 * was open when the next disturbance came counts unless it had begun only just
 * before: then that may be what it failed by.
 */
export function recoveryMs(calls: readonly Call[], { backMs, untilMs }: Disturbance): number {
  let recovered = backMs;
  for (const { beganMs, tookMs, outcome } of calls) {
    const endedMs = beganMs + tookMs;
    const failed = outcome !== 'ok';
    const isItsOwn = beganMs < untilMs - SLOW_MS || (failed && endedMs < untilMs);
    if (isItsOwn && (failed || tookMs > SLOW_MS)) recovered = Math.max(recovered, endedMs);
  }
  return Math.round(recovered - backMs);
}
