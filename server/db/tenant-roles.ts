import type pg from 'pg';
import { DatabaseError, reasonOf } from './database-error.ts';
import type { WallRole } from './tenant-query.ts';

const ROLES: readonly WallRole[] = ['forecourt_tenant', 'forecourt_visitor'];

/** What somebody who may create roles has to run. */
const CREATE_ROLES = [
  ...ROLES.map((role) => `CREATE ROLE ${role} NOLOGIN NOSUPERUSER NOBYPASSRLS;`),
  `GRANT ${ROLES.join(', ')} TO <the user of DATABASE_URL>;`,
].join(' ');

/** Whether a migration failed for want of the right to create roles, or to take them on. */
export function lacksRoles(error: unknown): boolean {
  const { code, message } = error as { code?: unknown; message?: unknown };
  return code === '42501' && typeof message === 'string' && /\brole\b/.test(message);
}

export function rolesMissing(cause: unknown): DatabaseError {
  return new DatabaseError(
    'ROLES_MISSING',
    `The database user may not use the roles ${ROLES.join(' and ')} (${reasonOf(cause)}). ` +
      `Let an administrator of the server run "${CREATE_ROLES}", then start again`,
    { cause },
  );
}

/**
 * Looks whether row-level security holds: a role can be taken on, and is one
 * that cannot bypass it. Roles belong to the server, not to the database: a copy
 * that was restored elsewhere comes without.
 * @throws {DatabaseError} ROLES_MISSING, ROLES_UNSAFE
 */
export async function checkTenantRoles(pool: pg.Pool): Promise<void> {
  const client = await pool.connect();
  try {
    for (const role of ROLES) {
      const { unsafe, reads } = await tryRole(client, role);
      if (unsafe) {
        throw new DatabaseError(
          'ROLES_UNSAFE',
          `The role ${role} is past row-level security: run "ALTER ROLE ${role} NOSUPERUSER NOBYPASSRLS;", ` +
            'let it own no table, then start again',
        );
      }
      if (!reads) throw rolesMissing(new Error(`${role} may not read the vehicles`));
    }
  } finally {
    client.release();
  }
}

async function tryRole(
  client: pg.ClientBase,
  role: WallRole,
): Promise<{ unsafe: boolean; reads: boolean }> {
  await client.query('BEGIN');
  try {
    await client.query(`SET LOCAL ROLE ${role}`);
    const { rows } = await client.query<{ unsafe: boolean; reads: boolean }>(
      `SELECT NOT row_security_active('vehicles') unsafe, has_table_privilege('vehicles', 'SELECT') reads`,
    );
    return rows[0] ?? { unsafe: true, reads: false };
  } catch (error) {
    throw rolesMissing(error);
  } finally {
    await client.query('ROLLBACK');
  }
}
