import type { Role } from '../../generated/prisma/enums.ts';
import type { PrismaClient } from '../../generated/prisma/client.ts';
import type { Sessions } from './sessions.ts';

/** Who asks. Every statement takes its dealership from here, never from arguments. */
export type Viewer =
  /** Nobody in particular: published vehicles of one dealership, or of none. */
  { kind: 'visitor'; dealershipId: string | null } | Staff;

export interface Staff {
  kind: 'staff';
  userId: string;
  dealershipId: string;
  role: Role;
  /** When the session ends. */
  expiresAt: Date;
}

/** Finds out who asks. */
export interface Viewers {
  /** Null when the token is none of ours, is past its time, or its owner left the dealership. */
  fromToken(token: string): Promise<Staff | null>;
  visitor(): Promise<Viewer>;
}

export function createViewers(
  prisma: PrismaClient,
  sessions: Sessions,
  defaultDealership: string | null,
): Viewers {
  let publicDealershipId: string | null = null;
  return {
    async fromToken(token) {
      const claims = await sessions.verify(token);
      if (!claims) return null;
      const membership = await prisma.membership.findUnique({
        where: {
          dealershipId_userId: { dealershipId: claims.dealershipId, userId: claims.userId },
        },
        select: { role: true },
      });
      return membership ? { kind: 'staff', ...claims, role: membership.role } : null;
    },

    async visitor() {
      if (publicDealershipId === null && defaultDealership !== null) {
        const dealership = await prisma.dealership.findUnique({
          where: { slug: defaultDealership },
          select: { id: true },
        });
        publicDealershipId = dealership?.id ?? null;
      }
      return { kind: 'visitor', dealershipId: publicDealershipId };
    },
  };
}
