import { v7 as uuid } from 'uuid';
import type { Prisma } from '../../generated/prisma/client.ts';
import type { Role } from '../../generated/prisma/enums.ts';
import type { Database } from '../db/database.ts';
import type { SessionTokens } from './session-tokens.ts';
import { tellViewerChange } from './viewer-changes.ts';

/** Long enough for a token to be past its time by every clock. */
const KEPT_AFTER_END = '1 day';

export interface Session {
  token: string;
  expiresAt: Date;
}

/** Whose session it is, and what they may do where. */
export interface SessionOwner {
  sessionId: string;
  userId: string;
  /** How the person is called. */
  name: string;
  dealershipId: string;
  role: Role;
  /** When the session ends. */
  expiresAt: Date;
}

/** Sessions of people: a token that is signed, and a row that can be revoked. */
export interface Sessions {
  /** Opens a session of a member, in the transaction of whatever allows it. Resolves to its id. */
  open(tx: Prisma.TransactionClient, userId: string, dealershipId: string): Promise<string>;
  /** The token of an open session: the same one however often it is asked for. Null when it is over. */
  tokenOf(sessionId: string): Promise<Session | null>;
  /** Null when the token is none of ours, or the session is over, or its owner left the dealership. */
  find(token: string): Promise<SessionOwner | null>;
  /** What the owner of a session may do by now; null when it is over. */
  roleNow(sessionId: string): Promise<Role | null>;
  /** Ends one session. */
  revoke(tx: Prisma.TransactionClient, sessionId: string): Promise<void>;
  /** Ends all sessions of a person, in every dealership. Resolves to how many. */
  revokeAll(
    tx: Prisma.TransactionClient,
    userId: string,
    options?: { except?: string },
  ): Promise<number>;
}

const FIND = `select m.role, u.name, (extract(epoch from s.expires_at) * 1000)::bigint from sessions s
  join memberships m on m.dealership_id = s.dealership_id and m.user_id = s.user_id
  join users u on u.id = s.user_id
  where s.id = $1 and s.user_id = $2 and s.dealership_id = $3
    and s.revoked_at is null and s.expires_at > now()`;

export function createSessions(
  { pool, lookUp }: Pick<Database, 'pool' | 'lookUp'>,
  tokens: SessionTokens,
  ttlSeconds: number,
): Sessions {
  return {
    async open(tx, userId, dealershipId) {
      const id = uuid();
      // Whole seconds, as tokens have them.
      await tx.$executeRaw`
        insert into sessions (id, dealership_id, user_id, created_at, expires_at)
        values (${id}::uuid, ${dealershipId}::uuid, ${userId}::uuid, date_trunc('second', now()),
          date_trunc('second', now()) + make_interval(secs => ${ttlSeconds}))`;
      return id;
    },

    async tokenOf(sessionId) {
      const { rows } = await pool.query<{
        userId: string;
        dealershipId: string;
        createdAt: Date;
        expiresAt: Date;
      }>({
        name: 'session-token',
        text: `select user_id "userId", dealership_id "dealershipId", created_at "createdAt", expires_at "expiresAt"
          from sessions where id = $1 and revoked_at is null and expires_at > now()`,
        values: [sessionId],
      });
      const [row] = rows;
      if (!row) return null;
      const { createdAt, expiresAt, ...owner } = row;
      return { token: await tokens.sign({ sessionId, ...owner }, createdAt, expiresAt), expiresAt };
    },

    async find(token) {
      const claims = await tokens.verify(token);
      if (!claims) return null;
      const { sessionId, userId, dealershipId } = claims;
      const [row] = await lookUp(FIND, [sessionId, userId, dealershipId]);
      if (!row) return null;
      const [role, name, expiresAt] = row as [Role, string, string];
      return { ...claims, role, name, expiresAt: new Date(Number(expiresAt)) };
    },

    async roleNow(sessionId) {
      const { rows } = await pool.query<{ role: Role }>({
        name: 'session-role',
        text: `select m.role from sessions s
          join memberships m on m.dealership_id = s.dealership_id and m.user_id = s.user_id
          where s.id = $1 and s.revoked_at is null and s.expires_at > now()`,
        values: [sessionId],
      });
      return rows[0]?.role ?? null;
    },

    async revoke(tx, sessionId) {
      await tx.$executeRaw`
        update sessions set revoked_at = now() where id = ${sessionId}::uuid and revoked_at is null`;
      await tellViewerChange(tx, { sessionId });
    },

    async revokeAll(tx, userId, { except } = {}) {
      const count = await tx.$executeRaw`
        update sessions set revoked_at = now()
        where user_id = ${userId}::uuid and revoked_at is null and expires_at > now()
          and id is distinct from ${except ?? null}::uuid`;
      await tellViewerChange(tx, { userId });
      return count;
    },
  };
}

/** Forgets sessions that ended. */
export async function pruneSessions(pool: Database['pool']): Promise<void> {
  await pool.query(`delete from sessions where expires_at < now() - interval '${KEPT_AFTER_END}'`);
}
