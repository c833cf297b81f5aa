/**
 * 500 readers over server-sent events and 500 over WebSocket stop reading their
 * sockets at once. When nothing more fits into these, 100,000 events pass. From
 * the moment they come the server's memory may peak 100 MB at most above what it
 * did before, and the 99th percentile of how long an event takes to readers that
 * read may double at most. These get every event once, and so do two stalled
 * readers that go on in the end.
 *
 *   npm run soak:slow-readers [-- --short --seed 1 --out result.json --unbounded]
 *   DATABASE_URL=… runs it on that Postgres instead of the embedded database
 *   --unbounded takes away the bound of what waits for a reader: it must fail
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { startEventServer } from './event-server-process.ts';
import { openSse, openWebSocket, type LiveReader } from './live-readers.ts';
import { watchMemory } from './memory-watch.ts';
import { readSocketQueues, type SocketQueues } from './socket-queues.ts';
import { soakRun } from './soak-run.ts';
import { quantile, ToldEvents } from './told-events.ts';

const run = soakRun('slow-readers', ['unbounded']);
const STALLED_EACH = run.short ? 25 : 500;
const HEALTHY_EACH = 2;
const EVENTS = run.short ? 600 : 100_000;
const WARM_UP_EVENTS = run.short ? 400 : 5_000;
const BASELINE_EVENTS = run.short ? 600 : 10_000;
const FILLING_EVENTS = 300;
const OPENED_AT_ONCE = 20;
const EVENTS_PER_SECOND = 200;
const MAX_GROWTH_MEGABYTES = 100;
const MAX_RATIO = 2;
const PATIENCE_MS = 300_000;
/** Quicker than that the short form, with few events, measures the machine. */
const LEAST_P99_MS = run.short ? 100 : 0;

interface Followed {
  reader: LiveReader;
  told: ToldEvents;
}

const server = await startEventServer(
  { MAX_STREAMS_PER_ADDRESS: String(2 * (STALLED_EACH + HEALTHY_EACH)) },
  run.has('unbounded'),
);
const memory = watchMemory(server.pid);
const due: number[] = [];

/** Asks for events at a steady rate, whether or not those before have come. */
async function write(count: number, long: boolean): Promise<void> {
  const start = performance.now();
  const all = due.length + count;
  while (due.length < all && !server.ended) {
    const at = start + (1_000 * (due.length + count - all)) / EVENTS_PER_SECOND;
    await sleep(Math.max(0, at - performance.now()));
    const first = due.length;
    const end = Math.min(first + 10, all);
    while (due.length < end) due.push(at);
    server.write({ first, end, long });
  }
}

/** False when it does not come to hold, or the server is gone. */
async function until(holds: () => boolean): Promise<boolean> {
  const patience = performance.now() + PATIENCE_MS;
  while (!server.ended && performance.now() < patience) {
    if (holds()) return true;
    await sleep(50);
  }
  return false;
}

/** Half over each transport, some at a time. */
async function open(each: number): Promise<Followed[]> {
  const opened: Followed[] = [];
  while (opened.length < 2 * each) {
    const some = Math.min(OPENED_AT_ONCE, 2 * each - opened.length);
    opened.push(
      ...(await Promise.all(
        Array.from({ length: some }, async (_, index) => {
          const told = new ToldEvents((event) => due[event] as number);
          const follow = index % 2 ? openSse : openWebSocket;
          const reader = await follow(server.url, server.vehicle, (text) => told.take(text));
          return { reader, told };
        }),
      )),
    );
  }
  return opened;
}

/** Those that are behind fill their sockets from the outbox, after the others have it all. */
async function settledQueues(): Promise<SocketQueues> {
  let queues = await readSocketQueues(server.port);
  for (let before = 0; queues.bytes > before * 1.001 && !server.ended;) {
    before = queues.bytes;
    await sleep(1_000);
    queues = await readSocketQueues(server.port);
  }
  return queues;
}

const megabytes = (bytes: number) => Math.round(bytes / 1e6);
const tenths = (number: number) => Math.round(number * 10) / 10;

interface Phase {
  phase: string;
  events: number;
  perSecond: number;
  p50Ms: number;
  p99Ms: number;
  rssMegabytes: number;
}

/** Writes events and waits until those who read have them all. */
async function pass(phase: string, healthy: Followed[], events: number): Promise<Phase> {
  for (const { told } of healthy) told.startPhase();
  memory.peak();
  const first = due.length;
  const started = performance.now();
  await write(events, phase === 'filling');
  await until(() => healthy.every(({ told }) => told.events >= due.length));
  const delays = healthy.flatMap(({ told }) => told.delaysMs);
  const row = {
    phase,
    events: due.length - first,
    perSecond: Math.round((1_000 * events) / (performance.now() - started)),
    p50Ms: tenths(quantile(delays, 0.5)),
    p99Ms: tenths(quantile(delays, 0.99)),
    rssMegabytes: megabytes(memory.peak()),
  };
  console.error(JSON.stringify(row));
  return row;
}

try {
  const healthy = await open(HEALTHY_EACH);
  await pass('warm-up', healthy, WARM_UP_EVENTS);
  const baseline = await pass('baseline', healthy, BASELINE_EVENTS);

  const firstForStalled = due.length;
  const stalled = await open(STALLED_EACH);
  for (const { reader } of stalled) reader.stall();
  const filling: Phase[] = [];
  let queues = { bytes: 0, waiting: 0 };
  for (let full = false; !full && !server.ended;) {
    filling.push(await pass('filling', healthy, FILLING_EVENTS));
    const before = queues.bytes;
    queues = await settledQueues();
    full = queues.bytes < before * 1.005 && queues.waiting >= stalled.length;
  }
  const passed = await pass('stalled', healthy, EVENTS);
  const lost = stalled.filter(({ reader }) => reader.ended).length;

  const resumed = stalled.slice(0, 2);
  for (const { reader } of resumed) reader.resume();
  const complete = await until(() =>
    resumed.every(({ told }) => told.missed(firstForStalled, due.length) === 0),
  );
  const alive =
    !server.ended && (await fetch(`${server.url}/readyz`).catch(() => null))?.status === 200;
  for (const { reader } of [...healthy, ...stalled]) reader.close();

  const doubled = (readers: Followed[]) =>
    readers.reduce((sum, { told }) => sum + told.doubled + told.resets, 0);
  const missed = (readers: Followed[], first: number) =>
    readers.reduce((sum, { told }) => sum + told.missed(first, due.length), 0);
  const peak = Math.max(passed.rssMegabytes, ...filling.map(({ rssMegabytes }) => rssMegabytes));
  const growth = peak - baseline.rssMegabytes;
  const ratio = passed.p99Ms / Math.max(baseline.p99Ms, LEAST_P99_MS);
  const lines = [
    { line: 'RSS growth, MB', is: growth, allowed: MAX_GROWTH_MEGABYTES },
    {
      line: 'p99 of healthy readers, times',
      is: Math.round(ratio * 100) / 100,
      allowed: MAX_RATIO,
    },
    { line: 'missed by healthy readers', is: missed(healthy, 0), allowed: 0 },
    { line: 'doubled or reset for healthy readers', is: doubled(healthy), allowed: 0 },
    {
      line: 'missed by stalled readers that went on',
      is: missed(resumed, firstForStalled),
      allowed: 0,
    },
    { line: 'doubled or reset for those', is: doubled(resumed), allowed: 0 },
    { line: 'events not written', is: EVENTS - passed.events, allowed: 0 },
    { line: 'servers that ended', is: alive ? 0 : 1, allowed: 0 },
  ].map((line) => ({ ...line, ok: line.is <= line.allowed }));
  console.table([baseline, ...filling, passed]);
  console.table(lines);
  await run.report(
    {
      engine: process.env.DATABASE_URL ? 'postgres' : 'embedded',
      bounded: !run.has('unbounded'),
      stalled: { sse: STALLED_EACH, webSocket: STALLED_EACH, endedByServer: lost },
      stalledSockets: { full: queues.waiting, megabytesInKernel: megabytes(queues.bytes) },
      phases: [baseline, ...filling, passed],
      lines,
    },
    complete && lines.every(({ ok }) => ok),
  );
} finally {
  memory.stop();
  await server.stop();
}
