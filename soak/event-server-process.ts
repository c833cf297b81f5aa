import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { encodeId } from '../server/node-id.ts';
import { freshDatabase } from '../test/database.ts';
import type { Batch, Ready } from './event-server.ts';

export interface EventServerProcess {
  readonly url: string;
  readonly port: number;
  readonly pid: number;
  /** Whose events it writes. */
  readonly vehicle: string;
  /** Whether the process is gone. */
  readonly ended: boolean;
  /** Batches are written one after the other. */
  write(batch: Batch): void;
  stop(): Promise<void>;
}

const BOUND = 'socket.writableLength > 0';

/** What makes a server send on to a reader that takes nothing. */
async function withoutBound(): Promise<string> {
  const url = new URL('../server/http/untaken.ts', import.meta.url);
  const start = (await readFile(url, 'utf8')).indexOf(BOUND);
  if (start < 0) throw new Error(`server/http/untaken.ts does not say ${BOUND}.`);
  const end = start + BOUND.length;
  return JSON.stringify([{ url: url.href, start, end, text: 'false' }]);
}

/** A process of its own, with the demo's data, on the engine that the environment says. */
export async function startEventServer(
  env: Record<string, string>,
  unbounded: boolean,
): Promise<EventServerProcess> {
  const dataDir = await mkdtemp(path.join(tmpdir(), 'forecourt-soak-'));
  const database = process.env.DATABASE_URL ? await freshDatabase() : null;
  const child = fork(new URL('event-server.ts', import.meta.url), {
    cwd: new URL('..', import.meta.url),
    execArgv: [
      '--max-old-space-size=1024',
      '--max-semi-space-size=32',
      ...(unbounded ? ['--import', './soak/remove-check.mjs'] : []),
      '--import',
      'tsx',
    ],
    env: {
      ...process.env,
      ...(unbounded && { CHANGED_CHECKS: await withoutBound() }),
      ...(database?.config.kind === 'postgres' && { DATABASE_URL: database.config.url }),
      NODE_ENV: 'development',
      DEFAULT_DEALERSHIP: 'demo-motors',
      DATA_DIR: dataDir,
      PORT: '0',
      LOG_LEVEL: 'error',
      RATE_LIMITS: 'off',
      MEDIA_CONCURRENCY: '0',
      ...env,
    },
  });
  let ended = false;
  const exit = once(child, 'exit').then(() => (ended = true));
  const [{ url, vehicleId }] = (await once(child, 'message')) as [Ready];
  return {
    url,
    port: Number(new URL(url).port),
    pid: child.pid as number,
    vehicle: encodeId('Vehicle', vehicleId),
    get ended() {
      return ended;
    },
    write(batch) {
      if (child.connected) child.send(batch);
    },
    async stop() {
      if (!ended) child.kill('SIGTERM');
      await exit;
      await database?.drop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}
