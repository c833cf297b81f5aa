/**
 * Queries that pages live on, over HTTP, beside the limit: rounds in turns,
 * medians of requests a second, processor time of the server's process a
 * request, and what of the limit that is.
 *
 *   BENCH_DATABASE_URL=… npm run bench:api [-- --rounds 4 --seconds 4 --out file.json --no-peers]
 *   --no-peers leaves out the other servers, in bench/peers
 *   --profile says where the processor time of a trusted document goes
 */
import { fork, type ChildProcess } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import pg from 'pg';
import { decodeId, encodeId } from '../server/node-id.ts';
import { startProcess } from '../soak/process.ts';
import { load, loader, median, type Load } from './api/load.ts';
import { startPeers, type Peer } from './api/peers.ts';
import { postgraphileDocuments, shownRows } from './api/postgraphile.ts';
import { openProfiler, printParts, type Parts } from './api/profile.ts';
import { fillStock } from './api/stock.ts';

const { values: options } = parseArgs({
  allowNegative: true,
  options: {
    peers: { type: 'boolean', default: true },
    rounds: { type: 'string', default: '4' },
    seconds: { type: 'string', default: '4' },
    connections: { type: 'string', default: '32' },
    vehicles: { type: 'string', default: '20000' },
    out: { type: 'string' },
    profile: { type: 'boolean', default: false },
  },
});
const databaseUrl = process.env.BENCH_DATABASE_URL ?? process.env.DATABASE_URL;
if (!databaseUrl) throw new Error('Say in BENCH_DATABASE_URL which Postgres is measured.');
process.env.DATABASE_URL = databaseUrl;

const DEALERSHIPS = 50;
const PAGE_SIZE = 24;
const DEEP_PAGE = 10;

const VEHICLE =
  'id vin stockNumber year make model trim price { amount currency } mileage status createdAt updatedAt';
const MEDIA =
  'id position kind status alt caption groupKey placeholder tags createdAt ... on ImageMedia { width height } ... on VideoMedia { width height }';
const DOCUMENTS = {
  VehiclePage: `query VehiclePage($id: ID!) { vehicle(id: $id) { ${VEHICLE} media { nodes { ${MEDIA} } } } }`,
  Inventory: `query Inventory { vehicles(first: ${PAGE_SIZE}, filter: { status: [PUBLISHED] }) { totalCount pageInfo { hasNextPage hasPreviousPage startCursor endCursor } edges { cursor node { ${VEHICLE} media(first: 3) { nodes { ${MEDIA} } } } } } }`,
  InventoryDeep: `query InventoryDeep($after: String) { vehicles(first: ${PAGE_SIZE}, after: $after, filter: { status: [PUBLISHED] }) { pageInfo { hasNextPage hasPreviousPage startCursor endCursor } edges { cursor node { ${VEHICLE} media(first: 3) { nodes { ${MEDIA} } } } } } }`,
} as const;
type Operation = keyof typeof DOCUMENTS;

interface Contestant {
  name: string;
  url: string;
  pid: number;
  /** How it is asked. */
  body(operation: Operation, variables: object): object;
  /** Whether what it answers is what the limit answers; equal unless given. */
  isSame?(answer: string, ofLimit: string): boolean;
  headers?: Record<string, string>;
}

/** What must be reached, as a part of the limit. */
const GOALS: Record<string, Partial<Record<Operation, number>>> = {
  'trusted document, kept': { VehiclePage: 3.5 },
  'trusted document': { VehiclePage: 0.85, Inventory: 0.95, InventoryDeep: 0.95 },
  'any document': { VehiclePage: 0.5, Inventory: 0.5, InventoryDeep: 0.5 },
};

const quiet = {
  NODE_ENV: 'production',
  PUBLIC_URL: 'http://127.0.0.1',
  STORAGE_DRIVER: 'disk',
  SEED_DEMO: 'false',
  APP_SECRET: 'a secret of thirty-two characters or more',
  DEFAULT_DEALERSHIP: 'dealer-1',
  MEDIA_CONCURRENCY: '0',
  LOG_LEVEL: 'info',
};
const profiler = options.profile ? await openProfiler() : null;
const bare = await startProcess({ ...quiet, ANSWER_CACHE_BYTES: '0', ...profiler?.env });
const { database } = bare;
if (database.kind !== 'postgres') throw new Error('The bench needs a Postgres.');
const databaseName = new URL(database.url).pathname.slice(1);
const keeping = await startProcess({ ...quiet, DATABASE_URL: database.url });
const pool = new pg.Pool({ connectionString: database.url, max: 2 });
let limit: ChildProcess | undefined;
let stopPeers: (() => void) | undefined;
let failed = false;
try {
  await fillStock(pool, { dealerships: DEALERSHIPS, vehicles: Number(options.vehicles) });
  const { rows } = await pool.query<{ id: string; dealership: string }>(
    `select v.id, d.id dealership from vehicles v join dealerships d on d.id = v.dealership_id
     where d.slug = 'dealer-1' and v.status = 'PUBLISHED' order by md5(v.id::text)`,
  );
  limit = fork(new URL('api/limit.mjs', import.meta.url), {
    env: { ...process.env, DATABASE_URL: database.url, DEALERSHIP_ID: rows[0]?.dealership },
    execArgv: [],
  });
  const [{ port }] = (await once(limit, 'message')) as [{ port: number }];

  const asText = (operation: Operation, variables: object) => ({
    query: DOCUMENTS[operation],
    operationName: operation,
    variables,
  });
  const asHash = (operation: Operation, variables: object) => ({
    documentId: `sha256:${createHash('sha256').update(DOCUMENTS[operation]).digest('hex')}`,
    operationName: operation,
    variables,
  });
  await pool.query(
    `insert into trusted_documents (dealership_id, hash, text)
     select $1, encode(sha256(convert_to(text, 'UTF8')), 'hex'), text from unnest($2::text[]) text`,
    [rows[0]?.dealership, Object.values(DOCUMENTS)],
  );
  const contestants: Contestant[] = [
    {
      name: 'limit',
      url: `http://127.0.0.1:${port}/`,
      pid: limit.pid as number,
      body: asText,
    },
    { name: 'trusted document, kept', ...addressOf(keeping), body: asHash },
    { name: 'trusted document', ...addressOf(bare), body: asHash },
    { name: 'any document', ...addressOf(bare), body: asText },
    {
      name: 'through Yoga',
      ...addressOf(bare),
      body: asText,
      // The short way takes plain JSON alone.
      headers: { 'content-type': 'application/graphql+json' },
    },
  ];
  if (options.peers) {
    const dealershipId = rows[0]?.dealership as string;
    const { peers, stop } = await startPeers(
      [
        'mercurius, JIT and loaders',
        'PostGraphile 5',
        'Apollo Server, Prisma',
        'Yoga, Pothos, Prisma',
      ],
      { DATABASE_URL: database.url, DEALERSHIP_ID: dealershipId },
    );
    stopPeers = stop;
    for (const peer of peers)
      contestants.push(
        peer.name === 'PostGraphile 5'
          ? await onTables(peer, dealershipId)
          : { ...peer, body: asText },
      );
  }
  const variables: Record<Operation, object[]> = {
    VehiclePage: rows.map(({ id }) => ({ id: encodeId('Vehicle', id) })),
    Inventory: [{}],
    InventoryDeep: [{ after: await deepCursor(`http://127.0.0.1:${port}/`) }],
  };
  await checkEqual(contestants, variables);

  const results = [];
  const profiles: Record<string, Parts> = {};
  for (const operation of Object.keys(DOCUMENTS) as Operation[]) {
    const rounds = new Map<string, Load[]>();
    for (let round = -1; round < Number(options.rounds); round++) {
      for (const contestant of contestants) {
        if (contestant.name.endsWith('kept') && operation !== 'VehiclePage') continue;
        // The first one warms up.
        const looking = round < 0;
        const measured = await measure(contestant, operation, variables[operation], looking);
        if (!looking)
          rounds.set(contestant.name, [...(rounds.get(contestant.name) ?? []), measured]);
      }
    }
    if (profiler) {
      const lines = variables[operation].map((each) => JSON.stringify(asHash(operation, each)));
      const { parts } = await profiler.profile(
        { ...addressOf(bare), lines },
        { connections: options.connections, seconds: options.seconds },
      );
      profiles[operation] = parts;
    }
    const of = (name: string, key: keyof Load) =>
      median((rounds.get(name) ?? []).map((each) => each[key]));
    for (const [name, measured] of rounds) {
      const ratios = measured.map(
        ({ perSecond }, index) => perSecond / (rounds.get('limit')?.[index]?.perSecond ?? NaN),
      );
      const goal = GOALS[name]?.[operation] ?? null;
      const ratio = median(ratios);
      failed ||= goal !== null && ratio < goal;
      results.push({
        operation,
        name,
        perSecond: Math.round(of(name, 'perSecond')),
        ofLimit: Number(ratio.toFixed(2)),
        spread: ratios.map((each) => Number(each.toFixed(2))),
        cpuMicroseconds: Math.round(of(name, 'cpu')),
        databaseMicroseconds: Math.round(of(name, 'databaseCpu')),
        goal,
      });
    }
  }
  console.table(results.map(({ spread, ...shown }) => ({ ...shown, spread: spread.join(' ') })));
  if (profiler) printParts(profiles);
  const summary = {
    node: process.version,
    date: new Date().toISOString(),
    load: loadavg()[0],
    loader: await loader(),
    connections: Number(options.connections),
    vehicles: Number(options.vehicles),
    results,
    ...(profiler && { profiles }),
  };
  if (options.out) await writeFile(options.out, `${JSON.stringify(summary, null, 2)}\n`);
} finally {
  limit?.kill();
  stopPeers?.();
  await pool.end();
  await keeping.stop();
  await bare.stop();
  await profiler?.close();
}
process.exitCode = failed ? 1 : 0;

function addressOf(server: { url: string; pid: number }) {
  return { url: `${server.url.replace('localhost', '127.0.0.1')}/graphql`, pid: server.pid };
}

async function post(
  { url, body, headers }: Pick<Contestant, 'url' | 'body' | 'headers'>,
  operation: Operation,
  variables: object,
): Promise<string> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body(operation, variables)),
  });
  const text = await response.text();
  if (!response.ok || text.includes('"errors"')) throw new Error(`${url} answered ${text}`);
  return text;
}

/** Every contestant gives the same data, before anything is timed. */
async function checkEqual(
  contestants: readonly Contestant[],
  variables: Record<Operation, object[]>,
): Promise<void> {
  for (const operation of Object.keys(DOCUMENTS) as Operation[]) {
    for (const given of variables[operation].slice(0, 5)) {
      const answers: string[] = [];
      for (const contestant of contestants) {
        // The second time a document takes the short way.
        await post(contestant, operation, given);
        const { data } = JSON.parse(await post(contestant, operation, given)) as { data: object };
        answers.push(JSON.stringify(data));
      }
      const odd = answers.findIndex((answer, index) =>
        contestants[index]?.isSame
          ? !contestants[index].isSame(answer, answers[0] as string)
          : answer !== answers[0],
      );
      if (odd > 0)
        throw new Error(
          `${contestants[odd]?.name} answers ${operation} differently:\n${answers[odd]?.slice(0, 600)}\n${answers[0]?.slice(0, 600)}`,
        );
    }
  }
}

/** With documents of its own and cursors of its own, and the same rows. */
async function onTables(peer: Peer, dealershipId: string): Promise<Contestant> {
  const documents = postgraphileDocuments(dealershipId);
  const ask = (operation: Operation, variables: object) => ({
    query: documents[operation],
    operationName: operation,
    variables,
  });
  const after = await deepCursor(peer.url, ask);
  return {
    ...peer,
    body(operation, variables) {
      if (operation === 'InventoryDeep') return ask(operation, { after });
      const { id } = variables as { id?: string };
      return ask(operation, id === undefined ? {} : { id: decodeId(id)?.uuid });
    },
    isSame: (answer, ofLimit) => shownRows(answer).join() === shownRows(ofLimit).join(),
  };
}

async function deepCursor(
  url: string,
  body: Contestant['body'] = (operation, variables) => ({ operationName: operation, variables }),
): Promise<string | null> {
  let text = await post({ url, body }, 'Inventory', {});
  for (let page = 2; ; page++) {
    const { data } = JSON.parse(text) as {
      data: { vehicles: { pageInfo: { endCursor: string } } };
    };
    const { endCursor } = data.vehicles.pageInfo;
    if (page === DEEP_PAGE) return endCursor;
    text = await post({ url, body }, 'InventoryDeep', { after: endCursor });
  }
}

async function measure(
  { url, pid, body, headers = {} }: Contestant,
  operation: Operation,
  variables: readonly object[],
  looking: boolean,
): Promise<Load> {
  return load(
    { url, pid, headers, lines: variables.map((each) => JSON.stringify(body(operation, each))) },
    { connections: options.connections, seconds: options.seconds, database: databaseName, looking },
  );
}
