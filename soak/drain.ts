/**
 * A server is told to stop (SIGTERM) while 200 clients ask on connections that
 * they keep, half of them without a pause, and 500 streams are open, over
 * WebSocket and server-sent events. Every request that was sent is answered,
 * every stream is closed by its protocol, every acknowledged write is there, and
 * the process ends with 0 within 10 seconds. Again and again, on the same data.
 *
 *   npm run soak:drain [-- --short --seed 1 --minutes 8 --out result.json]
 *   DATABASE_URL=… on that Postgres instead of the embedded database
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { v4 as uuid } from 'uuid';
import { demoAccount } from '../demo/seed.ts';
import { connectDatabase } from '../server/db/database.ts';
import { createLog } from '../server/log.ts';
import { GraphQLClient } from '../test/graphql-client.ts';
import { openEventStream, openSocketStream } from './drained-streams.ts';
import { askAlong, type Lane, type Question } from './keep-alive-lane.ts';
import { startProcess } from './process.ts';
import { soakRun } from './soak-run.ts';

const run = soakRun('drain');
const SIGNALS = run.short ? 1 : 50;
const CLIENTS = 200;
const STREAMS = 500;
const OPENED_AT_ONCE = 20;
/** Of the clients that pause between two questions, as pages do. */
const LONGEST_PAUSE_MS = 100;
/** Every client has asked by then, and some moment of its work is as likely as any other. */
const LEAST_WORK_MS = 300;
const EXIT_WITHIN_MS = 10_000;
/** A stream that has not ended when the process has. */
const OPEN_AFTER_MS = 2_000;
/** Of the questions. */
const WRITES = 0.2;

const LIST =
  '{ vehicles(first: 10) { nodes { id title media(first: 3) { totalCount nodes { id } } } } }';
const UPSERT = `mutation ($input: UpsertVehicleInput!) { upsertVehicle(input: $input) {
  vehicle { stockNumber } userErrors { code } } }`;

const server = await startProcess({
  LOG_LEVEL: 'silent',
  MEDIA_CONCURRENCY: '0',
  MAX_STREAMS_PER_ADDRESS: String(2 * STREAMS),
});
const acknowledged = new Set<string>();
let token = '';

const headers = (more: Record<string, string> = {}) => ({
  'content-type': 'application/json',
  ...more,
});
const isData = (text: string) => text.startsWith('{"data":') && !text.includes('"errors"');

function question(): Question {
  if (run.random(100) >= WRITES * 100)
    return { headers: headers(), body: JSON.stringify({ query: LIST }), accepts: isData };
  const stockNumber = `DRAIN-${uuid()}`;
  const input = { vehicle: { stockNumber }, idempotencyKey: uuid() };
  return {
    headers: headers({ authorization: `Bearer ${token}` }),
    body: JSON.stringify({ query: UPSERT, variables: { input } }),
    accepts(text) {
      const granted = isData(text) && text.includes(stockNumber);
      if (granted) acknowledged.add(stockNumber);
      return granted;
    },
  };
}

interface Round {
  answers: number;
  busy: number;
  failures: string[];
  /** Connections that ended while nothing was asked. */
  idle: number;
  streams: Record<string, number>;
  exitCode: number | null;
  exitMs: number;
}

async function openStreams(vehicleId: string): Promise<Promise<string>[]> {
  const opened: Promise<string>[] = [];
  while (opened.length < STREAMS) {
    const some = await Promise.all(
      Array.from({ length: OPENED_AT_ONCE }, (_, index) =>
        (index % 2 ? openEventStream : openSocketStream)(server.url, vehicleId),
      ),
    );
    opened.push(...some.map(({ ended }) => ended));
  }
  return opened;
}

async function drain(vehicleId: string): Promise<Round> {
  const streams = await openStreams(vehicleId);
  const lanes: Lane[] = Array.from({ length: CLIENTS }, (_, index) =>
    askAlong(server.url, question, () => (index % 2 ? run.random(LONGEST_PAUSE_MS) : 0)),
  );
  while (lanes.some(({ answers, busy }) => answers + busy < 2)) {
    if (lanes.some(({ failures }) => failures.length > 0)) break;
    await sleep(50);
  }
  await sleep(LEAST_WORK_MS + run.random(LEAST_WORK_MS));

  const signalled = performance.now();
  const exitCode = await server.terminate();
  const exitMs = Math.round(performance.now() - signalled);
  const endings = await Promise.all(lanes.map(({ ended }) => ended));
  const open = sleep(OPEN_AFTER_MS, 'still open');
  const streamEnds = await Promise.all(streams.map((ended) => Promise.race([ended, open])));
  const round: Round = {
    answers: lanes.reduce((sum, { answers }) => sum + answers, 0),
    busy: lanes.reduce((sum, { busy }) => sum + busy, 0),
    failures: lanes.flatMap(({ failures }) => failures),
    idle: endings.filter((ending) => ending === 'idle').length,
    streams: countOf(streamEnds),
    exitCode,
    exitMs,
  };
  console.error(JSON.stringify({ ...round, failures: countOf(round.failures) }));
  return round;
}

function countOf(values: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const value of values) counts[value] = (counts[value] ?? 0) + 1;
  return counts;
}

/** Of what was acknowledged. */
async function lostWrites(): Promise<number> {
  const db = await connectDatabase(server.database, createLog('silent'));
  try {
    const { rows } = await db.pool.query<{ count: number }>(
      'select count(*)::int from vehicles where stock_number = any($1)',
      [[...acknowledged]],
    );
    return acknowledged.size - (rows[0]?.count ?? 0);
  } finally {
    await db.close();
  }
}

try {
  const rounds: Round[] = [];
  while (rounds.length < SIGNALS && !run.isTimeUp()) {
    if (rounds.length > 0) await server.start();
    const client = new GraphQLClient(server.url);
    const { logIn } = await client.expect<{ logIn: { session: { token: string } } }>(
      'mutation ($email: String!, $password: String!) { logIn(input: { email: $email, password: $password }) { session { token } } }',
      demoAccount,
    );
    ({ token } = logIn.session);
    const { vehicles } = await client.expect<{ vehicles: { nodes: { id: string }[] } }>(
      '{ vehicles(first: 1) { nodes { id } } }',
    );
    rounds.push(await drain(vehicles.nodes[0]?.id ?? ''));
  }
  const sum = (of: (round: Round) => number) => rounds.reduce((all, round) => all + of(round), 0);
  const lines = [
    {
      line: 'requests that were sent and failed',
      is: sum(({ failures }) => failures.length),
      allowed: 0,
    },
    {
      line: 'streams that were not closed',
      is: sum(({ streams }) => STREAMS - (streams['closed'] ?? 0)),
      allowed: 0,
    },
    {
      line: 'exit codes other than 0',
      is: sum(({ exitCode }) => (exitCode === 0 ? 0 : 1)),
      allowed: 0,
    },
    {
      line: 'slowest exit, ms',
      is: Math.max(...rounds.map(({ exitMs }) => exitMs)),
      allowed: EXIT_WITHIN_MS,
    },
    { line: 'acknowledged writes that are lost', is: await lostWrites(), allowed: 0 },
    { line: 'signals not made', is: SIGNALS - rounds.length, allowed: 0 },
  ].map((line) => ({ ...line, ok: line.is <= line.allowed }));
  console.table(lines);
  await run.report(
    {
      engine: process.env.DATABASE_URL ? 'postgres' : 'embedded',
      signals: rounds.length,
      clients: CLIENTS,
      streams: STREAMS,
      answers: sum(({ answers }) => answers),
      askedToSendAgain: sum(({ busy }) => busy),
      acknowledgedWrites: acknowledged.size,
      connectionsEndedWhileIdle: sum(({ idle }) => idle),
      failures: countOf(rounds.flatMap(({ failures }) => failures)),
      medianExitMs: rounds.map(({ exitMs }) => exitMs).sort((a, b) => a - b)[rounds.length >> 1],
      lines,
    },
    lines.every(({ ok }) => ok),
  );
} finally {
  await server.stop();
}
