import { createHash, randomUUID } from 'node:crypto';
import { cp, mkdir, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { Logger } from 'pino';
import { embeddedFolder, openEmbedded } from './embedded.ts';
import { findMigrations, migrate } from './migrate.ts';

/** Of the engine, of how it is set up and of all migrations: another template is needed when it differs. */
async function fingerprint(migrationsDir: string): Promise<string> {
  const hash = createHash('sha256');
  const engine = createRequire(import.meta.url).resolve('@electric-sql/pglite');
  hash.update(await readFile(join(dirname(engine), '..', 'package.json')));
  hash.update(await readFile(new URL('./embedded-create.mjs', import.meta.url)));
  for (const name of (await readdir(migrationsDir)).sort()) {
    const sql = await readFile(join(migrationsDir, name, 'migration.sql')).catch(() => '');
    hash.update(name).update(sql);
  }
  return hash.digest('hex').slice(0, 16);
}

/**
 * A migrated, empty embedded database, made once and kept until the migrations
 * change. Any number of processes may ask for it at the same time.
 *
 * @returns its data directory, to be copied, never to be opened.
 */
export async function embeddedTemplate(cacheDir: string, log: Logger): Promise<string> {
  const migrationsDir = findMigrations();
  const template = join(cacheDir, `embedded-${await fingerprint(migrationsDir)}`);
  if (await exists(template)) return template;

  const draft = join(cacheDir, `draft-${randomUUID()}`);
  await mkdir(draft, { recursive: true });
  try {
    const { pool, close } = await openEmbedded({ dataDir: draft }, log);
    await migrate(pool, migrationsDir).finally(close);
    await rename(draft, template);
  } catch (error) {
    await rm(draft, { recursive: true, force: true });
    if (!(await exists(template))) throw error;
  }
  return template;
}

/** Makes `dataDir` a copy of the template: about 0.1 s instead of the seconds of a new database. */
export async function copyTemplate(template: string, dataDir: string): Promise<void> {
  await cp(embeddedFolder(template), embeddedFolder(dataDir), { recursive: true });
}

const exists = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  );
