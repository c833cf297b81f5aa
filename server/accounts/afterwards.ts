import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from 'pino';

/** By then the answer is on its way. */
const DELAY_MS = 100;

/** Work that an answer does not wait for, so that its time tells nothing of what there is to do. */
export interface Afterwards {
  /** `what` completes the sentence "… failed" of the log. */
  run(what: string, work: () => Promise<void>): void;
  /** Resolves when all that was begun has ended. */
  settled(): Promise<void>;
}

export function createAfterwards(log: Logger): Afterwards {
  const running = new Set<Promise<void>>();
  return {
    run(what, work) {
      const task = delay(DELAY_MS)
        .then(work)
        .catch((error: unknown) => log.warn({ err: error }, `${what} failed`))
        .finally(() => running.delete(task));
      running.add(task);
    },

    async settled() {
      while (running.size > 0) await Promise.all(running);
    },
  };
}
