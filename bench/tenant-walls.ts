/**
 * What row-level security costs a page of vehicles with media: the same request
 * as a visitor behind it and as the owner of the tables, in turns, over HTTP.
 *
 *   npm run bench:tenant-walls            embedded database
 *   DATABASE_URL=… npm run bench:tenant-walls   that Postgres, in a database of its own
 */
import { writeFile } from 'node:fs/promises';
import type { Database } from '../server/db/database.ts';
import { addVehicle } from '../test/gallery.ts';
import { PUBLIC_DEALERSHIP, startServer } from '../test/server.ts';

const VEHICLES = 5_000;
const ROUNDS = 300;

const REQUESTS = {
  'a page of 24 vehicles': `{ vehicles(first: 24) { nodes { id title media(first: 3) { nodes { preview { url } } } } pageInfo { endCursor } } }`,
  'one vehicle': `{ vehicle(stockNumber: "B-7") { id title media(first: 20) { nodes { preview { url } } } } }`,
};

// What is kept would be read once.
const server = await startServer({ env: { ANSWER_CACHE_BYTES: '0' } });
try {
  const { visitor, app } = server;
  const { pool } = app.db;
  const dealers = [
    await server.dealership(PUBLIC_DEALERSHIP),
    await server.dealership('other-motors'),
  ];
  for (const { staff, uuid } of dealers) {
    await addVehicle(staff);
    await pool.query(
      `insert into vehicles (id, dealership_id, stock_number, make, status, created_at, updated_at)
       select gen_random_uuid(), $1, 'B-' || i, 'Aurelia', (case when i % 4 = 0 then 'SOLD' else 'PUBLISHED' end)::"VehicleStatus",
         now() - i * interval '1 minute', now() from generate_series(1, $2::int) i`,
      [uuid, VEHICLES],
    );
  }
  await pool.query(
    `insert into media (id, dealership_id, vehicle_id, status, position, original_file_name, original_content_type, original_byte_size, updated_at)
     select gen_random_uuid(), dealership_id, id, 'READY', p, 'a.jpg', 'image/jpeg', 1, now()
     from vehicles, generate_series(0, 5) p`,
  );
  await pool.query(
    `insert into renditions (dealership_id, media_id, format, width, height, byte_size, storage_key)
     select dealership_id, id, 'JPEG', 640, 480, 1, 'r/' || id || '/640.jpg' from media`,
  );
  for (const table of ['vehicles', 'media', 'renditions']) await pool.query(`analyze ${table}`);

  const db = app.db as { -readonly [Key in keyof Database]: Database[Key] };
  const { readAs } = db;
  const asOwner: Database['readAs'] = async (_role, _dealershipId, text, values) => {
    const types = { getTypeParser: () => (value: string) => value };
    const name = `bench-${text.length}`;
    const { rows } = await pool.query({ name, text, values, rowMode: 'array', types });
    return rows as (string | null)[][];
  };
  const walls = { behind: readAs, without: asOwner };
  const results = [];
  for (const [name, document] of Object.entries(REQUESTS)) {
    const times = { behind: [] as number[], without: [] as number[] };
    for (let round = 0; round < ROUNDS; round++) {
      for (const wall of ['behind', 'without'] as const) {
        db.readAs = walls[wall];
        const started = performance.now();
        await visitor.expect(document);
        // Statements are prepared, and code is compiled, in the first ones.
        if (round >= 20) times[wall].push(performance.now() - started);
      }
    }
    const behind = median(times.behind);
    const without = median(times.without);
    results.push({
      request: name,
      behindMs: round2(behind),
      withoutMs: round2(without),
      ratio: round2(behind / without),
      fastestRatio: round2(Math.min(...times.behind) / Math.min(...times.without)),
    });
  }
  const result = { engine: db.embedded ? 'embedded' : 'postgres', rounds: ROUNDS, results };
  console.log(JSON.stringify(result, null, 2));
  if (process.argv[2]) await writeFile(process.argv[2], `${JSON.stringify(result, null, 2)}\n`);
} finally {
  await server.stop();
}

function median(values: number[]): number {
  return values.sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

function round2(value: number): number {
  return Math.round(value * 100) / 100;
}
