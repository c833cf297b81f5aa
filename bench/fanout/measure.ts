import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Arrivals, Order } from './client.ts';
import type { Contender, LiveEvent } from './contenders.ts';

export interface Measured {
  /** From the order to publish an event until the last subscriber has it. */
  lastMs: number;
  /** Until the first has it. */
  toFirstMs: number;
  /** Of the server, all its threads. */
  cpuMs: number;
  /** What each further subscriber that waits adds to the resident memory. */
  idleKilobytes: number;
  /** What one of them got. */
  sample: string;
}

const EVENTS = 14;
const WARM_UP = 3;
/** Memory goes back to the kernel a while after it was freed. */
const COLLECT_MS = 1_000;
const REST_MS = 500;
const BETWEEN_MS = 250;
/** Of all subscribers, those who come before memory is looked at: the server has grown by then. */
const FIRST_PART = 0.25;
/** When nothing is waited for any more. */
const LATE_MS = 120_000;
/** Of a second, in which Linux counts CPU time. */
const TICK_MS = 10;

export const median = (numbers: number[]) =>
  numbers.toSorted((a, b) => a - b)[numbers.length >> 1] as number;
const now = () => Number(process.hrtime.bigint()) / 1e6;

export async function measure(
  { name, transport, start }: Contender,
  event: LiveEvent,
  subscribers: number,
): Promise<Measured> {
  const server = await start(event, subscribers);
  const client = fork(new URL('client.ts', import.meta.url), { execArgv: ['--import', 'tsx'] });
  const broken = Promise.race(
    [client, server.process].map(async (child) => {
      await once(child, 'exit');
      throw new Error(`${name} broke off.`);
    }),
  );
  broken.catch(() => {});
  const heard = async (): Promise<Arrivals> => {
    const late = AbortSignal.timeout(LATE_MS);
    const [message] = (await Promise.race([once(client, 'message', { signal: late }), broken])) as [
      Arrivals,
    ];
    return message;
  };
  const order = async (message: Order): Promise<void> => {
    client.send(message);
    await heard();
  };
  const open = (count: number) =>
    order({ open: count, transport, port: server.port, vehicle: server.vehicle });

  try {
    const first = Math.ceil(subscribers * FIRST_PART);
    await open(first);
    const before = await residentBytes(server.process, 4);
    if (subscribers > first) await open(subscribers - first);
    const added = (await residentBytes(server.process, 2)) - before;
    const took: { lastMs: number; toFirstMs: number }[] = [];
    let cpu = 0;
    let sample = '';
    for (let event = 1; event <= EVENTS; event++) {
      if (event === WARM_UP + 1) cpu = await cpuMs(server.process);
      await order({ event });
      const arrived = heard();
      const sent = now();
      server.process.send({ first: event, end: event + 1, long: false });
      const arrivals = await arrived;
      took.push({ lastMs: arrivals.lastMs - sent, toFirstMs: arrivals.firstMs - sent });
      sample = arrivals.sample;
      await sleep(BETWEEN_MS);
    }
    const warm = took.slice(WARM_UP);
    return {
      lastMs: median(warm.map(({ lastMs }) => lastMs)),
      toFirstMs: median(warm.map(({ toFirstMs }) => toFirstMs)),
      cpuMs: ((await cpuMs(server.process)) - cpu) / warm.length,
      idleKilobytes: added / Math.max(1, subscribers - first) / 1_000,
      sample,
    };
  } finally {
    client.kill('SIGKILL');
    await server.stop();
  }
}

/** Once it rests, and its garbage was collected so often. */
async function residentBytes(child: ChildProcess, collections: number): Promise<number> {
  await rest(child);
  for (let times = 0; times < collections; times++) {
    child.kill('SIGUSR2');
    await sleep(COLLECT_MS);
  }
  const status = await readFile(`/proc/${child.pid}/status`, 'utf8');
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) * 1024;
}

/** No answer says that a subscription over WebSocket has begun: a server that rests has begun all. */
async function rest(child: ChildProcess): Promise<void> {
  for (let before = await cpuMs(child); ;) {
    await sleep(REST_MS);
    const after = await cpuMs(child);
    if (after - before < REST_MS / 5) return;
    before = after;
  }
}

async function cpuMs(child: ChildProcess): Promise<number> {
  const [, fields = ''] = (await readFile(`/proc/${child.pid}/stat`, 'utf8')).split(') ');
  const [user, system] = fields.split(' ').slice(11, 13).map(Number) as [number, number];
  return (user + system) * TICK_MS;
}
