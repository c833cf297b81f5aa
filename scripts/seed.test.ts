import { execFile } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { pino } from 'pino';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { freshDataDir, freshDatabase, type FreshDatabase } from '../test/database.ts';
import { demoVehicles } from '../demo/vehicles.ts';
import { connectDatabase } from '../server/db/database.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

let database: FreshDatabase;
/** Of the secret and the storage; the embedded database is in its own folder as everywhere. */
let dataDir: string;

beforeEach(async () => {
  database = await freshDatabase();
  dataDir = database.config.kind === 'embedded' ? database.config.dataDir : await freshDataDir();
});
afterEach(async () => {
  await database.drop();
  await rm(dataDir, { recursive: true, force: true });
});

async function run(args: readonly string[], env: Record<string, string> = {}) {
  return promisify(execFile)(process.execPath, args, {
    cwd: ROOT,
    env: {
      ...process.env,
      NODE_ENV: 'development',
      DATA_DIR: dataDir,
      DATABASE_URL: database.config.kind === 'postgres' ? database.config.url : '',
      STORAGE_DRIVER: 'disk',
      CHECKPOINT_DISABLE: '1',
      ...env,
    },
  });
}

async function countVehicles(): Promise<number> {
  const db = await connectDatabase(database.config, pino({ level: 'silent' }));
  try {
    return await db.prisma.vehicle.count({ where: {} });
  } finally {
    await db.close();
  }
}

it(
  'puts the demo into the configured database when Prisma seeds',
  { timeout: 180_000 },
  async () => {
    const { stdout } = await run(['node_modules/prisma/build/index.js', 'db', 'seed']);
    expect(stdout).toContain('staff@forecourt.example');
    expect(await countVehicles()).toBe(demoVehicles.length);
  },
);

it('is refused in production', async () => {
  const seeding = run(['--import', 'tsx', 'scripts/seed.ts'], {
    NODE_ENV: 'production',
    APP_SECRET: 'a secret of thirty-two characters or more',
    PUBLIC_URL: 'https://media.example.com',
  });
  await expect(seeding).rejects.toMatchObject({
    code: 1,
    stderr: expect.stringContaining('the demo account has a public password'),
  });
  expect(await countVehicles()).toBe(0);
});
