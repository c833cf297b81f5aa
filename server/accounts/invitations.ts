import { v7 as uuid } from 'uuid';
import type { Prisma, PrismaClient } from '../../generated/prisma/client.ts';
import type { Role } from '../../generated/prisma/enums.ts';
import type { Database } from '../db/database.ts';
import { isTaken } from '../db/unique.ts';
import { UserFailure } from '../errors.ts';
import type { RateLimits } from '../rate-limits/rate-limits.ts';
import type { IdempotencyKey } from '../idempotency/idempotency-key.ts';
import { once } from '../idempotency/once.ts';
import type { Afterwards } from './afterwards.ts';
import { audit, auditActor } from './audit.ts';
import { checkEmail } from './email.ts';
import { holdPassword } from './held-password.ts';
import { invitationMail, requireSender, type Post } from './mails.ts';
import { checkManages, lockMembers } from './membership-lock.ts';
import { checkName } from './names.ts';
import { checkNewPassword, hashPassword, verifyPassword } from './passwords.ts';
import { hashOfToken, newSecretToken } from './secret-token.ts';
import type { Session, Sessions } from './sessions.ts';
import type { Staff } from './viewer.ts';

const DAYS = 7;
/** Mails that a dealership can have sent. */
const MAX_A_DAY = 100;
const MAX_TO_ONE_AN_HOUR = 3;

export interface Acceptance {
  token: string;
  name?: string | null;
  password?: string | null;
}

export interface Invitations {
  /** Sends a mail with a link. One that is open for the same address ends. Resolves to the invitation's id. */
  invite(
    actor: Staff,
    guest: { email: string; role: Role },
    key?: IdempotencyKey | null,
  ): Promise<string>;
  /** Ends an open invitation; resolves to its id. */
  revoke(actor: Staff, id: string | null, key?: IdempotencyKey | null): Promise<string>;
  /**
   * Joins the dealership. Whoever has an account says its password, or is logged in; anybody else
   * gets an account.
   *
   * @param person who is logged in; null when nobody is.
   */
  accept(acceptance: Acceptance, person: Staff | null): Promise<Session>;
}

export interface InvitationParts {
  prisma: PrismaClient;
  asTenant: Database['asTenant'];
  sessions: Sessions;
  rateLimits: RateLimits;
  afterwards: Afterwards;
  post: Post;
}

/** Which invitations are open. */
export const isOpen = (now: Date) => ({
  acceptedAt: null,
  revokedAt: null,
  expiresAt: { gt: now },
});

export function createInvitations(parts: InvitationParts): Invitations {
  const { prisma, asTenant, sessions, rateLimits, afterwards, post } = parts;

  /** Somebody with an account, who has proven to be it; null when there is no account. */
  async function accountOf(email: string, { password }: Acceptance, person: Staff | null) {
    const user = await prisma.user.findUnique({
      where: { email },
      select: { id: true, name: true, passwordHash: true },
    });
    if (!user || user.id === person?.userId) return user;
    await rateLimits.count('log-in', email, ['input', 'password']);
    if (!(await verifyPassword(user.passwordHash, password ?? ''))) throw wrongPassword();
    await rateLimits.forget('log-in', email);
    return user;
  }

  return {
    async invite(actor, { email: address, role }, key) {
      const { dealershipId } = actor;
      const email = checkEmail(address);
      const sender = requireSender(post);
      const { token, hash } = newSecretToken();
      let dealership: string | null = null;
      const id = await prisma.$transaction((tx) =>
        once(tx, key, async () => {
          checkManages(await lockMembers(tx, dealershipId), actor, role);
          await checkGuest(tx, dealershipId, email);
          await tx.$executeRaw`
            update invitations set revoked_at = now()
            where dealership_id = ${dealershipId}::uuid and email = ${email} and accepted_at is null and revoked_at is null`;
          const id = uuid();
          await tx.$executeRaw`
            insert into invitations (id, dealership_id, email, role, token_hash, invited_by_id, expires_at)
            values (${id}::uuid, ${dealershipId}::uuid, ${email}, ${role}::"Role", ${hash}, ${actor.userId}::uuid,
              now() + make_interval(days => ${DAYS}))`;
          await audit(tx, dealershipId, {
            actor: auditActor(actor),
            action: 'MEMBER_INVITED',
            subject: { kind: 'INVITATION', id },
            details: { email, role },
          });
          const found = await tx.dealership.findUniqueOrThrow({
            where: { id: dealershipId },
            select: { name: true },
          });
          dealership = found.name;
          return id;
        }),
      );
      if (dealership !== null) {
        const about = { to: email, dealership, invitedBy: actor.name, role, token, days: DAYS };
        afterwards.run('the mail of an invitation', async () => {
          await sender.send(invitationMail(post, about));
          await asTenant(dealershipId).$executeRaw`
            update invitations set sent_at = now() where dealership_id = ${dealershipId}::uuid and id = ${id}::uuid`;
        });
      }
      return id;
    },

    revoke(actor, id, key) {
      const { dealershipId } = actor;
      return prisma.$transaction((tx) =>
        once(tx, key, async () => {
          const members = await lockMembers(tx, dealershipId);
          checkManages(members, actor);
          // Who may not do this takes it back with the transaction.
          const [invitation] = await tx.$queryRaw<{ role: Role; email: string; ended: boolean }[]>`
            update invitations set revoked_at = coalesce(revoked_at, now())
            where dealership_id = ${dealershipId}::uuid and id = ${id}::uuid and accepted_at is null
            returning role, email, revoked_at = now()::timestamptz(3) "ended"`;
          if (!id || !invitation) {
            throw new UserFailure(
              'NOT_FOUND',
              'There is no such open invitation. It may have been accepted; reload the page.',
              { field: ['input', 'id'] },
            );
          }
          const { role, email, ended } = invitation;
          checkManages(members, actor, role);
          if (ended) {
            await audit(tx, dealershipId, {
              actor: auditActor(actor),
              action: 'INVITATION_REVOKED',
              subject: { kind: 'INVITATION', id },
              details: { role, email },
            });
          }
          return id;
        }),
      );
    },

    async accept(acceptance, person) {
      const tokenHash = hashOfToken(acceptance.token);
      const invitation = await prisma.invitation.findFirst({
        where: { tokenHash, ...isOpen(new Date()) },
        select: { id: true, email: true, dealership: { select: { name: true } } },
      });
      if (!invitation) throw unknownInvitation();
      const { id, email } = invitation;
      const account = await accountOf(email, acceptance, person);
      const guest = account ? null : await newGuest(acceptance, email, invitation.dealership.name);
      try {
        const sessionId = await prisma.$transaction(async (tx) => {
          const [claimed] = await tx.$queryRaw<{ dealershipId: string; role: Role }[]>`
            update invitations set accepted_at = now()
            where id = ${id}::uuid and accepted_at is null and revoked_at is null and expires_at > now()
            returning dealership_id "dealershipId", role`;
          if (!claimed) throw unknownInvitation();
          const { dealershipId, role } = claimed;
          const userId = account?.id ?? uuid();
          if (guest) await tx.user.create({ data: { id: userId, email, ...guest } });
          else if (account && !(await holdPassword(tx, userId, account.passwordHash)))
            throw wrongPassword();
          // Whoever works there already keeps their role.
          await tx.$executeRaw`
            insert into memberships (dealership_id, user_id, role)
            values (${dealershipId}::uuid, ${userId}::uuid, ${role}::"Role") on conflict do nothing`;
          await audit(tx, dealershipId, {
            actor: auditActor({
              kind: 'staff',
              actorId: userId,
              name: account?.name ?? guest?.name ?? '',
            }),
            action: 'INVITATION_ACCEPTED',
            subject: { kind: 'INVITATION', id },
            details: { role },
          });
          return sessions.open(tx, userId, dealershipId);
        });
        const session = await sessions.tokenOf(sessionId);
        if (!session) throw unknownInvitation();
        return session;
      } catch (error) {
        if (!isTaken(error, 'users_email_key')) throw error;
        throw new UserFailure(
          'EMAIL_TAKEN',
          'An account with this address was made a moment ago. Accept with its password.',
          { field: ['input', 'password'], cause: error },
        );
      }
    },
  };
}

/** Ends the open invitations of somebody who may no longer stand for them. */
export async function revokeInvitationsOf(
  tx: Prisma.TransactionClient,
  dealershipId: string,
  userId: string,
): Promise<void> {
  await tx.$executeRaw`
    update invitations set revoked_at = now()
    where dealership_id = ${dealershipId}::uuid and invited_by_id = ${userId}::uuid
      and accepted_at is null and revoked_at is null`;
}

async function checkGuest(
  tx: Prisma.TransactionClient,
  dealershipId: string,
  email: string,
): Promise<void> {
  const field = ['input', 'email'];
  const member = await tx.membership.findFirst({
    where: { dealershipId, user: { email } },
    select: { userId: true },
  });
  if (member) {
    throw new UserFailure('INVALID_INPUT', 'This person works here. Change their role instead.', {
      field,
    });
  }
  const [sent] = await tx.$queryRaw<{ today: number; toGuest: number }[]>`
    select count(*)::int "today",
      (count(*) filter (where email = ${email} and created_at > now() - interval '1 hour'))::int "toGuest"
    from invitations where dealership_id = ${dealershipId}::uuid and created_at > now() - interval '1 day'`;
  if (!sent || (sent.today < MAX_A_DAY && sent.toGuest < MAX_TO_ONE_AN_HOUR)) return;
  const everybody = sent.today >= MAX_A_DAY;
  throw new UserFailure(
    'RATE_LIMITED',
    everybody
      ? `A dealership can invite ${MAX_A_DAY} people a day. Go on tomorrow.`
      : 'This address was invited several times. Wait an hour, or tell them to look for the mail.',
    { field, retryAfterSeconds: everybody ? 86_400 : 3_600 },
  );
}

async function newGuest({ name, password }: Acceptance, email: string, dealership: string) {
  const clean = checkName(name ?? '', 'name');
  checkNewPassword(password ?? '', [email, clean, dealership]);
  return { name: clean, passwordHash: await hashPassword(password ?? '') };
}

function unknownInvitation(): UserFailure {
  return new UserFailure('NOT_FOUND', 'This invitation is over, or was used. Ask for a new one.', {
    field: ['input', 'token'],
  });
}

function wrongPassword(): UserFailure {
  return new UserFailure(
    'INVALID_CREDENTIALS',
    'You have an account with this address. Use its password, or log in first.',
    { field: ['input', 'password'] },
  );
}
