/**
 * One event to 2,000 and 10,000 subscribers of one vehicle, over WebSocket and
 * server-sent events, beside a server that does nothing but send one text with
 * `ws`, and beside Yoga and mercurius, who publish the same event in process:
 * milliseconds until the last has it, CPU an event, resident memory of a
 * subscriber that waits. Medians of interleaved rounds, ratios of each round.
 * The way of an event through the database is part of the product's time.
 *
 *   npm run bench:fanout [-- --rounds 3 --peer-rounds 3 --subscribers 2000,10000 --out file.json]
 *   BENCH_DATABASE_URL=… runs it on that Postgres instead of one of its own
 *   --peer-rounds: in how many of the rounds the others take part, in bench/peers
 *   It needs as many open files as subscribers: ulimit -n
 */
import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { startOwnPostgres } from '../soak/own-postgres.ts';
import { CONTENDERS, PRODUCT, type Contender, type LiveEvent } from './fanout/contenders.ts';
import { measure, median, type Measured } from './fanout/measure.ts';

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '3' },
    subscribers: { type: 'string', default: '2000,10000' },
    'peer-rounds': { type: 'string' },
    out: { type: 'string' },
  },
});
const MOST_TIMES = 1.3;
const MOST_KILOBYTES = 15;

const rounds = Number(values.rounds);
const peerRounds = Number(values['peer-rounds'] ?? rounds);

const tenths = (number: number) => Math.round(number * 10) / 10;
const hundredths = (number: number) => Math.round(number * 100) / 100;

/** What the product sends is what all others send. */
async function eventOfProduct(): Promise<LiveEvent> {
  const { sample } = await measure(PRODUCT, { message: '' }, 1);
  return { message: sample.slice(sample.indexOf('{'), sample.lastIndexOf('}') + 1) };
}

interface Row {
  subscribers: number;
  contender: string;
  rounds: number;
  lastMs: number;
  times: number;
  timesFrom: number;
  timesTo: number;
  toFirstMs: number;
  cpuMs: number;
  idleKilobytes: number;
  /** Of those who have to reach the goals. */
  ok?: boolean;
}

/** One measurement, and what it took of what `ws` took in the same round. */
interface Compared extends Measured {
  times: number;
}

function rowOf(subscribers: number, { name, ours }: Contender, list: readonly Compared[]): Row {
  const of = (key: 'lastMs' | 'toFirstMs' | 'cpuMs' | 'idleKilobytes') =>
    tenths(median(list.map((each) => each[key])));
  const times = list.map((each) => each.times);
  const row = {
    subscribers,
    contender: name,
    rounds: list.length,
    lastMs: of('lastMs'),
    times: hundredths(median(times)),
    timesFrom: hundredths(Math.min(...times)),
    timesTo: hundredths(Math.max(...times)),
    toFirstMs: of('toFirstMs'),
    cpuMs: of('cpuMs'),
    idleKilobytes: of('idleKilobytes'),
  };
  const ok = row.times <= MOST_TIMES && row.idleKilobytes <= MOST_KILOBYTES;
  return ours ? { ...row, ok } : row;
}

/** Tells after each round what it is so far. */
async function* compare(event: LiveEvent, subscribers: number): AsyncGenerator<Row[]> {
  const compared = new Map(CONTENDERS.map((each) => [each, [] as Compared[]]));
  for (let round = 0; round < rounds; round++) {
    let limit = NaN;
    for (const [contender, list] of compared) {
      if (contender.isPeer && round < rounds - peerRounds) continue;
      try {
        const measured = await measure(contender, event, subscribers);
        if (contender.transport === 'raw-ws') limit = measured.lastMs;
        list.push({ ...measured, times: measured.lastMs / limit });
        const { sample: _, ...figures } = measured;
        console.error(
          JSON.stringify({ subscribers, round, contender: contender.name, ...figures }),
        );
      } catch (error) {
        if (!contender.isPeer) throw error;
        console.error(String(error));
      }
    }
    yield [...compared].flatMap(([contender, list]) =>
      list.length > 0 ? [rowOf(subscribers, contender, list)] : [],
    );
  }
}

async function run(): Promise<void> {
  const event = await eventOfProduct();
  let rows: Row[] = [];
  for (const subscribers of values.subscribers.split(',').map(Number)) {
    const before = rows;
    for await (const compared of compare(event, subscribers)) {
      rows = [...before, ...compared];
      if (values.out) await writeFile(values.out, `${JSON.stringify(resultOf(rows), null, 2)}\n`);
    }
  }
  console.table(rows);
  if (rows.some(({ ok }) => ok === false)) process.exitCode = 1;

  function resultOf(rows: readonly Row[]) {
    return {
      bench: 'fanout',
      node: process.version,
      bytes: Buffer.byteLength(event.message),
      allowed: { times: MOST_TIMES, idleKilobytes: MOST_KILOBYTES },
      rows,
    };
  }
}

const { BENCH_DATABASE_URL } = process.env;
const own = BENCH_DATABASE_URL ? null : await startOwnPostgres();
process.env.DATABASE_URL = BENCH_DATABASE_URL ?? own?.url;
if (!process.env.DATABASE_URL)
  throw new Error('There is no Postgres here. Install one, or set BENCH_DATABASE_URL.');
try {
  await run();
} finally {
  await own?.stop();
}
