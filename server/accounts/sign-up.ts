import { v7 as uuid } from 'uuid';
import type { Prisma, PrismaClient } from '../../generated/prisma/client.ts';
import { isTaken } from '../db/unique.ts';
import { UserFailure } from '../errors.ts';
import type { RateLimits } from '../rate-limits/rate-limits.ts';
import { readIdempotencyKey } from '../idempotency/idempotency-key.ts';
import { findKept, once } from '../idempotency/once.ts';
import { audit, auditActor } from './audit.ts';
import { checkEmail } from './email.ts';
import { checkName, slugOf } from './names.ts';
import { checkNewPassword, hashPassword, verifyPassword } from './passwords.ts';
import type { Session, Sessions } from './sessions.ts';

/** Others may take the same slug at the same moment. */
const SLUG_TRIES = 10;

export interface SignUpFields {
  email: string;
  password: string;
  name: string;
  dealershipName: string;
  idempotencyKey?: string | null;
}

/** Makes a dealership with its first owner, and logs them in. */
export type SignUp = (fields: SignUpFields) => Promise<Session>;

export interface SignUpParts {
  prisma: PrismaClient;
  sessions: Sessions;
  rateLimits: RateLimits;
  /** Whether strangers may make dealerships here. */
  open: boolean;
  /** Slug that nobody gets: whoever had it would be what visitors see. */
  reservedSlug: string | null;
}

export function createSignUp({
  prisma,
  sessions,
  rateLimits,
  open,
  reservedSlug,
}: SignUpParts): SignUp {
  /** Under the name of whoever was made: a key needs somebody whose it is. The password stays out of it. */
  const keyOf = (fields: SignUpFields, dealershipId: string, userId: string) => {
    const { password: _password, ...said } = fields;
    return readIdempotencyKey({ dealershipId, actorId: userId }, 'signUp', said);
  };

  /** What the same request made before; null when it made nothing. */
  async function madeBefore(fields: SignUpFields, email: string): Promise<Session | null> {
    if (fields.idempotencyKey == null) return null;
    await rateLimits.count('log-in', email, ['input', 'email']);
    const user = await prisma.user.findUnique({
      where: { email },
      select: { id: true, passwordHash: true, memberships: { select: { dealershipId: true } } },
    });
    if (!user || !(await verifyPassword(user.passwordHash, fields.password))) return null;
    await rateLimits.forget('log-in', email);
    for (const { dealershipId } of user.memberships) {
      const sessionId = await findKept(prisma, keyOf(fields, dealershipId, user.id));
      if (sessionId !== null) return sessions.tokenOf(sessionId);
    }
    return null;
  }

  return async (fields) => {
    if (!open) {
      throw new UserFailure(
        'SIGN_UP_CLOSED',
        'Nobody can sign up here. Ask for an invitation, or the operator of this server.',
      );
    }
    const email = checkEmail(fields.email);
    const name = checkName(fields.name, 'name');
    const dealershipName = checkName(fields.dealershipName, 'dealershipName');
    checkNewPassword(fields.password, [email, name, dealershipName]);
    // Before anything is looked for, so that the time tells nothing.
    const passwordHash = await hashPassword(fields.password);

    async function make(tx: Prisma.TransactionClient): Promise<string> {
      const [userId, dealershipId] = [uuid(), uuid()];
      return once(tx, keyOf(fields, dealershipId, userId), async () => {
        await tx.user.create({ data: { id: userId, email, name, passwordHash } });
        const slug = await freeSlug(tx, dealershipName, reservedSlug);
        await tx.dealership.create({ data: { id: dealershipId, name: dealershipName, slug } });
        await tx.membership.create({ data: { dealershipId, userId, role: 'OWNER' } });
        await audit(tx, dealershipId, {
          actor: auditActor({ kind: 'staff', actorId: userId, name }),
          action: 'SIGNED_UP',
          subject: { kind: 'DEALERSHIP', id: dealershipId },
        });
        return sessions.open(tx, userId, dealershipId);
      });
    }

    for (let tries = 1; ; tries++) {
      try {
        const session = await sessions.tokenOf(await prisma.$transaction(make));
        if (session) return session;
        throw new Error('a session was over as soon as it had begun');
      } catch (error) {
        if (!isTaken(error)) throw error;
        if (isTaken(error, 'dealerships_slug_key')) {
          if (tries < SLUG_TRIES) continue;
          throw error;
        }
        const session = await madeBefore(fields, email);
        if (session) return session;
        throw new UserFailure(
          'EMAIL_TAKEN',
          'Somebody has an account with this address. Log in, or reset the password.',
          { field: ['input', 'email'], cause: error },
        );
      }
    }
  };
}

/** The name as addresses write it, with a number when another dealership has it or it is reserved. */
async function freeSlug(
  tx: Prisma.TransactionClient,
  name: string,
  reserved: string | null,
): Promise<string> {
  const slug = slugOf(name);
  const taken = await tx.dealership.findMany({
    where: { OR: [{ slug }, { slug: { startsWith: `${slug}-` } }] },
    select: { slug: true },
  });
  const slugs = new Set([reserved, ...taken.map((dealership) => dealership.slug)]);
  for (let number = 1; ; number++) {
    const candidate = number === 1 ? slug : `${slug}-${number}`;
    if (!slugs.has(candidate)) return candidate;
  }
}
