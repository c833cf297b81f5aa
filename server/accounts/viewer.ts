import type { ApiScope, Role } from '../../generated/prisma/enums.ts';
import type { PrismaClient } from '../../generated/prisma/client.ts';
import { may, type Right } from './rights.ts';
import type { Sessions } from './sessions.ts';

/** Who asks. Every statement takes its dealership from here, never from arguments. */
export type Viewer = Visitor | Actor;

/** Nobody in particular: published vehicles of one dealership, or of none. */
export interface Visitor {
  kind: 'visitor';
  dealershipId: string | null;
  /** Of the embed key that its page shows. */
  keyId?: string;
  /** Of that page, when it is told. */
  origin?: string | null;
  /** Whether the key is for pages of some origins alone. */
  perOrigin?: boolean;
}

/** Whoever may do more than look, as far as its rights go. */
export type Actor = Staff | Integrator | Uploader;

interface Known {
  dealershipId: string;
  /** The person, the key or the token. */
  actorId: string;
  /** What it is called. */
  name: string;
  /** Null when it is no person. */
  userId: string | null;
  /** When it ends by itself; null is never. */
  expiresAt: Date | null;
}

/** A person who works there. */
export interface Staff extends Known {
  kind: 'staff';
  userId: string;
  sessionId: string;
  role: Role;
  /** When the session ends. */
  expiresAt: Date;
}

/** A program with an API key. */
export interface Integrator extends Known {
  kind: 'integrator';
  keyId: string;
  userId: null;
  scopes: readonly ApiScope[];
  /** Absent when its key was looked up for what it asks. */
  recalled?: Recalled;
}

/** Whose key was in force a moment ago: nothing is done for it, or told, before it is known to be so still. */
export interface Recalled {
  /** Set by statements that see it; they also take it back. */
  isInForce: boolean;
  /** Looks, unless it is known; rejects when the key is not in force any more. */
  confirm(): Promise<void>;
}

/** A page with an upload token, which is for one vehicle. */
export interface Uploader extends Known {
  kind: 'uploader';
  keyId: string;
  userId: null;
  vehicleId: string;
  expiresAt: Date;
}

/** What a page is by its embed key: a visitor, unless the key is none, or none for pages of its origin. */
export type EmbeddedPage = Visitor | 'unknown' | 'foreign';

/** Finds out who asks. */
export interface Viewers {
  /** Null when the token is none of ours, its session is over, or its owner left the dealership. */
  fromToken(token: string): Promise<Actor | null>;
  /** Who showed this API key a moment ago; null for all others. The key may have been revoked since. */
  recall(token: string): Omit<Integrator, 'recalled'> | null;
  /** Looks for the dealership of an embed key; a page of that origin shows it. */
  fromEmbedKey(key: string, origin: string | null): Promise<EmbeddedPage>;
  visitor(): Promise<Visitor>;
  /** The same without waiting; null before it was first found. */
  visitorNow(): Visitor | null;
  /** Whether who came a while ago is still let in, with that right when one is named. */
  stillMay(viewer: Viewer, right: Right | null): Promise<boolean>;
}

export function createViewers(
  prisma: PrismaClient,
  sessions: Sessions,
  defaultDealership: string | null,
): Omit<Viewers, 'fromEmbedKey' | 'recall'> {
  let publicDealershipId: string | null = null;
  return {
    async fromToken(token) {
      const owner = await sessions.find(token);
      return owner && { kind: 'staff', ...owner, actorId: owner.userId };
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

    visitorNow() {
      if (publicDealershipId === null && defaultDealership !== null) return null;
      return { kind: 'visitor', dealershipId: publicDealershipId };
    },

    async stillMay(viewer, right) {
      if (viewer.kind !== 'staff') return true;
      const role = await sessions.roleNow(viewer.sessionId);
      return role !== null && (right === null || may({ ...viewer, role }, right));
    },
  };
}
