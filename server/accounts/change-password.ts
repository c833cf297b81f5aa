import { v7 as uuid } from 'uuid';
import type { PrismaClient } from '../../generated/prisma/client.ts';
import { UserFailure } from '../errors.ts';
import type { RateLimits } from '../rate-limits/rate-limits.ts';
import type { Afterwards } from './afterwards.ts';
import { auditActor, auditPerson, SYSTEM } from './audit.ts';
import { checkEmail } from './email.ts';
import { passwordResetMail, requireSender, type Post } from './mails.ts';
import { checkNewPassword, hashPassword, verifyPassword } from './passwords.ts';
import { hashOfToken, newSecretToken } from './secret-token.ts';
import type { Sessions } from './sessions.ts';
import type { Staff } from './viewer.ts';

const RESET_MINUTES = 60;
const MAX_RESETS_AN_HOUR = 3;

export interface PasswordChanges {
  /** Ends all other sessions of the person; resolves to how many. */
  change(person: Staff, currentPassword: string, newPassword: string): Promise<number>;
  /** Sends a link, if somebody has this address: the answer is the same, and comes before it is looked for. */
  requestReset(email: string): void;
  /** With the token of such a link, once. Ends all sessions of the person. */
  reset(token: string, newPassword: string): Promise<void>;
}

export interface PasswordParts {
  prisma: PrismaClient;
  sessions: Sessions;
  rateLimits: RateLimits;
  afterwards: Afterwards;
  post: Post;
}

export function createPasswordChanges(parts: PasswordParts): PasswordChanges {
  const { prisma, sessions, rateLimits, afterwards, post } = parts;

  return {
    async change(person, currentPassword, newPassword) {
      const { userId, sessionId } = person;
      const { email, name, passwordHash } = await prisma.user.findUniqueOrThrow({
        where: { id: userId },
        select: { email: true, name: true, passwordHash: true },
      });
      await rateLimits.count('log-in', email, ['input', 'currentPassword']);
      if (!(await verifyPassword(passwordHash, currentPassword))) throw wrongPassword();
      await rateLimits.forget('log-in', email);
      checkNewPassword(newPassword, [email, name], 'newPassword');
      const newHash = await hashPassword(newPassword);
      return prisma.$transaction(async (tx) => {
        const { count } = await tx.user.updateMany({
          where: { id: userId, passwordHash },
          data: { passwordHash: newHash },
        });
        if (count === 0) throw wrongPassword();
        await tx.passwordReset.deleteMany({ where: { userId } });
        const ended = await sessions.revokeAll(tx, userId, { except: sessionId });
        await auditPerson(tx, userId, {
          actor: auditActor(person),
          action: 'PASSWORD_CHANGED',
          details: { endedSessions: ended },
        });
        return ended;
      });
    },

    requestReset(address) {
      const email = checkEmail(address);
      const sender = requireSender(post);
      afterwards.run('the mail of a new password', async () => {
        const { token, hash } = newSecretToken();
        const asked = await prisma.$transaction(async (tx) => {
          const user = await tx.user.findUnique({ where: { email }, select: { id: true } });
          if (!user) return false;
          const made = await tx.$executeRaw`
            insert into password_resets (id, user_id, token_hash, expires_at)
            select ${uuid()}::uuid, ${user.id}::uuid, ${hash}, now() + make_interval(mins => ${RESET_MINUTES})
            where (select count(*) from password_resets
              where user_id = ${user.id}::uuid and created_at > now() - interval '1 hour') < ${MAX_RESETS_AN_HOUR}`;
          if (made === 0) return false;
          await auditPerson(tx, user.id, { actor: SYSTEM, action: 'PASSWORD_RESET_REQUESTED' });
          return true;
        });
        if (!asked) return;
        await sender.send(passwordResetMail(post, { to: email, token, minutes: RESET_MINUTES }));
      });
    },

    async reset(token, newPassword) {
      const found = await prisma.passwordReset.findFirst({
        where: { tokenHash: hashOfToken(token), usedAt: null, expiresAt: { gt: new Date() } },
        select: { id: true, userId: true, user: { select: { email: true, name: true } } },
      });
      if (!found) throw unknownReset();
      const { id, userId, user } = found;
      checkNewPassword(newPassword, [user.email, user.name], 'newPassword');
      const passwordHash = await hashPassword(newPassword);
      await prisma.$transaction(async (tx) => {
        // First, as whoever changes a password does: neither waits for the other.
        await tx.user.update({ where: { id: userId }, data: { passwordHash } });
        const claimed = await tx.$executeRaw`
          update password_resets set used_at = now()
          where id = ${id}::uuid and used_at is null and expires_at > now()`;
        if (claimed === 0) throw unknownReset();
        // The links of other mails too.
        await tx.$executeRaw`
          update password_resets set used_at = now() where user_id = ${userId}::uuid and used_at is null`;
        const ended = await sessions.revokeAll(tx, userId);
        await auditPerson(tx, userId, {
          actor: auditActor({ kind: 'staff', actorId: userId, name: user.name }),
          action: 'PASSWORD_RESET',
          details: { endedSessions: ended },
        });
      });
      await rateLimits.forget('log-in', user.email);
    },
  };
}

function wrongPassword(): UserFailure {
  return new UserFailure('INVALID_CREDENTIALS', 'This is not your password. Try again.', {
    field: ['input', 'currentPassword'],
  });
}

function unknownReset(): UserFailure {
  return new UserFailure('NOT_FOUND', 'This link is over, or was used. Ask for a new one.', {
    field: ['input', 'token'],
  });
}
