/**
 * Postgres ends the connections of the server, one or all of them, or is started
 * again, by its rules or after a crash, under 50 requests a second: mutations
 * that are sent again with their key until they are acknowledged, and reads.
 * Every write that was acknowledged must be there once; two seconds after Postgres
 * is back no call may fail or take more than one; none may ever take more than
 * five; and what fails must say that it may be sent again.
 *
 *   npm run soak:backend-kills [-- --short --seed 1 --out result.json --forgetful]
 *   --forgetful only crashes a Postgres that acknowledges what it has not written yet: it must fail
 *
 * It starts a Postgres of its own in a temporary folder.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { v4 as uuid } from 'uuid';
import { demoAccount } from '../demo/seed.ts';
import { decodeId } from '../server/node-id.ts';
import { describeFile } from '../test/gallery.ts';
import { GraphQLClient } from '../test/graphql-client.ts';
import { startOwnPostgres, type OwnPostgres } from './own-postgres.ts';
import { startProcess } from './process.ts';
import { recoveryMs, type Disturbance } from './recovery.ts';
import { soakRun } from './soak-run.ts';
import { beginSteadily, tryCall, type Call } from './steady-calls.ts';

const run = soakRun('backend-kills', ['forgetful']);
const KILLS = run.short ? 4 : 100;
const RESTARTS = run.short ? 2 : 20;
const PER_SECOND = 50;
/** Every other request writes. */
const WRITES_EVERY = 2;
const RECOVERED_MS = 2_000;
const LONGEST_MS = 5_000;
/** Of what begins in it, all but the last second counts however it ends. */
const BETWEEN_MS = RECOVERED_MS + 1_500;
const RETRY_MS = 200;
const VEHICLES = 20;
const PICTURE = Buffer.from('nobody sends these bytes');

const LIST =
  '{ vehicles(first: 20) { nodes { id title media(first: 3) { totalCount nodes { id } } } } }';
const GALLERY =
  'query ($id: ID!) { vehicle(id: $id) { title mediaVersion media { nodes { id status } } } }';
const UPSERT = `mutation ($input: UpsertVehicleInput!) { upsertVehicle(input: $input) {
  vehicle { id } userErrors { code } } }`;
const REQUEST = `mutation ($input: RequestUploadInput!) { requestUpload(input: $input) {
  upload { id } userErrors { code } } }`;

/** A crash then loses the writes of the last page of its log, nothing else being about to write that. */
const FORGETFUL = `
synchronous_commit = off
wal_writer_delay = 10s
full_page_writes = off
autovacuum = off
bgwriter_lru_maxpages = 0
`;
const CRASHES_FORGOTTEN = 6;

type Kind = 'one connection' | 'all connections' | 'fast restart' | 'crash';
const times = (count: number, kinds: readonly Kind[]): Kind[] =>
  Array.from({ length: count }, (_, index) => kinds[index % kinds.length] as Kind);

async function soak(postgres: OwnPostgres): Promise<void> {
  process.env.DATABASE_URL = postgres.url;
  const server = await startProcess({
    LOG_LEVEL: 'silent',
    MEDIA_CONCURRENCY: '0',
    ANSWER_CACHE_BYTES: '0',
    MAX_MEDIA_PER_VEHICLE: '1000',
  });
  const { database } = server;
  if (database.kind !== 'postgres') throw new Error('The soak needs a Postgres.');
  const { url } = database;
  const port = Number(new URL(server.url).port);
  const calls: Call[] = [];
  const disturbed: (Disturbance & { kind: Kind })[] = [];

  /** A connection for one question: none survives what happens here. */
  async function ask<Row extends pg.QueryResultRow>(
    text: string,
    values: unknown[] = [],
  ): Promise<Row[]> {
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    try {
      return (await client.query<Row>(text, values)).rows;
    } finally {
      await client.end();
    }
  }

  async function disturb(kind: Kind): Promise<void> {
    if (kind === 'fast restart') await postgres.restart('fast');
    else if (kind === 'crash') await postgres.restart('immediate');
    else {
      await ask(
        `select pg_terminate_backend(pid) from (
           select pid from pg_stat_activity where application_name = 'forecourt'
           order by (state = 'idle'), md5(pid::text || $1) limit $2) server`,
        [String(run.random(1_000_000)), kind === 'one connection' ? 1 : null],
      );
    }
    const backMs = performance.now();
    await sleep(BETWEEN_MS);
    disturbed.push({ kind, backMs, untilMs: performance.now() });
  }

  try {
    const client = new GraphQLClient(server.url);
    const { logIn } = await client.expect<{ logIn: { session: { token: string } } }>(
      'mutation ($email: String!, $password: String!) { logIn(input: { email: $email, password: $password }) { session { token } } }',
      demoAccount,
    );
    const { token } = logIn.session;
    const staff = new GraphQLClient(server.url, token);
    const vehicleIds: string[] = [];
    for (let index = 0; index < VEHICLES; index += 1) {
      const { upsertVehicle } = await staff.expect<{ upsertVehicle: { vehicle: { id: string } } }>(
        UPSERT,
        { input: { vehicle: { stockNumber: `KILLS-${index}`, status: 'PUBLISHED' } } },
      );
      vehicleIds.push(upsertVehicle.vehicle.id);
    }

    /** What rows are known by: the stock number of a vehicle, the id of an upload. */
    const acknowledged = new Set<string>();
    let stopping = false;
    let sentAgain = 0;

    async function send<Data>(query: string, variables: object): Promise<Data | null> {
      const message = { port, token, query, variables: variables as Record<string, unknown> };
      const { call, data } = await tryCall<Data>(message);
      calls.push(call);
      return data;
    }

    /** Until it is acknowledged. */
    async function persist<Data>(query: string, input: object): Promise<Data> {
      const keyed = { ...input, idempotencyKey: uuid() };
      for (;;) {
        const data = await send<Data>(query, { input: keyed });
        if (data) return data;
        sentAgain += 1;
        await sleep(RETRY_MS);
      }
    }

    /** Each in its turn for the reads and for the tickets, since every fourth request is one. */
    const vehicleOf = (index: number) => vehicleIds[(index >> 2) % VEHICLES] as string;

    async function write(index: number): Promise<void> {
      if (index % (2 * WRITES_EVERY) === 0) {
        const stockNumber = `KILLED-${index}`;
        await persist(UPSERT, { vehicle: { stockNumber } });
        acknowledged.add(stockNumber);
        return;
      }
      const vehicleId = vehicleOf(index);
      const { requestUpload } = await persist<{
        requestUpload: { upload: { id: string } | null; userErrors: { code: string }[] };
      }>(REQUEST, describeFile(vehicleId, PICTURE));
      const { upload, userErrors } = requestUpload;
      if (!upload) throw new Error(`No ticket: ${userErrors[0]?.code}`);
      acknowledged.add(decodeId(upload.id)?.uuid ?? '');
    }

    const load = beginSteadily(PER_SECOND, async (index) => {
      if (stopping) return;
      if (index % WRITES_EVERY === 0) await write(index);
      else if (index % 3 === 0) await send(LIST, {});
      else await send(GALLERY, { id: vehicleOf(index) });
    });
    await sleep(BETWEEN_MS);
    const plan = run.has('forgetful')
      ? times(CRASHES_FORGOTTEN, ['crash'])
      : [
          ...times(KILLS, ['one connection', 'all connections']),
          ...times(RESTARTS, ['fast restart', 'crash']),
        ];
    const started = performance.now();
    while (plan.length > 0) {
      const [next] = plan.splice(run.random(plan.length), 1);
      await disturb(next as Kind);
    }
    stopping = true;
    await load.stop();
    const seconds = Math.round((performance.now() - started) / 1_000);

    const rows = await ask<{ name: string }>(
      `select stock_number "name" from vehicles where stock_number like 'KILLED-%'
       union all select uploads.id::text from uploads
         join vehicles on vehicles.id = uploads.vehicle_id and stock_number like 'KILLS-%'`,
    );
    const there = new Set(rows.map(({ name }) => name));
    const alive = (await fetch(`${server.url}/readyz`)).status === 200;

    const outcomes: Record<string, number> = {};
    for (const { outcome } of calls) outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
    const slowestMs = Math.round(Math.max(...calls.map(({ tookMs }) => tookMs)));
    const byKind = [...new Set(disturbed.map(({ kind }) => kind))].map((kind) => {
      const recoveries = disturbed
        .filter((each) => each.kind === kind)
        .map((each) => recoveryMs(calls, each))
        .sort((a, b) => a - b);
      return {
        kind,
        count: recoveries.length,
        recoveryMs: {
          median: recoveries[recoveries.length >> 1] ?? 0,
          slowest: recoveries.at(-1) ?? 0,
        },
      };
    });
    const lines = [
      {
        line: 'acknowledged writes that are lost',
        is: [...acknowledged].filter((name) => !there.has(name)).length,
        allowed: 0,
      },
      {
        line: 'rows beyond the writes',
        is: rows.filter(({ name }) => !acknowledged.has(name)).length,
        allowed: 0,
      },
      {
        line: 'recovery, ms',
        is: Math.max(...byKind.map(({ recoveryMs }) => recoveryMs.slowest)),
        allowed: RECOVERED_MS,
      },
      { line: 'slowest call, ms', is: slowestMs, allowed: LONGEST_MS },
      {
        line: 'failures that do not say to send again',
        is: calls.filter(({ outcome }) => outcome !== 'ok' && outcome !== 'SERVICE_UNAVAILABLE')
          .length,
        allowed: 0,
      },
      { line: 'servers that ended', is: alive ? 0 : 1, allowed: 0 },
    ].map((line) => ({ ...line, ok: line.is <= line.allowed }));
    console.table(lines);
    await run.report(
      {
        forgetful: run.has('forgetful'),
        disturbances: disturbed.length,
        seconds,
        calls: {
          count: calls.length,
          perSecond: Math.round(calls.length / seconds),
          outcomes,
          overASecond: calls.filter(({ tookMs }) => tookMs > 1_000).length,
        },
        writes: { acknowledged: acknowledged.size, rows: rows.length, sentAgain },
        recovery: byKind,
        lines,
      },
      acknowledged.size > 0 && lines.every(({ ok }) => ok),
    );
  } finally {
    await server.stop();
  }
}

const postgres = await startOwnPostgres(run.has('forgetful') ? FORGETFUL : '');
if (postgres) {
  await soak(postgres).finally(() => postgres.stop());
} else {
  console.log('backend-kills: skipped. It needs the programs of Postgres in /usr/lib/postgresql.');
}
