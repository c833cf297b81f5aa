import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { startCluster } from '../server/cluster/cluster.ts';
import { ConfigError } from '../server/config-error.ts';
import { loadConfig } from '../server/config.ts';
import { createLog } from '../server/log.ts';

/** A terminal signals the whole group, and npm passes on what it got: both are one wish. */
const SAME_WISH_MS = 1_000;

const { values } = parseArgs({
  options: {
    servers: { type: 'string', default: String(availableParallelism()) },
    workers: { type: 'string', default: '1' },
  },
});

function count(option: 'servers' | 'workers', min: number): number {
  const number = Number(values[option]);
  if (Number.isInteger(number) && number >= min && number <= 64) return number;
  throw new ConfigError([`--${option} is a whole number from ${min} to 64.`]);
}

/** Runs server and worker processes on one port until a signal stops them. */
async function run(): Promise<void> {
  if (existsSync('.env')) process.loadEnvFile('.env');
  const config = loadConfig();
  const log = createLog(config.logLevel);
  const size = { servers: count('servers', 1), workers: count('workers', 0) };
  const cluster = startCluster(config, size, log);
  let since = -Infinity;
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => {
      if (performance.now() - since < SAME_WISH_MS) return;
      since = performance.now();
      log.info({ signal }, 'the cluster stops');
      cluster.stop();
    });
  }
  cluster.ready.then(
    () => log.info(size, 'the cluster is ready'),
    (error: Error) => console.error(error.message),
  );
  process.exit((await cluster.ended) ? 0 : 1);
}

try {
  await run();
} catch (error) {
  console.error(error instanceof ConfigError ? error.message : error);
  process.exit(1);
}
