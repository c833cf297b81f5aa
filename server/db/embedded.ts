import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Logger } from 'pino';
import { endPool } from './connection-pool.ts';
import { DatabaseError, reasonOf } from './database-error.ts';
import { lockDataDir } from './data-dir-lock.ts';
import type { Connections } from './database.ts';
import { startEmbeddedEngine } from './embedded-engine.ts';
import { createEmbeddedPool } from './embedded-pool.ts';

/** Where a data directory keeps the database. */
export const embeddedFolder = (dataDir: string): string => join(dataDir, 'postgres');

async function createEmbeddedDatabase(folder: string): Promise<void> {
  const script = fileURLToPath(new URL('./embedded-create.mjs', import.meta.url));
  try {
    await promisify(execFile)(process.execPath, [script, folder]);
  } catch (cause) {
    const { stderr } = cause as { stderr?: string };
    const reason = /Error: .*/.exec(stderr ?? '')?.[0] ?? reasonOf(cause);
    const message = `cannot create a database in ${folder}: ${reason}`;
    throw new DatabaseError('CREATION_FAILED', message, { cause });
  }
}

export async function openEmbedded(config: { dataDir: string }, log: Logger): Promise<Connections> {
  const lock = await lockDataDir(join(config.dataDir, 'lock'));
  try {
    const folder = embeddedFolder(config.dataDir);
    if (!existsSync(folder)) await createEmbeddedDatabase(folder);
    let onEnd: (error: DatabaseError) => void = () => {};
    const ended = new Promise<DatabaseError>((resolve) => {
      onEnd = resolve;
    });
    const engine = await startEmbeddedEngine(folder, (error) => {
      log.fatal({ err: error }, 'the embedded database ended');
      onEnd(error);
    });
    const { pool, listen } = createEmbeddedPool(engine, log);
    return {
      pool,
      listen,
      ended,
      // One transaction at a time: waiting for others is the rule here.
      maxWaitMs: 30_000,
      transactionsAtOnce: 1,
      async close() {
        await endPool(pool);
        await engine.close();
        await lock.release();
      },
    };
  } catch (error) {
    await lock.release();
    throw error;
  }
}
