/**
 * One event to 2,000 and 10,000 subscribers of one vehicle, over WebSocket and
 * server-sent events, beside a server that does nothing but send one text with
 * `ws`: milliseconds until the last has it, CPU an event, resident memory of a
 * subscriber that waits. Medians of interleaved rounds. The way of an event
 * through the database is part of the product's time: `toFirstMs` says how much.
 *
 *   npm run bench:fanout [-- --rounds 3 --subscribers 2000,10000 --out result.json]
 *   DATABASE_URL=… runs it on that Postgres instead of the embedded database
 *   It needs as many open files as subscribers: ulimit -n
 */
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { encodeId } from '../server/node-id.ts';
import { freshDatabase } from '../test/database.ts';
import type { Arrivals, Order, Transport } from './fanout/client.ts';

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '3' },
    subscribers: { type: 'string', default: '2000,10000' },
    out: { type: 'string' },
  },
});
const EVENTS = 14;
const WARM_UP = 3;
const IDLE_MS = 3_000;
const BETWEEN_MS = 250;
const MOST_TIMES = 1.3;
const MOST_KILOBYTES = 15;
/** Of a second, in which Linux counts CPU time. */
const TICK_MS = 10;

const CONTENDERS: Record<string, { server: string; transport: Transport }> = {
  'raw ws': { server: 'raw-ws', transport: 'raw-ws' },
  'Forecourt, WebSocket': { server: 'product', transport: 'graphql-ws' },
  'Forecourt, SSE': { server: 'product', transport: 'sse' },
};

interface Measured {
  lastMs: number;
  toFirstMs: number;
  spreadMs: number;
  cpuMs: number;
  idleKilobytes: number;
}

let sample = '';

function start(name: string, env: Record<string, string>): ChildProcess {
  return fork(new URL(`fanout/${name}.ts`, import.meta.url), {
    execArgv: ['--expose-gc', '--max-old-space-size=1024', '--import', 'tsx'],
    env: { ...process.env, ...env },
  });
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return;
  const exit = once(child, 'exit');
  child.kill('SIGTERM');
  await exit;
}

async function residentBytes(child: ChildProcess): Promise<number> {
  child.kill('SIGUSR2');
  await sleep(IDLE_MS / 2);
  child.kill('SIGUSR2');
  await sleep(IDLE_MS / 2);
  const status = await readFile(`/proc/${child.pid}/status`, 'utf8');
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) * 1024;
}

async function cpuMs(child: ChildProcess): Promise<number> {
  const [, fields = ''] = (await readFile(`/proc/${child.pid}/stat`, 'utf8')).split(') ');
  const [user, system] = fields.split(' ').slice(11, 13).map(Number) as [number, number];
  return (user + system) * TICK_MS;
}

const median = (numbers: number[]) =>
  numbers.toSorted((a, b) => a - b)[numbers.length >> 1] as number;
const tenths = (number: number) => Math.round(number * 10) / 10;
const now = () => Number(process.hrtime.bigint()) / 1e6;

async function measure(contender: string, subscribers: number): Promise<Measured> {
  const { server: name, transport } = CONTENDERS[contender] as (typeof CONTENDERS)[string];
  const dataDir = await mkdtemp(path.join(tmpdir(), 'forecourt-bench-'));
  const database = name === 'product' && process.env.DATABASE_URL ? await freshDatabase() : null;
  const server = start(name, {
    EVENT: sample,
    NODE_ENV: 'production',
    ...(name === 'product' && {
      NODE_ENV: 'development',
      ...(database?.config.kind === 'postgres' && { DATABASE_URL: database.config.url }),
      DEFAULT_DEALERSHIP: 'demo-motors',
      DATA_DIR: dataDir,
      PORT: '0',
      LOG_LEVEL: 'error',
      RATE_LIMITS: 'off',
      MEDIA_CONCURRENCY: '0',
      MAX_STREAMS_PER_ADDRESS: String(subscribers + 10),
    }),
  });
  const client = start('client', {});
  const order = async (message: Order): Promise<void> => {
    const answer = once(client, 'message');
    client.send(message);
    await answer;
  };
  try {
    const [{ url, vehicleId = '' }] = (await once(server, 'message')) as [
      { url: string; vehicleId?: string },
    ];
    const before = await residentBytes(server);
    await order({
      open: subscribers,
      transport,
      port: Number(new URL(url).port),
      vehicle: encodeId('Vehicle', vehicleId),
    });
    const idleKilobytes = ((await residentBytes(server)) - before) / subscribers / 1_000;
    const took: { lastMs: number; toFirstMs: number; spreadMs: number; cpuMs: number }[] = [];
    for (let event = 1; event <= EVENTS; event++) {
      await order({ event });
      const cpu = await cpuMs(server);
      const arrived = once(client, 'message');
      const sent = now();
      server.send({ first: event, end: event + 1, long: false });
      const [{ firstMs, lastMs, sample: got }] = (await arrived) as [Arrivals];
      await sleep(BETWEEN_MS);
      sample ||= got.slice(got.indexOf('{'), got.lastIndexOf('}') + 1);
      took.push({
        lastMs: lastMs - sent,
        toFirstMs: firstMs - sent,
        spreadMs: lastMs - firstMs,
        cpuMs: (await cpuMs(server)) - cpu,
      });
    }
    const warm = took.slice(WARM_UP);
    const of = (key: keyof (typeof took)[number]) => median(warm.map((each) => each[key]));
    return {
      lastMs: of('lastMs'),
      toFirstMs: of('toFirstMs'),
      spreadMs: of('spreadMs'),
      cpuMs: of('cpuMs'),
      idleKilobytes,
    };
  } finally {
    client.kill('SIGKILL');
    await stop(server);
    await database?.drop();
    await rm(dataDir, { recursive: true, force: true });
  }
}

// What the product sends is what `ws` sends.
await measure('Forecourt, WebSocket', 1);
const rows = [];
for (const subscribers of values.subscribers.split(',').map(Number)) {
  const measured = new Map(Object.keys(CONTENDERS).map((name) => [name, [] as Measured[]]));
  for (let round = 0; round < Number(values.rounds); round++) {
    for (const [name, list] of measured) list.push(await measure(name, subscribers));
  }
  const limit = median((measured.get('raw ws') as Measured[]).map(({ lastMs }) => lastMs));
  for (const [contender, list] of measured) {
    const of = (key: keyof Measured) => tenths(median(list.map((each) => each[key])));
    const row = {
      subscribers,
      contender,
      lastMs: of('lastMs'),
      times: Math.round((100 * of('lastMs')) / limit) / 100,
      toFirstMs: of('toFirstMs'),
      spreadMs: of('spreadMs'),
      cpuMs: of('cpuMs'),
      idleKilobytes: of('idleKilobytes'),
    };
    rows.push({ ...row, ok: row.times <= MOST_TIMES && row.idleKilobytes <= MOST_KILOBYTES });
    console.error(JSON.stringify(rows.at(-1)));
  }
}
console.table(rows);
const result = {
  bench: 'fanout',
  engine: process.env.DATABASE_URL ? 'postgres' : 'embedded',
  rounds: Number(values.rounds),
  bytes: Buffer.byteLength(sample),
  allowed: { times: MOST_TIMES, idleKilobytes: MOST_KILOBYTES },
  rows,
};
if (values.out) await writeFile(values.out, `${JSON.stringify(result, null, 2)}\n`);
if (rows.some(({ ok, contender }) => !ok && contender !== 'raw ws')) process.exitCode = 1;
