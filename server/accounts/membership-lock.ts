import type { Prisma } from '../../generated/prisma/client.ts';
import type { Role } from '../../generated/prisma/enums.ts';
import { topLevelError } from '../graphql/top-level-error.ts';
import { may, refusal } from './rights.ts';
import type { Staff } from './viewer.ts';

/** Who works at a dealership, and as what. */
export type Members = ReadonlyMap<string, Role>;

/** Locks the members of a dealership until the transaction ends: changes come one after the other. */
export async function lockMembers(
  tx: Prisma.TransactionClient,
  dealershipId: string,
): Promise<Members> {
  const rows = await tx.$queryRaw<{ userId: string; role: Role }[]>`
    select user_id "userId", role from memberships where dealership_id = ${dealershipId}::uuid
    order by user_id for update`;
  return new Map(rows.map(({ userId, role }) => [userId, role]));
}

/**
 * Throws FORBIDDEN unless somebody may manage members by now, and these roles
 * among them: a manager makes no owners, and touches none.
 */
export function checkManages(members: Members, actor: Staff, ...roles: Role[]): void {
  const role = members.get(actor.userId);
  const viewer = role && { ...actor, role };
  if (!viewer || !may(viewer, 'manageMembers'))
    throw topLevelError('FORBIDDEN', refusal(viewer || actor, 'manageMembers'));
  if (role !== 'OWNER' && roles.includes('OWNER'))
    throw topLevelError('FORBIDDEN', 'Only owners may do this to owners. Ask one of them.');
}
