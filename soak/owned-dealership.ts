import { v7 as uuid } from 'uuid';
import type { Sessions } from '../server/accounts/sessions.ts';
import type { Database } from '../server/db/database.ts';

/** A dealership of its own, with one owner, who is logged in. */
export interface OwnedDealership {
  /** Not the global id, but the row's. */
  readonly uuid: string;
  readonly token: string;
}

export async function openDealership(
  { prisma }: Database,
  sessions: Sessions,
): Promise<OwnedDealership> {
  const [dealershipId, userId] = [uuid(), uuid()];
  const email = `${userId}@dealership.example`;
  await prisma.dealership.create({ data: { id: dealershipId, slug: dealershipId, name: 'Soak' } });
  await prisma.user.create({ data: { id: userId, email, name: 'Soak', passwordHash: '' } });
  await prisma.membership.create({ data: { dealershipId, userId, role: 'OWNER' } });
  const session = await prisma.$transaction((tx) => sessions.open(tx, userId, dealershipId));
  return { uuid: dealershipId, token: (await sessions.tokenOf(session))?.token ?? '' };
}
