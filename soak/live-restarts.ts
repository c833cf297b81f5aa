/**
 * 1,000 readers, half over WebSocket and half over server-sent events, follow
 * eight vehicles on three servers of one database, and come back with their
 * cursors. Eight writers change the vehicles, each request sent again with its
 * key until there is an answer. Meanwhile random servers are killed 50 times, and
 * what wakes them goes with every fifth: the connections that LISTEN are ended,
 * or Redis is killed. Every reader gets every event once, in order.
 *
 *   npm run soak:live-restarts [-- --short --seed 1 --minutes 8 --out result.json --redis --forget-cursors]
 *   DATABASE_URL=… runs three servers on that Postgres; without it one server on the embedded database
 *   --redis wakes the servers through a Redis of the soak instead of NOTIFY
 *   --forget-cursors has readers come back without them: it must fail
 */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { DEMO_ACCOUNT } from '../server/accounts/demo-account.ts';
import { GraphQLClient } from '../test/graphql-client.ts';
import { startRedis } from '../test/redis.ts';
import { CountedEvents } from './counted-events.ts';
import { follow, type Follower } from './follower.ts';
import { post } from './graphql-post.ts';
import { startProcess, type ServerProcess } from './process.ts';
import { soakRun } from './soak-run.ts';

const run = soakRun('live-restarts', ['redis', 'forget-cursors']);
const READERS = run.short ? 96 : 1_000;
const RESTARTS = run.short ? 3 : 50;
const SERVERS = process.env.DATABASE_URL ? 3 : 1;
const VEHICLES = 8;
/** Of each writer, between two of its changes. */
const PAUSE_MS = run.short ? 100 : 500;
const CHANNEL_LOST_EVERY = run.short ? 2 : 5;
const CHANNEL_AWAY_MS = 2_000;
const PATIENCE_MS = 120_000;

const redis = run.has('redis') ? await startRedis() : null;
const env = {
  LOG_LEVEL: 'error',
  MEDIA_CONCURRENCY: '0',
  HOUSEKEEPING_SECONDS: '3600',
  ...(redis && { REDIS_URL: redis.url }),
};
const first = await startProcess(env);
const servers: ServerProcess[] = [first];
const down = new Set<ServerProcess>();
servers.push(
  ...(await Promise.all(Array.from({ length: SERVERS - 1 }, () => startProcess(env, first)))),
);
const startedAt = performance.now();

const anyServer = () => servers[Math.floor(Math.random() * servers.length)] as ServerProcess;

interface Written {
  id: string;
  mediaId: string;
  cursor: string;
  /** Changes that were answered. */
  count: number;
}

interface Reader {
  follower: Follower;
  vehicle: Written;
  told: CountedEvents;
}

async function readVehicles(): Promise<Written[]> {
  const { vehicles } = await new GraphQLClient(first.url).expect<{
    vehicles: {
      nodes: { id: string; mediaCursor: string; media: { nodes: { id: string }[] } }[];
    };
  }>(
    `query ($first: Int!) { vehicles(first: $first) { nodes { id mediaCursor media(first: 1) { nodes { id } } } } }`,
    { first: VEHICLES },
  );
  return vehicles.nodes.map(({ id, mediaCursor, media }) => ({
    id,
    mediaId: media.nodes[0]?.id ?? '',
    cursor: mediaCursor,
    count: 0,
  }));
}

async function logIn(): Promise<string> {
  const { logIn: answer } = await new GraphQLClient(first.url).expect<{
    logIn: { session: { token: string } };
  }>(
    'mutation ($email: String!, $password: String!) { logIn(input: { email: $email, password: $password }) { session { token } } }',
    { ...DEMO_ACCOUNT },
  );
  return answer.session.token;
}

const UPDATE =
  'mutation ($id: ID!, $alt: String!, $key: String!) { updateMedia(input: { id: $id, alt: $alt, idempotencyKey: $key }) { userErrors { message } } }';
let writing = true;
let sentAgain = 0;
let refused = 0;

/** One writer of one vehicle: its events have the order of its changes. */
async function write(vehicle: Written, token: string): Promise<void> {
  while (writing) {
    const variables = { id: vehicle.mediaId, alt: `event ${vehicle.count}`, key: randomUUID() };
    for (;;) {
      const { port } = new URL(anyServer().url);
      const answer = await post({ port: Number(port), token, query: UPDATE, variables });
      const done = answer?.data as { updateMedia: { userErrors: unknown[] } } | null | undefined;
      if (done) {
        if (done.updateMedia.userErrors.length > 0) refused += 1;
        break;
      }
      sentAgain += 1;
      await sleep(50);
    }
    vehicle.count += 1;
    await sleep(PAUSE_MS * (0.5 + Math.random()));
  }
}

let resets = 0;
function openReader(vehicle: Written, index: number): Reader {
  const told = new CountedEvents();
  const follower = follow({
    url: () => anyServer().url,
    transport: index % 2 ? 'sse' : 'ws',
    scope: 'vehicle',
    id: vehicle.id,
    after: vehicle.cursor,
    forgetful: run.has('forget-cursors'),
    take({ __typename, media }) {
      if (__typename === 'MediaStreamReset') resets += 1;
      const number = /^event (\d+)$/.exec(media?.alt ?? '')?.[1];
      if (number !== undefined) told.take(Number(number));
    },
  });
  return { follower, vehicle, told };
}

let channelLost = 0;
async function loseChannel(): Promise<void> {
  channelLost += 1;
  if (redis) {
    await redis.kill();
    await sleep(CHANNEL_AWAY_MS);
    await redis.start();
  } else if (first.database.kind === 'postgres') {
    const client = new pg.Client({ connectionString: first.database.url });
    await client.connect();
    await client.query(
      `select pg_terminate_backend(pid) from pg_stat_activity
        where datname = current_database() and query like 'LISTEN%'`,
    );
    await client.end();
  }
}

async function restart(server: ServerProcess): Promise<void> {
  down.add(server);
  await server.kill();
  await server.start();
  down.delete(server);
}

try {
  const vehicles = await readVehicles();
  const token = await logIn();
  const readers = Array.from({ length: READERS }, (_, index) =>
    openReader(vehicles[index % vehicles.length] as Written, index),
  );
  const writers = vehicles.map((vehicle) => write(vehicle, token));

  let restarts = 0;
  let channel = Promise.resolve();
  const restarting = new Set<Promise<void>>();
  while (restarts < RESTARTS && !run.isTimeUp()) {
    await sleep(500 + run.random(1_500));
    const up = servers.filter((server) => !down.has(server));
    // One of several stays, now and then alone.
    if (up.length === 0 || (servers.length > 1 && up.length === 1)) {
      await Promise.race(restarting);
      continue;
    }
    const again = restart(up[run.random(up.length)] as ServerProcess);
    const task = again.finally(() => restarting.delete(task));
    restarting.add(task);
    restarts += 1;
    if (restarts % CHANNEL_LOST_EVERY === 0) channel = channel.then(loseChannel);
    // Another one may be killed while it starts.
    if (run.random(2) > 0) await task;
    if (restarts % 10 === 0) console.error(`${restarts} restarts`);
  }
  // Fewer where `--minutes` ended them.
  const wanted = run.isTimeUp() ? restarts : RESTARTS;
  await Promise.all(restarting);
  await channel;
  writing = false;
  await Promise.all(writers);

  const patience = performance.now() + PATIENCE_MS;
  const behind = () => readers.some(({ told, vehicle }) => told.next < vehicle.count);
  while (behind() && performance.now() < patience) await sleep(100);
  // What comes twice comes by now.
  await sleep(1_500);
  for (const { follower } of readers) follower.close();

  const sum = (of: (reader: Reader) => number) =>
    readers.reduce((total, reader) => total + of(reader), 0);
  const lines = [
    { line: 'missed', is: sum(({ told, vehicle }) => told.missedOf(vehicle.count)), allowed: 0 },
    { line: 'doubled or out of order', is: sum(({ told }) => told.doubled), allowed: 0 },
    { line: 'resets', is: resets, allowed: 0 },
    { line: 'changes refused', is: refused, allowed: 0 },
    {
      line: 'readers refused',
      is: readers.filter(({ follower }) => follower.refusal !== null).length,
      allowed: 0,
    },
    { line: 'restarts not made', is: wanted - restarts, allowed: 0 },
  ].map((line) => ({ ...line, ok: line.is <= line.allowed }));
  console.table(lines);
  await run.report(
    {
      engine: SERVERS > 1 ? 'postgres' : 'embedded',
      wakeUps: redis ? 'Redis' : 'NOTIFY',
      cursors: !run.has('forget-cursors'),
      servers: SERVERS,
      readers: READERS,
      writers: vehicles.length,
      restarts,
      channelLost,
      events: vehicles.reduce((total, { count }) => total + count, 0),
      deliveries: sum(({ told }) => told.next),
      connections: sum(({ follower }) => follower.connections),
      sentAway: sum(({ follower }) => follower.sentAway),
      refusals: [...new Set(readers.flatMap(({ follower }) => follower.refusal ?? []))],
      requestsSentAgain: sentAgain,
      seconds: Math.round((performance.now() - startedAt) / 1_000),
      lines,
    },
    lines.every(({ ok }) => ok),
  );
} finally {
  for (const server of servers.slice(1)) await server.stop();
  await first.stop();
  await redis?.stop();
}
