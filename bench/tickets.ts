/**
 * Tickets a second over HTTP, with authorization, quota and an address that is
 * signed for S3, and with an idempotency key or without, beside a limit written
 * by hand. Rounds in turns, medians, and what of the limit that is.
 *
 *   BENCH_DATABASE_URL=… npm run bench:tickets [-- --rounds 4 --seconds 4 --out file.json --no-peers]
 *   --no-peers leaves out the other servers, in bench/peers: those ask nobody who they are, and keep to no quota
 *   --profile says where the processor time of a ticket goes
 */
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import pg from 'pg';
import { v7 as uuid } from 'uuid';
import { apiKeyText, hashOf, newPrefix, newSecret } from '../server/keys/key-text.ts';
import { encodeId } from '../server/node-id.ts';
import { startProcess } from '../soak/process.ts';
import { load, loader, median, type Load } from './api/load.ts';
import { startPeers } from './api/peers.ts';
import { openProfiler, printParts } from './api/profile.ts';

const { values: options } = parseArgs({
  allowNegative: true,
  options: {
    peers: { type: 'boolean', default: true },
    rounds: { type: 'string', default: '4' },
    seconds: { type: 'string', default: '4' },
    connections: { type: 'string', default: '32' },
    out: { type: 'string' },
    profile: { type: 'boolean', default: false },
  },
});
const databaseUrl = process.env.BENCH_DATABASE_URL ?? process.env.DATABASE_URL;
if (!databaseUrl) throw new Error('Say in BENCH_DATABASE_URL which Postgres is measured.');
process.env.DATABASE_URL = databaseUrl;

const GOAL = 0.5;
const DEALERSHIPS = 40;
const VEHICLES_EACH = 100;
/** So many lines that no idempotency key comes twice within a round. */
const LINES = 40_000;

const DOCUMENT = `mutation RequestUpload($input: RequestUploadInput!) { requestUpload(input: $input) {
  upload { id status expiresAt media { id status position } target { ... on PutTarget { url headers { name value } expiresAt } } }
  userErrors { code message } } }`;

interface Shop {
  token: string;
  vehicleIds: string[];
}

const profiler = options.profile ? await openProfiler() : null;
const server = await startProcess({
  ...profiler?.env,
  NODE_ENV: 'production',
  PUBLIC_URL: 'http://127.0.0.1',
  STORAGE_DRIVER: 's3',
  // Nobody listens there: addresses are signed without the store.
  S3_ENDPOINT: 'http://127.0.0.1:9',
  AWS_REGION: 'us-east-1',
  VEHICLE_MEDIA_BUCKET: 'photos',
  AWS_ACCESS_KEY_ID: 'AKID',
  AWS_SECRET_ACCESS_KEY: 'a-secret',
  S3_FORCE_PATH_STYLE: 'true',
  SEED_DEMO: 'false',
  APP_SECRET: 'a secret of thirty-two characters or more',
  RATE_LIMITS: 'off',
  MEDIA_CONCURRENCY: '0',
  MAX_MEDIA_PER_VEHICLE: '1000',
  LOG_LEVEL: 'info',
});
const { database } = server;
if (database.kind !== 'postgres') throw new Error('The bench needs a Postgres.');
const databaseName = new URL(database.url).pathname.slice(1);
const pool = new pg.Pool({ connectionString: database.url, max: 2 });
let limit: ChildProcess | undefined;
let stopPeers: (() => void) | undefined;
try {
  const shops = await openShops();
  limit = fork(new URL('api/ticket-limit.mjs', import.meta.url), {
    env: { ...process.env, DATABASE_URL: database.url, DEALERSHIP_ID: uuid() },
    execArgv: [],
  });
  const [{ port }] = (await once(limit, 'message')) as [{ port: number }];
  const ours = {
    url: `${server.url.replace('localhost', '127.0.0.1')}/graphql`,
    pid: server.pid,
  };
  const contestants = [
    { name: 'limit', url: `http://127.0.0.1:${port}/`, pid: limit.pid as number, keyed: false },
    { name: 'requestUpload', ...ours, keyed: false },
    { name: 'with an idempotency key', ...ours, keyed: true },
  ];
  const others = new Set<string>();
  if (options.peers) {
    const { peers, stop } = await startPeers(
      ['mercurius, JIT and loaders', 'Apollo Server, Prisma', 'Yoga, Pothos, Prisma'],
      { DATABASE_URL: database.url, DEALERSHIP_ID: '' },
    );
    stopPeers = stop;
    for (const peer of peers) {
      others.add(peer.name);
      contestants.push({ ...peer, keyed: false });
    }
  }

  const rounds = new Map<string, Load[]>();
  for (let round = -1; round < Number(options.rounds); round++) {
    for (const { name, keyed, ...address } of contestants) {
      const lines = linesFor(shops, keyed);
      await check(address.url, lines[0] ?? '');
      const measured = await load(
        { ...address, lines },
        {
          connections: options.connections,
          seconds: options.seconds,
          database: databaseName,
          looking: round < 0,
        },
      );
      // The first one warms up.
      if (round >= 0) rounds.set(name, [...(rounds.get(name) ?? []), measured]);
    }
  }
  const profile = await profiler?.profile(
    { ...ours, lines: linesFor(shops, false) },
    { connections: options.connections, seconds: options.seconds },
  );
  const results = contestants.map(({ name }) => {
    const measured = rounds.get(name) ?? [];
    const ratios = measured.map(
      ({ perSecond }, index) => perSecond / (rounds.get('limit')?.[index]?.perSecond ?? NaN),
    );
    return {
      name,
      perSecond: Math.round(median(measured.map(({ perSecond }) => perSecond))),
      ofLimit: Number(median(ratios).toFixed(2)),
      spread: ratios.map((each) => Number(each.toFixed(2))),
      cpuMicroseconds: Math.round(median(measured.map(({ cpu }) => cpu))),
      databaseMicroseconds: Math.round(median(measured.map(({ databaseCpu }) => databaseCpu))),
      goal: name === 'limit' || others.has(name) ? null : GOAL,
    };
  });
  console.table(results.map(({ spread, ...shown }) => ({ ...shown, spread: spread.join(' ') })));
  if (profile) printParts({ requestUpload: profile.parts });
  const summary = {
    node: process.version,
    date: new Date().toISOString(),
    load: loadavg()[0],
    loader: await loader(),
    connections: Number(options.connections),
    dealerships: DEALERSHIPS,
    results,
    ...(profile && { profile: profile.parts }),
  };
  if (options.out) await writeFile(options.out, `${JSON.stringify(summary, null, 2)}\n`);
  if (results.some(({ ofLimit, goal }) => goal !== null && ofLimit < goal)) process.exitCode = 1;
} finally {
  limit?.kill();
  stopPeers?.();
  await pool.end();
  await server.stop();
  await profiler?.close();
}

/** Dealerships with vehicles, and an API key each. */
async function openShops(): Promise<Shop[]> {
  const shops: Shop[] = [];
  for (let count = 0; count < DEALERSHIPS; count += 1) {
    const id = uuid();
    const prefix = newPrefix();
    const token = apiKeyText(prefix, newSecret());
    await pool.query('insert into dealerships (id, name, slug) values ($1::uuid, $2, $2)', [
      id,
      `dealer-${count}`,
    ]);
    await pool.query(
      `insert into api_keys (id, dealership_id, name, prefix, hash, scopes) values ($1, $2, 'bench', $3, $4, '{MEDIA_WRITE}')`,
      [uuid(), id, prefix, hashOf(token)],
    );
    const { rows } = await pool.query<{ id: string }>(
      `insert into vehicles (id, dealership_id, stock_number)
       select gen_random_uuid(), $1, 'B-' || i from generate_series(1, $2::int) i returning id`,
      [id, VEHICLES_EACH],
    );
    shops.push({ token, vehicleIds: rows.map((row) => encodeId('Vehicle', row.id)) });
  }
  return shops;
}

function linesFor(shops: readonly Shop[], keyed: boolean): string[] {
  return Array.from({ length: LINES }, (_, index) => {
    const { token, vehicleIds } = shops[index % shops.length] as Shop;
    const input = {
      vehicleId: vehicleIds[Math.floor(index / shops.length) % vehicleIds.length],
      fileName: `photo-${index}.jpg`,
      contentType: 'image/jpeg',
      byteSize: 2_500_000 + index,
      md5: '1B2M2Y8AsgTpgAmY7PhCfg==',
      ...(keyed && { idempotencyKey: uuid() }),
    };
    return `${JSON.stringify({ query: DOCUMENT, variables: { input } })}\t${token}`;
  });
}

/** A refusal has the status 200, too. */
async function check(url: string, line: string): Promise<void> {
  const [body = '', token = ''] = line.split('\t');
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body,
  });
  const text = await response.text();
  if (!text.includes('X-Amz-Signature=')) throw new Error(`${url} answered ${text}`);
}
