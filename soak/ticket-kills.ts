/**
 * Postgres ends connections of the server, half of them each time, under as many
 * requests for tickets as 64 programs of 40 dealerships can make, so that
 * messages with tickets are under way behind each other. Some are declined, some
 * are refused since somebody holds their dealership for longer than others wait,
 * and some are sent three times at once under one key. Every ticket that was
 * acknowledged must be there once, be the asker's and for the file that was
 * asked for; nothing may be there that was not acknowledged to somebody or might
 * have been; and the counts must be those of the rows.
 *
 *   npm run soak:ticket-kills [-- --short --seed 1 --out result.json]
 *
 * It needs a Postgres in DATABASE_URL.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { v4 as uuid } from 'uuid';
import { apiKeyText, hashOf, newPrefix, newSecret } from '../server/keys/key-text.ts';
import { decodeId, encodeId } from '../server/node-id.ts';
import { startProcess } from './process.ts';
import { soakRun } from './soak-run.ts';
import { tryCall } from './steady-calls.ts';

const run = soakRun('ticket-kills');
const KILLS = run.short ? 20 : 300;
const BETWEEN_MS = 400;
const PROGRAMS = 64;
const DEALERSHIPS = 40;
const VEHICLES = 10;
/** One in so many asks for a vehicle that is not there. */
const DECLINED_EVERY = 41;
/** One in so many is sent three times at once. */
const THRICE_EVERY = 20;
/** Longer than a ticket waits for a lock among others. */
const HELD_MS = 80;
/** Of a ticket, so that none are left out of the room that a vehicle has. */
const MAX_MEDIA = 1_000;

const REQUEST = `mutation ($input: RequestUploadInput!) { requestUpload(input: $input) {
  upload { id fileName media { id } } userErrors { code } } }`;

interface Answer {
  requestUpload: {
    upload: { id: string; fileName: string; media: { id: string } } | null;
    userErrors: { code: string }[];
  };
}

interface Acknowledged {
  id: string;
  mediaId: string;
  dealershipId: string;
  asked: string;
  said: string;
}

interface Shop {
  id: string;
  token: string;
  vehicleIds: string[];
}

if (!process.env.DATABASE_URL) {
  console.log('ticket-kills: skipped. It needs a Postgres in DATABASE_URL.');
} else {
  const server = await startProcess({
    LOG_LEVEL: 'info',
    SEED_DEMO: 'false',
    MEDIA_CONCURRENCY: '0',
    MAX_MEDIA_PER_VEHICLE: String(MAX_MEDIA),
  });
  try {
    await soak(server.url, (server.database as { url: string }).url);
  } finally {
    await server.stop();
  }
}

async function soak(url: string, databaseUrl: string): Promise<void> {
  const port = Number(new URL(url).port);
  const pool = new pg.Pool({ connectionString: databaseUrl, max: 2 });
  try {
    const shops = await openShops(pool);
    const acknowledged: Acknowledged[] = [];
    const mayBe = new Set<string>();
    const outcomes: Record<string, number> = {};
    let asked = 0;
    let stopping = false;

    async function ask(shop: Shop, input: { fileName: string }): Promise<void> {
      const { call, data } = await tryCall<Answer>({
        port,
        token: shop.token,
        query: REQUEST,
        variables: { input },
      });
      const { upload, userErrors } = data?.requestUpload ?? { upload: null, userErrors: [] };
      const outcome = userErrors[0]?.code ?? call.outcome;
      outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
      if (!upload) {
        if (outcome !== 'NOT_FOUND') mayBe.add(input.fileName);
        return;
      }
      acknowledged.push({
        id: decodeId(upload.id)?.uuid ?? '',
        mediaId: decodeId(upload.media.id)?.uuid ?? '',
        dealershipId: shop.id,
        asked: input.fileName,
        said: upload.fileName,
      });
    }

    async function program(): Promise<void> {
      while (!stopping) {
        const index = asked++;
        const shop = shops[index % shops.length] as Shop;
        const vehicleId =
          index % DECLINED_EVERY === 0
            ? encodeId('Vehicle', uuid())
            : shop.vehicleIds[run.random(VEHICLES)];
        const times = index % THRICE_EVERY === 0 ? 3 : 1;
        const input = {
          vehicleId,
          fileName: `photo-${index}.jpg`,
          contentType: 'image/jpeg',
          byteSize: 1_000 + index,
          md5: '1B2M2Y8AsgTpgAmY7PhCfg==',
          ...((times > 1 || index % 2 === 0) && { idempotencyKey: uuid() }),
        };
        await Promise.all(Array.from({ length: times }, () => ask(shop, input)));
      }
    }

    /** Holds one dealership after the other. */
    async function holder(): Promise<void> {
      const client = await pool.connect();
      try {
        while (!stopping) {
          const { id } = shops[run.random(shops.length)] as Shop;
          await client.query('begin');
          await client.query('select from dealerships where id = $1 for update', [id]);
          await sleep(HELD_MS);
          await client.query('commit');
        }
      } finally {
        client.release();
      }
    }

    const programs = Promise.all([holder(), ...Array.from({ length: PROGRAMS }, program)]);
    let ended = 0;
    for (let kill = 0; kill < KILLS; kill += 1) {
      await sleep(BETWEEN_MS);
      const { rowCount } = await pool.query(
        `select pg_terminate_backend(pid) from pg_stat_activity
         where datname = current_database() and application_name = 'forecourt' and abs(hashint4(pid + $1)) % 2 = 0`,
        [run.random(1_000_000)],
      );
      ended += rowCount ?? 0;
    }
    stopping = true;
    await programs;
    await report(pool, { asked, ended, acknowledged, mayBe, outcomes });
  } finally {
    await pool.end();
  }
}

async function report(
  pool: pg.Pool,
  {
    asked,
    ended,
    acknowledged,
    mayBe,
    outcomes,
  }: {
    asked: number;
    ended: number;
    acknowledged: Acknowledged[];
    mayBe: Set<string>;
    outcomes: Record<string, number>;
  },
): Promise<void> {
  const { rows } = await pool.query<{
    id: string;
    mediaId: string;
    dealershipId: string;
    fileName: string;
  }>(
    `select id, media_id "mediaId", dealership_id "dealershipId", file_name "fileName" from uploads`,
  );
  const there = new Map(rows.map((row) => [row.id, row]));
  const told = new Set(acknowledged.map(({ id }) => id));
  const { rows: counts } = await pool.query<{ wrong: number }>(
    `select (select count(*) from vehicles v where reserved_image_count <>
         (select count(*) from media m where m.vehicle_id = v.id))
       + (select count(*) from dealerships d where reserved_image_count <>
         (select count(*) from media m where m.dealership_id = d.id)) wrong`,
  );
  const lines = [
    {
      line: 'acknowledged tickets that are lost',
      is: acknowledged.filter(({ id }) => !there.has(id)).length,
    },
    {
      line: 'tickets of another, or for another file',
      is: acknowledged.filter(({ id, mediaId, dealershipId, asked: name, said }) => {
        const row = there.get(id);
        return (
          row &&
          (said !== name ||
            row.fileName !== name ||
            row.mediaId !== mediaId ||
            row.dealershipId !== dealershipId)
        );
      }).length,
    },
    {
      line: 'files with two tickets',
      is: rows.length - new Set(rows.map(({ fileName }) => fileName)).size,
    },
    {
      line: 'tickets that nobody was told of, and nobody had to send again',
      is: rows.filter(({ id, fileName }) => !told.has(id) && !mayBe.has(fileName)).length,
    },
    { line: 'counts that are not those of the rows', is: Number(counts[0]?.wrong) },
    {
      line: 'failures that do not say to send again',
      is: Object.entries(outcomes)
        .filter(([outcome]) => !['ok', 'NOT_FOUND', 'SERVICE_UNAVAILABLE'].includes(outcome))
        .reduce((sum, [, count]) => sum + count, 0),
    },
  ].map((line) => ({ ...line, allowed: 0, ok: line.is === 0 }));
  console.table(lines);
  await run.report(
    { asked, connectionsEnded: ended, outcomes, tickets: rows.length, lines },
    acknowledged.length > 0 && ended > 0 && lines.every(({ ok }) => ok),
  );
}

async function openShops(pool: pg.Pool): Promise<Shop[]> {
  const shops: Shop[] = [];
  for (let index = 0; index < DEALERSHIPS; index += 1) {
    const id = uuid();
    const prefix = newPrefix();
    const token = apiKeyText(prefix, newSecret());
    await pool.query('insert into dealerships (id, name, slug) values ($1::uuid, $2, $2)', [
      id,
      `dealership-${index}`,
    ]);
    await pool.query(
      `insert into api_keys (id, dealership_id, name, prefix, hash, scopes) values ($1, $2, 'soak', $3, $4, '{MEDIA_WRITE}')`,
      [uuid(), id, prefix, hashOf(token)],
    );
    const { rows } = await pool.query<{ id: string }>(
      `insert into vehicles (id, dealership_id, stock_number)
       select gen_random_uuid(), $1, 'S-' || number from generate_series(1, $2::int) number returning id`,
      [id, VEHICLES],
    );
    shops.push({ id, token, vehicleIds: rows.map((row) => encodeId('Vehicle', row.id)) });
  }
  return shops;
}
