import { createHash, randomUUID } from 'node:crypto';
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { freshDatabase, type FreshDatabase } from '../../test/database.ts';
import { connectDatabase, type Database } from './database.ts';
import { findMigrations, migrate } from './migrate.ts';

const log = pino({ level: 'silent' });

describe('migrate', () => {
  let fresh: FreshDatabase;
  let db: Database;
  let folder: string;

  beforeAll(async () => {
    fresh = await freshDatabase();
    db = await connectDatabase(fresh.config, log);
  });

  afterAll(async () => {
    await db.close();
    await fresh.drop();
  });

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'migrations-'));
    await cp(findMigrations(), folder, { recursive: true });
    await db.pool.query('DROP SCHEMA public CASCADE; CREATE SCHEMA public');
  });

  afterEach(async () => {
    await rm(folder, { recursive: true });
  });

  async function addMigration(name: string, sql: string): Promise<void> {
    await mkdir(join(folder, name));
    await writeFile(join(folder, name, 'migration.sql'), sql);
  }

  const recorded = async (): Promise<string[]> => {
    const { rows } = await db.pool.query<{ name: string }>(
      'SELECT migration_name AS name FROM _prisma_migrations ORDER BY started_at, migration_name',
    );
    return rows.map((row) => row.name);
  };

  test('applies every migration to an empty database, in order, and records it', async () => {
    const names = await migrate(db.pool);
    expect(names).toEqual([...names].sort());
    expect(names[0]).toBe('20261121000000_init');
    expect(await recorded()).toEqual(names);
    const { rows } = await db.pool.query(
      `SELECT checksum, finished_at IS NOT NULL AS finished, applied_steps_count AS steps
         FROM _prisma_migrations WHERE migration_name = $1`,
      [names[0]],
    );
    const file = await readFile(join(folder, names[0] ?? '', 'migration.sql'));
    const checksum = createHash('sha256').update(file).digest('hex');
    expect(rows).toEqual([{ checksum, finished: true, steps: 1 }]);
  });

  test.runIf(process.env.DATABASE_URL)(
    'begins a migration again that the database broke off for a deadlock',
    async () => {
      await db.pool.query('CREATE TABLE bills (id int); CREATE TABLE notes (id int)');
      await addMigration(
        '20990101000000_locks',
        "SET LOCAL deadlock_timeout = '2s'; LOCK TABLE notes; LOCK TABLE bills",
      );
      const server = await db.pool.connect();
      try {
        // Whoever looks for a deadlock is broken off.
        await server.query(`BEGIN; SET LOCAL deadlock_timeout = '1h'; LOCK TABLE bills`);
        const migrated = migrate(db.pool, folder);
        const waits = 'SELECT FROM pg_locks WHERE NOT granted AND relation = $1::regclass';
        await expect
          .poll(async () => (await db.pool.query(waits, ['bills'])).rowCount, { timeout: 20_000 })
          .toBe(1);
        await server.query('LOCK TABLE notes; COMMIT');
        expect(await migrated).toContain('20990101000000_locks');
      } finally {
        server.release(true);
      }
    },
  );

  test('has nothing to do the second time', async () => {
    expect(await migrate(db.pool)).not.toEqual([]);
    expect(await migrate(db.pool)).toEqual([]);
  });

  test('applies what was added since', async () => {
    await migrate(db.pool, folder);
    await addMigration(
      '20990101000000_notes',
      'CREATE TABLE notes (id int); CREATE INDEX ON notes (id);',
    );
    expect(await migrate(db.pool, folder)).toEqual(['20990101000000_notes']);
    expect(await migrate(db.pool, folder)).toEqual([]);
    await db.pool.query('INSERT INTO notes VALUES (1)');
  });

  test('leaves nothing of a migration that fails half way, and applies it once it is mended', async () => {
    await migrate(db.pool, folder);
    await addMigration('20990101000000_notes', 'CREATE TABLE notes (id int);');
    await addMigration('20990102000000_bad', 'CREATE TABLE half (id int); SELECT no_such_column;');
    await expect(migrate(db.pool, folder)).rejects.toThrow('migration 20990102000000_bad');
    expect((await recorded()).at(-1)).toBe('20990101000000_notes');
    expect((await db.pool.query("SELECT to_regclass('half') AS half")).rows).toEqual([
      { half: null },
    ]);

    await writeFile(
      join(folder, '20990102000000_bad', 'migration.sql'),
      'CREATE TABLE half (id int);',
    );
    expect(await migrate(db.pool, folder)).toEqual(['20990102000000_bad']);
  });

  test('refuses when the file of an applied migration was changed', async () => {
    await migrate(db.pool, folder);
    const file = join(folder, '20261121000000_init', 'migration.sql');
    await writeFile(file, `${await readFile(file, 'utf8')}\n-- changed`);
    await expect(migrate(db.pool, folder)).rejects.toMatchObject({
      code: 'MIGRATION_CHANGED',
      message: expect.stringContaining('20261121000000_init'),
    });
  });

  test('refuses when a migration is recorded that failed, until it is resolved', async () => {
    await migrate(db.pool, folder);
    await addMigration('20990101000000_notes', 'CREATE TABLE notes (id int);');
    await db.pool.query(
      `INSERT INTO _prisma_migrations (id, checksum, migration_name) VALUES ($1, 'x', $2)`,
      [randomUUID(), '20990101000000_notes'],
    );
    await expect(migrate(db.pool, folder)).rejects.toMatchObject({
      code: 'MIGRATION_FAILED',
      message: expect.stringContaining('20990101000000_notes'),
    });
    await db.pool.query(
      'UPDATE _prisma_migrations SET rolled_back_at = now() WHERE checksum = $1',
      ['x'],
    );
    expect(await migrate(db.pool, folder)).toEqual(['20990101000000_notes']);
  });

  test('lets an older server start on the database of a newer one', async () => {
    await addMigration('20990101000000_notes', 'CREATE TABLE notes (id int);');
    await migrate(db.pool, folder);
    expect(await migrate(db.pool)).toEqual([]);
  });

  test('applies each migration once when servers start together', async () => {
    const starts = await Promise.all([1, 2, 3, 4].map(() => migrate(db.pool, folder)));
    expect(starts.filter((names) => names.length > 0)).toHaveLength(1);
    expect(await recorded()).toEqual(starts.flat());
  });

  test('gives its connection back as it was', async () => {
    const setting = async () => (await db.pool.query('SHOW statement_timeout')).rows;
    const before = await setting();
    await migrate(db.pool);
    expect(await setting()).toEqual(before);
  });
});
