import { createHash, randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type pg from 'pg';
import { DatabaseError } from './database-error.ts';
import { allowSilence } from './silent-connections.ts';
import { lacksRoles, rolesMissing } from './tenant-roles.ts';

interface Migration {
  name: string;
  sql: string;
  /** SHA-256 of the file, hex, as Prisma records it. */
  checksum: string;
}

/** The lock that Prisma Migrate takes too: https://pris.ly/d/migrate-advisory-locking */
const advisoryLock = 72707369;

/** For the lock and for each migration, in ms. The pool's own limit suits requests. */
const patience = 600_000;

/** Servers of before go on writing, in another order than a migration locks its tables. */
const DEADLOCK = '40P01';
const TRIES = 10;

/** Exactly as Prisma Migrate creates it. */
const createBookkeeping = `
CREATE TABLE IF NOT EXISTS "_prisma_migrations" (
  "id" VARCHAR(36) PRIMARY KEY NOT NULL,
  "checksum" VARCHAR(64) NOT NULL,
  "finished_at" TIMESTAMPTZ,
  "migration_name" VARCHAR(255) NOT NULL,
  "logs" TEXT,
  "rolled_back_at" TIMESTAMPTZ,
  "started_at" TIMESTAMPTZ NOT NULL DEFAULT now(),
  "applied_steps_count" INTEGER NOT NULL DEFAULT 0
)`;

/** The nearest `prisma/migrations` above this file, which may run from a build folder. */
export function findMigrations(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, 'prisma', 'migrations'))) {
    const parent = dirname(folder);
    if (parent === folder) throw new Error('there is no prisma/migrations above the server');
    folder = parent;
  }
  return join(folder, 'prisma', 'migrations');
}

async function readMigrations(folder: string): Promise<Migration[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  const names = entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
  return Promise.all(
    names.sort().map(async (name) => {
      const sql = await readFile(join(folder, name, 'migration.sql'), 'utf8');
      return { name, sql, checksum: createHash('sha256').update(sql).digest('hex') };
    }),
  );
}

/** What of `migrations` is yet to be applied. What is recorded but not in the folder belongs to a newer server. */
async function findPending(client: pg.ClientBase, migrations: Migration[]): Promise<Migration[]> {
  const { rows } = await client.query<{ name: string; checksum: string; finished: boolean }>(
    `SELECT migration_name AS name, checksum, finished_at IS NOT NULL AS finished
       FROM "_prisma_migrations" WHERE rolled_back_at IS NULL`,
  );
  const failed = rows.find((row) => !row.finished);
  if (failed) {
    throw new DatabaseError(
      'MIGRATION_FAILED',
      `migration ${failed.name} did not finish: mend the database, then run ` +
        `"npx prisma migrate resolve --applied ${failed.name}" or "--rolled-back ${failed.name}"`,
    );
  }
  const applied = new Map(rows.map((row) => [row.name, row.checksum]));
  for (const { name, checksum } of migrations) {
    if (applied.has(name) && applied.get(name) !== checksum) {
      throw new DatabaseError(
        'MIGRATION_CHANGED',
        `migration ${name} was changed after it had been applied: ` +
          'restore its migration.sql and put the change into a new migration',
      );
    }
  }
  return migrations.filter((migration) => !applied.has(migration.name));
}

async function patiently(client: pg.ClientBase, text: string): Promise<void> {
  allowSilence(client, patience);
  try {
    await client.query(text);
  } finally {
    allowSilence(client, null);
  }
}

async function apply(client: pg.ClientBase, migration: Migration): Promise<void> {
  for (let triesLeft = TRIES; ; triesLeft -= 1) {
    try {
      await applyOnce(client, migration);
      return;
    } catch (error) {
      if (lacksRoles(error)) throw rolesMissing(error);
      // Those whom it stood in the way of have gone on.
      if ((error as { code?: unknown }).code === DEADLOCK && triesLeft > 1) continue;
      throw new Error(`migration ${migration.name} cannot be applied`, { cause: error });
    }
  }
}

async function applyOnce(client: pg.ClientBase, migration: Migration): Promise<void> {
  await client.query('BEGIN');
  try {
    await patiently(client, migration.sql);
    await client.query(
      `INSERT INTO "_prisma_migrations"
         (id, checksum, migration_name, started_at, finished_at, applied_steps_count)
       VALUES ($1, $2, $3, now(), clock_timestamp(), 1)`,
      [randomUUID(), migration.checksum, migration.name],
    );
    await client.query('COMMIT');
  } catch (error) {
    await client.query('ROLLBACK');
    throw error;
  }
}

/**
 * Brings the database up to the folder of migrations: all of one or nothing of
 * it, one process at a time, in the books that Prisma Migrate keeps.
 *
 * @returns the names of what was applied now, in order.
 * @throws {DatabaseError} MIGRATION_CHANGED, MIGRATION_FAILED, ROLES_MISSING
 */
export async function migrate(
  pool: pg.Pool,
  migrationsDir: string = findMigrations(),
): Promise<string[]> {
  const migrations = await readMigrations(migrationsDir);
  const client = await pool.connect();
  let broken = false;
  try {
    await client.query(`SET statement_timeout = ${patience}`);
    await patiently(client, `SELECT pg_advisory_lock(${advisoryLock})`);
    await client.query(createBookkeeping);
    const pending = await findPending(client, migrations);
    for (const migration of pending) await apply(client, migration);
    await client.query(`SELECT pg_advisory_unlock(${advisoryLock})`);
    await client.query('RESET statement_timeout');
    return pending.map((migration) => migration.name);
  } catch (error) {
    broken = true;
    throw error;
  } finally {
    client.release(broken);
  }
}
