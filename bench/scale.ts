/**
 * Pages 1 and 400 of a dealership's vehicles, by cursor, in a database of
 * 240,000 media and in one of 2,400,000: statements a request, their plans, and
 * what they take. Page 400 may take a fifth more than page 1, and each page a
 * fifth more in the large database than in the small one; no table of theirs is
 * read from end to end.
 *
 *   BENCH_DATABASE_URL=… npm run bench:scale [-- --requests 400 --media 240000,2400000 --out file.json]
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { loadavg, tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import pg from 'pg';
import { v7 as uuid } from 'uuid';
import { apiKeyText, hashOf, newPrefix, newSecret } from '../server/keys/key-text.ts';
import { createApp, type App } from '../server/app.ts';
import { loadConfig } from '../server/config.ts';
import { STEP_BEHIND, type Tenant } from '../server/db/tenant-query.ts';
import { createLog } from '../server/log.ts';
import { freshDatabase, type FreshDatabase } from '../test/database.ts';
import { median } from './api/load.ts';
import { fillStock } from './api/stock.ts';
import { explain, type Plan } from './scale/plans.ts';
import { recordingProxy, type Recorded } from './scale/recorded-statements.ts';

const { values: options } = parseArgs({
  options: {
    requests: { type: 'string', default: '400' },
    media: { type: 'string', default: '240000,2400000' },
    out: { type: 'string' },
  },
});
const databaseUrl = process.env.BENCH_DATABASE_URL ?? process.env.DATABASE_URL;
if (!databaseUrl) throw new Error('Say in BENCH_DATABASE_URL which Postgres is measured.');
process.env.DATABASE_URL = databaseUrl;

const MEDIA_A_VEHICLE = 12;
/** So that each has more than 400 pages. */
const VEHICLES_A_DEALERSHIP = 20_000;
const PAGE_SIZE = 24;
const PAGES = [1, 400] as const;
const MOST_TIMES = 1.2;
const WARM_UP = 20;

const FIELDS =
  'id vin stockNumber year make model price { amount currency } status createdAt media(first: 3) { nodes { id position kind status alt placeholder ... on ImageMedia { width height } } }';
const page = (more: string, fields: string) =>
  `query Page($after: String) { vehicles(first: ${PAGE_SIZE}, after: $after, filter: { status: [PUBLISHED] }${more}) { pageInfo { hasNextPage endCursor } edges { cursor node { ${fields} } } } }`;

/** Who asks, and how the vehicles are sorted. */
const LISTS = {
  'visitor, newest first': { role: 'forecourt_visitor', more: '' },
  'staff, newest first': { role: 'forecourt_tenant', more: '' },
  'visitor, by price': {
    role: 'forecourt_visitor',
    more: ', sort: { by: PRICE, direction: ASC }',
  },
} as const satisfies Record<string, { role: Tenant['role']; more: string }>;
type List = keyof typeof LISTS;

/** A server in this process, with its stock. */
interface Stock {
  media: number;
  app: App;
  /** Of the owner of the tables. */
  pool: pg.Pool;
  database: FreshDatabase;
  dealershipId: string;
  key: string;
  /** By list and page. */
  after: Map<string, string | null>;
}

const dataDir = await mkdtemp(path.join(tmpdir(), 'forecourt-scale-'));

async function startApp(url: string): Promise<App> {
  const config = loadConfig({
    NODE_ENV: 'test',
    LOG_LEVEL: 'silent',
    PORT: '0',
    DATA_DIR: dataDir,
    APP_SECRET: 'a secret of thirty-two characters or more',
    DEFAULT_DEALERSHIP: 'dealer-1',
    MEDIA_CONCURRENCY: '0',
    ANSWER_CACHE_BYTES: '0',
    RATE_LIMITS: 'off',
  });
  const app = await createApp(
    { ...config, database: { kind: 'postgres', url, poolSize: 10 } },
    { log: createLog('silent'), lingerMs: 0 },
  );
  await app.listen();
  return app;
}

async function open(media: number): Promise<Stock> {
  const database = await freshDatabase();
  const vehicles = media / MEDIA_A_VEHICLE;
  const dealerships = Math.max(1, Math.round(vehicles / VEHICLES_A_DEALERSHIP));
  console.error(`Fills a database with ${media} media of ${dealerships} dealerships.`);
  const pool = new pg.Pool({ connectionString: urlOf(database), max: 1 });
  await fillStock(pool, { dealerships, vehicles });
  const { rows } = await pool.query<{ id: string }>(
    `select id from dealerships where slug = 'dealer-1'`,
  );
  const dealershipId = rows[0]?.id ?? '';
  const key = await addApiKey(pool, dealershipId);
  const app = await startApp(urlOf(database));
  const stock: Stock = { media, app, pool, database, dealershipId, key, after: new Map() };
  for (const list of Object.keys(LISTS) as List[]) {
    stock.after.set(`${list} 1`, null);
    stock.after.set(`${list} 400`, await cursorBefore(stock, list, 400));
  }
  return stock;
}

const urlOf = ({ config }: FreshDatabase): string => {
  if (config.kind !== 'postgres') throw new Error('The bench needs a Postgres.');
  return config.url;
};

async function addApiKey(pool: pg.Pool, dealershipId: string): Promise<string> {
  const prefix = newPrefix();
  const key = apiKeyText(prefix, newSecret());
  await pool.query(
    `insert into api_keys (id, dealership_id, prefix, hash, name, scopes)
     values ($1, $2, $3, $4, 'bench', '{VEHICLES_READ}')`,
    [uuid(), dealershipId, prefix, hashOf(key)],
  );
  return key;
}

interface Answered {
  vehicles: { pageInfo: { endCursor: string }; edges: { node?: object }[] };
}

async function ask(
  { app, key }: Stock,
  list: List,
  after: string | null,
  fields = FIELDS,
): Promise<Answered['vehicles']> {
  const { role, more } = LISTS[list];
  const response = await fetch(`${app.url}/graphql`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...(role === 'forecourt_tenant' && { authorization: `Bearer ${key}` }),
    },
    body: JSON.stringify({ query: page(more, fields), variables: { after } }),
  });
  const { data, errors } = (await response.json()) as { data?: Answered; errors?: unknown };
  if (!data || errors) throw new Error(`${list} got ${JSON.stringify(errors)}`);
  return data.vehicles;
}

async function cursorBefore(stock: Stock, list: List, number: number): Promise<string | null> {
  let after: string | null = null;
  for (let page = 1; page < number; page += 1) {
    const { pageInfo, edges } = await ask(stock, list, after, 'id');
    if (edges.length < PAGE_SIZE) throw new Error(`${list} ends on page ${page}`);
    after = pageInfo.endCursor;
  }
  return after;
}

/** Milliseconds of a request, by its stock and page: all are asked in turns, so that each has the same machine. */
async function time(list: List): Promise<(media: number, page: number) => number> {
  const took = new Map<string, number[]>();
  for (let turn = -WARM_UP; turn < Number(options.requests); turn += 1) {
    for (const stock of stocks) {
      for (const number of PAGES) {
        const after = stock.after.get(`${list} ${number}`) ?? null;
        const began = performance.now();
        await ask(stock, list, after);
        const cell = `${stock.media} ${number}`;
        if (turn >= 0) took.set(cell, [...(took.get(cell) ?? []), performance.now() - began]);
      }
    }
  }
  return (media, page) => median(took.get(`${media} ${page}`) ?? []);
}

interface Looked {
  statements: number;
  plan: Plan;
}

/** What a request asks Postgres, beside stepping behind the wall, and how that is answered; by list and page. */
async function look(stock: Stock): Promise<Map<string, Looked>> {
  const looked = new Map<string, Looked>();
  const proxy = await recordingProxy(urlOf(stock.database));
  const app = await startApp(proxy.url);
  try {
    for (const [cell, after] of stock.after) {
      const list = cell.replace(/ \d+$/, '') as List;
      const read = async () => void (await ask({ ...stock, app }, list, after));
      // A statement is prepared the first time.
      await read();
      const statements = (await proxy.during(read)).filter(isOfRequest);
      const reading = statements.find(({ text }) => text.includes('vehicles'));
      if (!reading) throw new Error(`${list} asks nothing of vehicles`);
      const tenant = { role: LISTS[list].role, dealershipId: stock.dealershipId };
      // What is on the disk is read the first time.
      await explain(stock.pool, tenant, reading);
      const plan = await explain(stock.pool, tenant, reading);
      looked.set(cell, { statements: statements.length, plan });
    }
    return looked;
  } finally {
    await app.close();
    proxy.close();
  }
}

/** Neither stepping behind the wall nor what the server asks by itself: of events, and what there is to do. */
function isOfRequest({ text }: Recorded): boolean {
  return (
    text !== STEP_BEHIND.text &&
    !/media_events|media_feed|media_jobs|housekeeping|uploads/.test(text) &&
    !/^(LISTEN|SELECT 1$)/.test(text)
  );
}

const tenths = (value: number) => Math.round(value * 10) / 10;
const hundredths = (value: number) => Math.round(value * 100) / 100;
const stocks: Stock[] = [];
let passed = true;
try {
  for (const media of options.media.split(',')) stocks.push(await open(Number(media)));
  const looked = new Map<Stock, Map<string, Looked>>();
  for (const stock of stocks) looked.set(stock, await look(stock));
  const rows = [];
  for (const list of Object.keys(LISTS) as List[]) {
    const of = await time(list);
    const smallest = stocks[0]?.media ?? 0;
    for (const stock of stocks) {
      for (const number of PAGES) {
        const { statements, plan } = (looked.get(stock) as Map<string, Looked>).get(
          `${list} ${number}`,
        ) as Looked;
        const own = of(stock.media, number);
        const row = {
          list,
          media: stock.media,
          page: number,
          milliseconds: tenths(own),
          timesPage1: hundredths(own / of(stock.media, 1)),
          timesSmallest: hundredths(own / of(smallest, number)),
          statements,
          inPostgres: hundredths(plan.milliseconds),
          blocks: plan.blocks,
          scans: plan.scans,
        };
        const ok =
          row.timesPage1 <= MOST_TIMES &&
          row.timesSmallest <= MOST_TIMES &&
          !plan.scans.some((scan) => /^Seq Scan (vehicles|media)$/.test(scan));
        passed &&= ok;
        rows.push({ ...row, ok });
      }
    }
  }
  console.table(
    rows,
    Object.keys(rows[0] ?? {}).filter((column) => column !== 'scans'),
  );
  for (const { list, media, page: number, scans } of rows)
    console.log(`${list}, ${media} media, page ${number}: ${scans.join(', ')}`);
  const result = {
    bench: 'scale',
    node: process.version,
    date: new Date().toISOString(),
    load: loadavg()[0],
    requests: Number(options.requests),
    pageSize: PAGE_SIZE,
    allowedTimes: MOST_TIMES,
    rows,
    passed,
  };
  if (options.out) await writeFile(options.out, `${JSON.stringify(result, null, 2)}\n`);
} finally {
  for (const { app, pool, database } of stocks) {
    await app.close();
    await pool.end();
    await database.drop();
  }
  await rm(dataDir, { recursive: true, force: true });
}
process.exitCode = passed ? 0 : 1;
