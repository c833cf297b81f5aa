import { uptime } from 'node:process';
import type { PrismaClient } from '../../generated/prisma/client.ts';
import { UserFailure } from '../errors.ts';
import { verifyPassword } from './passwords.ts';
import type { Session, Sessions } from './sessions.ts';

const FAILURES_PER_WINDOW = 10;
const WINDOW_SECONDS = 60;
/** How many accounts are counted at once; beyond, the oldest count is forgotten. */
const MAX_COUNTED = 10_000;
/** The longest address that mail can be sent to (RFC 5321). */
const MAX_EMAIL_LENGTH = 254;

/** Wrong guesses of one account within a window; held per process. */
interface Guesses {
  count: number;
  until: number;
}

export type LogIn = (email: string, password: string) => Promise<Session>;

/** Answers a wrong password and an unknown address alike, and slows guessing down. */
export function createLogIn(
  prisma: PrismaClient,
  sessions: Sessions,
  verify: typeof verifyPassword = verifyPassword,
): LogIn {
  const guesses = new Map<string, Guesses>();

  function guard(email: string): void {
    const now = uptime();
    const guess = guesses.get(email);
    if (!guess || guess.until < now) {
      // Windows are equally long: the first in the map is the first to end.
      guesses.delete(email);
      const [oldest] = guesses.keys();
      if (guesses.size >= MAX_COUNTED && oldest !== undefined) guesses.delete(oldest);
      guesses.set(email, { count: 1, until: now + WINDOW_SECONDS });
    } else if (guess.count >= FAILURES_PER_WINDOW) {
      const retryAfterSeconds = Math.max(1, Math.ceil(guess.until - now));
      throw new UserFailure(
        'RATE_LIMITED',
        `Too many tries. Wait ${retryAfterSeconds} seconds, then try again.`,
        { field: ['input', 'email'], retryAfterSeconds },
      );
    } else {
      guess.count += 1;
    }
  }

  return async (address, password) => {
    const email = address.trim().toLowerCase();
    if (email.length > MAX_EMAIL_LENGTH) throw wrongCredentials();
    guard(email);
    const user = await prisma.user.findUnique({
      where: { email },
      select: {
        id: true,
        passwordHash: true,
        memberships: { select: { dealershipId: true }, orderBy: { createdAt: 'asc' }, take: 1 },
      },
    });
    const matches = await verify(user?.passwordHash ?? null, password);
    const membership = user?.memberships[0];
    if (!user || !matches || !membership) {
      throw wrongCredentials();
    }
    guesses.delete(email);
    return sessions.issue(user.id, membership.dealershipId);
  };
}

function wrongCredentials(): UserFailure {
  return new UserFailure(
    'INVALID_CREDENTIALS',
    'E-mail or password is wrong. Check both and try again.',
    { field: ['input', 'password'] },
  );
}
