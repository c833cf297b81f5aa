import { createHash, randomUUID } from 'node:crypto';
import { readdir, readFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { setFlagsFromString } from 'node:v8';
import pg from 'pg';
import { pino } from 'pino';
import type { DatabaseConfig } from '../server/db/database.ts';
import { copyTemplate, embeddedTemplate } from '../server/db/embedded-template.ts';
import { findMigrations, migrate } from '../server/db/migrate.ts';

// An engine that lives for a few tests is not worth optimizing: it takes half of the time.
setFlagsFromString('--liftoff-only');

export interface FreshDatabase {
  config: DatabaseConfig;
  /** Removes it; close what is connected to it first. */
  drop(): Promise<void>;
}

const cacheDir = fileURLToPath(new URL('../node_modules/.cache/forecourt', import.meta.url));
const log = pino({ level: 'silent' });

/**
 * An empty, migrated database for one test: on the server of DATABASE_URL when
 * that is set, else an embedded one in a new temporary folder.
 */
export async function freshDatabase(): Promise<FreshDatabase> {
  const url = process.env.DATABASE_URL;
  return url ? freshPostgres(url) : freshEmbedded();
}

/** A new temporary folder with an empty, migrated embedded database in it. */
export async function freshDataDir(): Promise<string> {
  const dataDir = await mkdtemp(join(tmpdir(), 'forecourt-'));
  await copyTemplate(await embeddedTemplate(cacheDir, log), dataDir);
  return dataDir;
}

async function freshEmbedded(): Promise<FreshDatabase> {
  const dataDir = await freshDataDir();
  return {
    config: { kind: 'embedded', dataDir },
    drop: () => rm(dataDir, { recursive: true, force: true, maxRetries: 5 }),
  };
}

async function freshPostgres(url: string): Promise<FreshDatabase> {
  const template = await postgresTemplate(url);
  const name = `forecourt_test_${randomUUID().replaceAll('-', '')}`;
  await onServer(url, async (client) => {
    await client.query(`CREATE DATABASE ${name} TEMPLATE ${template}`);
  });
  return {
    config: { kind: 'postgres', url: withDatabase(url, name), poolSize: 10 },
    drop: () =>
      onServer(url, async (client) => {
        await client.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
      }),
  };
}

/** Made by the first that asks, under a lock of the server that all of them share. */
async function postgresTemplate(url: string): Promise<string> {
  const name = `forecourt_template_${await migrationsHash()}`;
  await onServer(url, async (client) => {
    await client.query("SELECT pg_advisory_lock(hashtext('forecourt_template'))");
    const { rowCount } = await client.query(
      'SELECT 1 FROM pg_database WHERE datname = $1 AND datistemplate',
      [name],
    );
    if (rowCount) return;
    await client.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
    await client.query(`CREATE DATABASE ${name}`);
    const pool = new pg.Pool({ connectionString: withDatabase(url, name), max: 1 });
    await migrate(pool).finally(() => pool.end());
    await client.query(`ALTER DATABASE ${name} IS_TEMPLATE true`);
  });
  return name;
}

async function migrationsHash(): Promise<string> {
  const hash = createHash('sha256');
  const folder = findMigrations();
  for (const name of (await readdir(folder)).sort()) {
    hash.update(name).update(await readFile(join(folder, name, 'migration.sql')).catch(() => ''));
  }
  return hash.digest('hex').slice(0, 16);
}

function withDatabase(url: string, name: string): string {
  const changed = new URL(url);
  changed.pathname = `/${name}`;
  return changed.href;
}

async function onServer(url: string, work: (client: pg.Client) => Promise<void>): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await work(client).finally(() => client.end());
}
