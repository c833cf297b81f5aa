import type { Prisma, PrismaClient } from '../../generated/prisma/client.ts';
import type { Role } from '../../generated/prisma/enums.ts';
import { UserFailure } from '../errors.ts';
import type { IdempotencyKey } from '../idempotency/idempotency-key.ts';
import { once } from '../idempotency/once.ts';
import { audit, auditActor } from './audit.ts';
import { revokeInvitationsOf } from './invitations.ts';
import { checkManages, lockMembers, type Members as Locked } from './membership-lock.ts';
import type { Staff } from './viewer.ts';
import { tellViewerChange } from './viewer-changes.ts';

/**
 * Who works at a dealership, and as what. Changes take effect at once, on open
 * streams too, and end the invitations that the person has sent. A dealership
 * always has an owner. Each resolves to the person's id.
 */
export interface Members {
  changeRole(
    actor: Staff,
    userId: string | null,
    role: Role,
    key?: IdempotencyKey | null,
  ): Promise<string>;
  /** Ends their sessions in this dealership. Everybody may let themselves go. */
  remove(actor: Staff, userId: string | null, key?: IdempotencyKey | null): Promise<string>;
}

export function createMembers(prisma: PrismaClient): Members {
  return {
    changeRole(actor, userId, role, key) {
      const { dealershipId } = actor;
      return prisma.$transaction((tx) =>
        once(tx, key, async () => {
          const members = await lockMembers(tx, dealershipId);
          checkManages(members, actor);
          const member = findMember(members, userId);
          checkManages(members, actor, member.role, role);
          if (member.role === role) return member.userId;
          if (role !== 'OWNER') keepAnOwner(members, member.userId);
          await tx.$executeRaw`
            update memberships set role = ${role}::"Role"
            where dealership_id = ${dealershipId}::uuid and user_id = ${member.userId}::uuid`;
          await revokeInvitationsOf(tx, dealershipId, member.userId);
          await audit(tx, dealershipId, {
            actor: auditActor(actor),
            action: 'ROLE_CHANGED',
            subject: { kind: 'USER', id: member.userId },
            details: { name: await nameOf(tx, member.userId), from: member.role, to: role },
          });
          await tellViewerChange(tx, { dealershipId, userId: member.userId });
          return member.userId;
        }),
      );
    },

    remove(actor, userId, key) {
      const { dealershipId } = actor;
      return prisma.$transaction((tx) =>
        once(tx, key, async () => {
          const members = await lockMembers(tx, dealershipId);
          if (userId !== actor.userId) checkManages(members, actor);
          const member = findMember(members, userId);
          if (userId !== actor.userId) checkManages(members, actor, member.role);
          keepAnOwner(members, member.userId);
          const name = await nameOf(tx, member.userId);
          // Sessions go with it.
          await tx.$executeRaw`
            delete from memberships
            where dealership_id = ${dealershipId}::uuid and user_id = ${member.userId}::uuid`;
          await revokeInvitationsOf(tx, dealershipId, member.userId);
          await audit(tx, dealershipId, {
            actor: auditActor(actor),
            action: 'MEMBER_REMOVED',
            subject: { kind: 'USER', id: member.userId },
            details: { name, role: member.role },
          });
          await tellViewerChange(tx, { dealershipId, userId: member.userId });
          return member.userId;
        }),
      );
    },
  };
}

function findMember(members: Locked, userId: string | null): { userId: string; role: Role } {
  const role = userId === null ? undefined : members.get(userId);
  if (userId !== null && role) return { userId, role };
  throw new UserFailure('NOT_FOUND', 'Nobody of this id works here. Reload the page.', {
    field: ['input', 'userId'],
  });
}

async function nameOf(tx: Prisma.TransactionClient, id: string): Promise<string> {
  const { name } = await tx.user.findUniqueOrThrow({ where: { id }, select: { name: true } });
  return name;
}

/** Throws LAST_OWNER when nobody else is one. */
function keepAnOwner(members: Locked, leaving: string): void {
  const others = [...members].filter(([userId, role]) => role === 'OWNER' && userId !== leaving);
  if (members.get(leaving) !== 'OWNER' || others.length > 0) return;
  throw new UserFailure(
    'LAST_OWNER',
    'A dealership needs an owner. Make somebody else an owner first.',
    { field: ['input', 'userId'] },
  );
}
