import { uptime } from 'node:process';
import { UserFailure } from '../errors.ts';

const GUESSES_PER_WINDOW = 10;
const WINDOW_SECONDS = 60;
/** How many accounts are counted at once; beyond, the oldest count is forgotten. */
const MAX_COUNTED = 10_000;

/** Wrong guesses of one account within a window; held per process. */
interface Guesses {
  count: number;
  until: number;
}

/** Slows down whoever guesses at the password of one account. */
export interface GuessGuard {
  /** Before each guess. Throws RATE_LIMITED at `field` when there were too many. */
  count(email: string, field: readonly string[]): void;
  /** After a right one. */
  forget(email: string): void;
}

export function createGuessGuard(): GuessGuard {
  const guesses = new Map<string, Guesses>();
  return {
    count(email, field) {
      const now = uptime();
      const guess = guesses.get(email);
      if (!guess || guess.until < now) {
        // Windows are equally long: the first in the map is the first to end.
        guesses.delete(email);
        const [oldest] = guesses.keys();
        if (guesses.size >= MAX_COUNTED && oldest !== undefined) guesses.delete(oldest);
        guesses.set(email, { count: 1, until: now + WINDOW_SECONDS });
      } else if (guess.count >= GUESSES_PER_WINDOW) {
        const retryAfterSeconds = Math.max(1, Math.ceil(guess.until - now));
        throw new UserFailure(
          'RATE_LIMITED',
          `Too many tries. Wait ${retryAfterSeconds} seconds, then try again.`,
          { field, retryAfterSeconds },
        );
      } else {
        guess.count += 1;
      }
    },

    forget(email) {
      guesses.delete(email);
    },
  };
}
