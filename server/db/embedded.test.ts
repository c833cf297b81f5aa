import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { mkdir, readdir, symlink, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { freshDatabase, type FreshDatabase } from '../../test/database.ts';
import { connectDatabase } from './database.ts';

const log = pino({ level: 'silent' });

/** Another process, with the driver alone: its client would take longer to load than to write. */
const writer = `
  import { openEmbedded } from ${JSON.stringify(new URL('./embedded.ts', import.meta.url).href)};
  const log = { warn() {}, fatal() {} };
  const { pool } = await openEmbedded({ dataDir: process.argv[1] }, log);
  for (let i = 0; ; i++) {
    const id = crypto.randomUUID();
    const name = 'x'.repeat(i % 2000);
    await pool.query('INSERT INTO dealerships (id, name, slug) VALUES ($1, $2, $3)', [id, name, id]);
    console.log(id);
  }
`;

describe.runIf(!process.env.DATABASE_URL)('the embedded database', () => {
  let fresh: FreshDatabase;
  let dataDir: string;
  let child: ChildProcess | undefined;

  beforeEach(async () => {
    fresh = await freshDatabase();
    if (fresh.config.kind !== 'embedded') throw new Error('needs an embedded database');
    ({ dataDir } = fresh.config);
  });

  afterEach(async () => {
    await kill();
    await fresh.drop();
  });

  async function kill(): Promise<void> {
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGKILL');
    await once(child, 'exit');
  }

  /** @returns ids of rows whose commit another process was told of, until it was killed. */
  async function writeUntilKilled(count: number): Promise<string[]> {
    const args = ['--import', 'tsx', '--input-type=module', '--eval', writer, dataDir];
    child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    const ids: string[] = [];
    if (!child.stdout) throw new Error('no output');
    for await (const id of createInterface({ input: child.stdout })) {
      ids.push(id);
      if (ids.length === count) child.kill('SIGKILL');
    }
    // Its output may end a moment before it does.
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
    return ids;
  }

  test('loses no acknowledged row when its process is killed in mid-write', async () => {
    const acknowledged: string[] = [];
    for (const count of [40, 75]) {
      acknowledged.push(...(await writeUntilKilled(count)));
      const db = await connectDatabase(fresh.config, log);
      const rows = await db.prisma.dealership.findMany({ select: { id: true } });
      const kept = new Set(rows.map((row) => row.id));
      expect(acknowledged.filter((id) => !kept.has(id))).toEqual([]);
      await db.close();
    }
    expect(acknowledged.length).toBeGreaterThanOrEqual(115);
  });

  test('starts anew when its first start was killed half way', async () => {
    const newDir = join(dataDir, 'new');
    const args = ['--import', 'tsx', '--input-type=module', '--eval', writer, newDir];
    child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    const hasBegun = () => readdirSync(newDir).some((name) => name.startsWith('postgres'));
    await vi.waitFor(() => expect(hasBegun()).toBe(true), 60_000);
    await kill();
    const db = await connectDatabase({ kind: 'embedded', dataDir: newDir }, log);
    await db.check();
    await db.close();
    expect(readdirSync(newDir)).toEqual(['postgres']);
  });

  test('says what is wrong with a damaged database, and lets go of it', async () => {
    await truncate(join(dataDir, 'postgres', 'global', 'pg_control'));
    for (const attempt of [1, 2]) {
      const opening = connectDatabase(fresh.config, log);
      await expect(opening, `attempt ${attempt}`).rejects.toMatchObject({
        code: 'ENGINE_STOPPED',
        message: expect.stringContaining(join(dataDir, 'postgres')),
      });
    }
  });

  test('says why it cannot create a database', async () => {
    const newDir = join(dataDir, 'new');
    await mkdir(newDir);
    await symlink(join(newDir, 'disk-that-is-not-mounted'), join(newDir, 'postgres'));
    await expect(connectDatabase({ kind: 'embedded', dataDir: newDir }, log)).rejects.toMatchObject(
      {
        code: 'CREATION_FAILED',
        message: expect.stringContaining('ENOTDIR'),
      },
    );
    expect(readdirSync(newDir)).toEqual(['postgres']);
  });

  test('refuses a second process, which would lose rows', async () => {
    const db = await connectDatabase(fresh.config, log);
    await expect(connectDatabase(fresh.config, log)).rejects.toMatchObject({
      code: 'DATA_DIR_IN_USE',
      message: expect.stringContaining(`process ${process.pid}`),
    });
    await db.close();
    await (await connectDatabase(fresh.config, log)).close();
    expect(await readdir(dataDir)).toEqual(['postgres']);
  });

  test('keeps what was written when it is closed', async () => {
    const first = await connectDatabase(fresh.config, log);
    await first.pool.query('CREATE TABLE notes AS SELECT generate_series(1, 1000) AS id');
    await first.close();
    const second = await connectDatabase(fresh.config, log);
    expect((await second.pool.query('SELECT count(*)::int AS n FROM notes')).rows).toEqual([
      { n: 1000 },
    ]);
    await second.close();
  });

  test('gives the next connection a session without the last one’s transaction', async () => {
    const db = await connectDatabase(fresh.config, log);
    const client = await db.pool.connect();
    await client.query('BEGIN; CREATE TABLE notes (id int)');
    await client.query("SET search_path = ''");
    client.release(true);
    expect((await db.pool.query("SELECT to_regclass('public.notes') AS notes")).rows).toEqual([
      { notes: null },
    ]);
    expect((await db.pool.query('SHOW search_path')).rows).toEqual([{ search_path: 'public' }]);
    await db.close();
  });

  test('carries values of megabytes', async () => {
    const db = await connectDatabase(fresh.config, log);
    const text = 'žluťoučký '.repeat(500_000);
    const { rows } = await db.pool.query('SELECT $1::text AS text', [text]);
    expect(rows[0].text === text).toBe(true);
    await db.close();
  });

  test('fails every query once it is closed, and closes twice', async () => {
    const db = await connectDatabase(fresh.config, log);
    await db.close();
    await expect(db.check()).rejects.toThrow();
    await db.close();
  });
});
