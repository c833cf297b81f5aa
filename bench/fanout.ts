/**
 * One event to 2,000 and 10,000 subscribers of one vehicle, over WebSocket and
 * server-sent events, beside a server that does nothing but send one text with
 * `ws`, and beside Yoga and mercurius, who publish the same event in process:
 * milliseconds until the last has it, CPU an event, resident memory of a
 * subscriber that waits. Medians of interleaved rounds, ratios of each round.
 * The way of an event through the database is part of the product's time.
 *
 *   npm run bench:fanout [-- --rounds 3 --subscribers 2000,10000 --only ours --out file.json]
 *   BENCH_DATABASE_URL=… runs it on that Postgres instead of the embedded database
 *   --only ours leaves out the other servers, in bench/peers
 *   It needs as many open files as subscribers: ulimit -n
 */
import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { CONTENDERS, PRODUCT, type LiveEvent } from './fanout/contenders.ts';
import { measure, median, type Measured } from './fanout/measure.ts';

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '3' },
    subscribers: { type: 'string', default: '2000,10000' },
    only: { type: 'string' },
    out: { type: 'string' },
  },
});
const MOST_TIMES = 1.3;
const MOST_KILOBYTES = 15;

const { BENCH_DATABASE_URL } = process.env;
if (BENCH_DATABASE_URL) process.env.DATABASE_URL = BENCH_DATABASE_URL;

const tenths = (number: number) => Math.round(number * 10) / 10;
const hundredths = (number: number) => Math.round(number * 100) / 100;

/** What the product sends is what all others send. */
async function eventOfProduct(): Promise<LiveEvent> {
  const { sample } = await measure(PRODUCT, { message: '' }, 1);
  return { message: sample.slice(sample.indexOf('{'), sample.lastIndexOf('}') + 1) };
}

const event = await eventOfProduct();
const contenders = CONTENDERS.filter(
  ({ ours, transport }) => values.only !== 'ours' || ours || transport === 'raw-ws',
);
const rows = [];
for (const subscribers of values.subscribers.split(',').map(Number)) {
  const measured = new Map(contenders.map((each) => [each, [] as Measured[]]));
  const limits: number[] = [];
  for (let round = 0; round < Number(values.rounds); round++) {
    for (const [contender, list] of measured) {
      const result = await measure(contender, event, subscribers);
      list.push(result);
      if (contender.transport === 'raw-ws') limits.push(result.lastMs);
      const { sample: _, ...figures } = result;
      console.error(JSON.stringify({ subscribers, round, contender: contender.name, ...figures }));
    }
  }
  for (const [{ name, ours }, list] of measured) {
    const of = (key: 'lastMs' | 'toFirstMs' | 'cpuMs' | 'idleKilobytes') =>
      tenths(median(list.map((each) => each[key])));
    const times = list.map(({ lastMs }, round) => lastMs / (limits[round] as number));
    const row = {
      subscribers,
      contender: name,
      lastMs: of('lastMs'),
      times: hundredths(median(times)),
      timesFrom: hundredths(Math.min(...times)),
      timesTo: hundredths(Math.max(...times)),
      toFirstMs: of('toFirstMs'),
      cpuMs: of('cpuMs'),
      idleKilobytes: of('idleKilobytes'),
    };
    const ok = row.times <= MOST_TIMES && row.idleKilobytes <= MOST_KILOBYTES;
    rows.push(ours ? { ...row, ok } : row);
  }
}
console.table(rows);
const result = {
  bench: 'fanout',
  node: process.version,
  engine: process.env.DATABASE_URL ? 'postgres' : 'embedded',
  rounds: Number(values.rounds),
  bytes: Buffer.byteLength(event.message),
  allowed: { times: MOST_TIMES, idleKilobytes: MOST_KILOBYTES },
  rows,
};
if (values.out) await writeFile(values.out, `${JSON.stringify(result, null, 2)}\n`);
process.exit(rows.some((row) => 'ok' in row && !row.ok) ? 1 : 0);
