import type { PrismaClient } from '../../generated/prisma/client.ts';
import { UserFailure } from '../errors.ts';
import type { RateLimits } from '../rate-limits/rate-limits.ts';
import type { Afterwards } from './afterwards.ts';
import { audit, auditActor, auditPerson, SYSTEM } from './audit.ts';
import { MAX_EMAIL_LENGTH, normalEmail } from './email.ts';
import { holdPassword } from './held-password.ts';
import { verifyPassword } from './passwords.ts';
import type { Session, Sessions } from './sessions.ts';

export interface LogInOptions {
  /** One of the person's dealerships; null is none of them. The first that they joined when absent. */
  dealershipId?: string | null;
  /** Where from, as limits count it: for the audit log. */
  from?: string;
}

export type LogIn = (email: string, password: string, options?: LogInOptions) => Promise<Session>;

export interface LogInParts {
  prisma: PrismaClient;
  sessions: Sessions;
  rateLimits: RateLimits;
  afterwards: Afterwards;
  verify?: typeof verifyPassword;
}

/** Answers a wrong password and an unknown address alike, and slows guessing down. */
export function createLogIn(parts: LogInParts): LogIn {
  const { prisma, sessions, rateLimits, afterwards, verify = verifyPassword } = parts;

  return async (address, password, { dealershipId: chosen, from } = {}) => {
    const email = normalEmail(address);
    const details: Record<string, string> = from === undefined ? {} : { address: from };
    if (email.length > MAX_EMAIL_LENGTH) throw wrongCredentials();
    await rateLimits.count('log-in', email, ['input', 'email']);
    const user = await prisma.user.findUnique({
      where: { email },
      select: {
        id: true,
        name: true,
        passwordHash: true,
        memberships: { select: { dealershipId: true }, orderBy: { createdAt: 'asc' } },
      },
    });
    const matches = await verify(user?.passwordHash ?? null, password);
    if (user && !matches) {
      afterwards.run('to write down a log-in', () =>
        auditPerson(prisma, user.id, { actor: SYSTEM, action: 'LOG_IN_FAILED', details }),
      );
    }
    const [first] = user?.memberships ?? [];
    if (!user || !matches || !first) throw wrongCredentials();
    await rateLimits.forget('log-in', email);
    const membership =
      chosen === undefined
        ? first
        : user.memberships.find(({ dealershipId }) => dealershipId === chosen);
    if (!membership) throw unknownDealership();
    const { dealershipId } = membership;
    const sessionId = await prisma.$transaction(async (tx) => {
      if (!(await holdPassword(tx, user.id, user.passwordHash))) throw wrongCredentials();
      await audit(tx, dealershipId, {
        actor: auditActor({ kind: 'staff', actorId: user.id, name: user.name }),
        action: 'LOGGED_IN',
        subject: { kind: 'USER', id: user.id },
        details,
      });
      return sessions.open(tx, user.id, dealershipId);
    });
    const session = await sessions.tokenOf(sessionId);
    if (!session) throw wrongCredentials();
    return session;
  };
}

function wrongCredentials(): UserFailure {
  return new UserFailure(
    'INVALID_CREDENTIALS',
    'E-mail or password is wrong. Check both and try again.',
    { field: ['input', 'password'] },
  );
}

function unknownDealership(): UserFailure {
  return new UserFailure(
    'NOT_FOUND',
    'You work for no such dealership. Leave it out to log in to the one you joined first.',
    { field: ['input', 'dealershipId'] },
  );
}
