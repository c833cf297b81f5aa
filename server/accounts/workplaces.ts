import type { PrismaClient } from '../../generated/prisma/client.ts';
import type { Role } from '../../generated/prisma/enums.ts';

/** A dealership where somebody works, and as what. */
export interface Workplace {
  dealershipId: string;
  name: string;
  slug: string;
  role: Role;
}

/** In the order that the person joined them. */
export async function workplacesOf(prisma: PrismaClient, userId: string): Promise<Workplace[]> {
  const memberships = await prisma.membership.findMany({
    where: { userId },
    select: { dealershipId: true, role: true, dealership: { select: { name: true, slug: true } } },
    orderBy: { createdAt: 'asc' },
  });
  return memberships.map(({ dealership, ...membership }) => ({ ...membership, ...dealership }));
}
