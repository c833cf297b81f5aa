import { fork } from 'node:child_process';
import cluster from 'node:cluster';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Logger } from 'pino';
import { ConfigError } from '../config-error.ts';
import type { Config } from '../config.ts';
import { supervise, type Started, type Supervised } from './supervised.ts';

const SERVER = fileURLToPath(new URL('../main.ts', import.meta.url));
const WORKER = fileURLToPath(new URL('../worker.ts', import.meta.url));
const TYPESCRIPT = new URL('../../scripts/typescript.mjs', import.meta.url).href;
const EXEC_ARGV = ['--max-old-space-size=1024', '--max-semi-space-size=32', '--import', TYPESCRIPT];

export interface ClusterSize {
  /** Processes that answer, all behind the one port. */
  servers: number;
  /** Processes that prepare pictures and videos. With none the servers do. */
  workers: number;
}

/** Server and worker processes of this machine, on one database. */
export interface Cluster {
  /** Resolves when all of them are ready; rejects when one cannot be. */
  readonly ready: Promise<void>;
  /** Asks every process to end; a second time, to end at once. */
  stop(): void;
  /** Resolves when none is left, to whether all ended as they were asked. */
  readonly ended: Promise<boolean>;
}

/** Throws {@link ConfigError} where the database belongs to one process. */
export function startCluster(
  config: Config,
  { servers, workers }: ClusterSize,
  log: Logger,
): Cluster {
  if (config.database.kind === 'embedded') {
    throw new ConfigError([
      'A cluster needs PostgreSQL: the embedded database belongs to one process. Set DATABASE_URL, or run one server with npm run serve.',
    ]);
  }
  if (config.redisUrl === null && servers > 1) {
    log.warn('each server counts rate limits for itself; with REDIS_URL they count together');
  }
  cluster.setupPrimary({ exec: SERVER, execArgv: EXEC_ARGV, args: [] });
  const places: Supervised[] = [];
  let stopping = false;

  function startServer(): Started {
    const worker = cluster.fork(workers > 0 ? { MEDIA_CONCURRENCY: '0' } : {});
    // Its process ends by itself when the connection to this one does.
    return { process: worker.process, ready: once(worker, 'listening') };
  }

  function startWorker(): Started {
    const child = fork(WORKER, { execArgv: EXEC_ARGV });
    return { process: child, ready: once(child, 'message') };
  }

  function take(role: string, start: () => Started): Promise<void> {
    if (stopping) return Promise.resolve();
    const place = supervise(role, start, log);
    places.push(place);
    return place.ready;
  }

  async function startAll(): Promise<void> {
    // The first prepares the database for all.
    await take('server', startServer);
    await Promise.all([
      ...Array.from({ length: servers - 1 }, () => take('server', startServer)),
      ...Array.from({ length: workers }, () => take('worker', startWorker)),
    ]);
  }

  function stop(): void {
    stopping = true;
    for (const place of places) place.stop();
  }

  const ready = startAll();
  async function end(): Promise<boolean> {
    const failed = await ready.then(
      () => false,
      () => true,
    );
    if (failed) stop();
    const codes = await Promise.all(places.map(({ ended }) => ended));
    return !failed && codes.every((code) => code === 0);
  }
  return { ready, stop, ended: end() };
}
