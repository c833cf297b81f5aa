import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import pg from 'pg';
import { describe, expect, test, vi } from 'vitest';
import { freshDatabase } from '../../test/database.ts';
import { migrate } from './migrate.ts';

vi.setConfig({ testTimeout: 300_000 });

const root = fileURLToPath(new URL('../..', import.meta.url));

/** @returns what it prints; rejects when it exits with another code than 0. */
async function prisma(args: string, url = ''): Promise<string> {
  const { stdout, stderr } = await promisify(execFile)(
    process.execPath,
    ['node_modules/prisma/build/index.js', ...args.split(' ')],
    { cwd: root, env: { ...process.env, DATABASE_URL: url, CHECKPOINT_DISABLE: '1' } },
  );
  return stdout + stderr;
}

describe('the prisma command', () => {
  test('finds no difference between the migrations and the schema', async () => {
    const args = '--from-migrations prisma/migrations --to-schema prisma/schema.prisma';
    expect(await prisma(`migrate diff ${args} --exit-code`)).toContain('No difference detected');
  });

  test.runIf(process.env.DATABASE_URL)('keeps the same books as a starting server', async () => {
    const { config, drop } = await freshDatabase();
    if (config.kind !== 'postgres') throw new Error('needs a server');
    const { url } = config;
    const pool = new pg.Pool({ connectionString: url, max: 1 });
    try {
      expect(await prisma('migrate status', url)).toContain('Database schema is up to date');
      expect(await prisma('migrate deploy', url)).toContain('No pending migrations');
      const args = '--from-config-datasource --to-schema prisma/schema.prisma --exit-code';
      expect(await prisma(`migrate diff ${args}`, url)).toContain('No difference detected');

      await pool.query('DROP SCHEMA public CASCADE; CREATE SCHEMA public');
      expect(await prisma('migrate deploy', url)).toContain('20261121000001_rules');
      expect(await migrate(pool)).toEqual([]);
      const { rows } = await pool.query('SELECT id FROM media_feed');
      expect(rows).toEqual([{ id: 1 }]);
    } finally {
      await pool.end();
      await drop();
    }
  });
});
