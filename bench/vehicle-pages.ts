/**
 * Page 400 beside page 1 of 20,000 vehicles with three media each, as pages ask
 * for them, over HTTP: medians of interleaved rounds, statements a request, and
 * the plan of the deep page.
 *
 *   npm run bench:vehicle-pages            embedded database
 *   DATABASE_URL=… npm run bench:vehicle-pages   that Postgres, in a database of its own
 */
import { writeFile } from 'node:fs/promises';
import { addVehicle } from '../test/gallery.ts';
import { PUBLIC_DEALERSHIP, startServer } from '../test/server.ts';
import { recordStatements } from '../test/statements.ts';

const VEHICLES = 20_000;
const PAGE_SIZE = 24;
const DEEP_PAGE = 400;
const ROUNDS = 60;
const GOAL = 1.2;

const DOCUMENT = `query ($after: String) {
  vehicles(first: ${PAGE_SIZE}, after: $after) {
    nodes { id media(first: 3) { nodes { preview { url } } } }
    pageInfo { endCursor }
  }
}`;

interface Page {
  vehicles: { nodes: object[]; pageInfo: { endCursor: string } };
}

const server = await startServer();
try {
  const { visitor, app } = server;
  const { pool } = app.db;
  const dealer = await server.dealership(PUBLIC_DEALERSHIP);
  await addVehicle(dealer.staff);
  await pool.query(
    `insert into vehicles (id, dealership_id, stock_number, make, status, created_at, updated_at)
     select md5('v' || i)::uuid, $1, 'B-' || i, 'Aurelia', 'PUBLISHED', now() - i * interval '1 minute', now()
     from generate_series(1, ${VEHICLES}) i`,
    [dealer.uuid],
  );
  await pool.query(
    `insert into media (id, dealership_id, vehicle_id, status, position, original_file_name, original_content_type, original_byte_size, updated_at)
     select md5('m' || i || '-' || p)::uuid, $1, md5('v' || i)::uuid, 'READY', p, 'a.jpg', 'image/jpeg', 1, now()
     from generate_series(1, ${VEHICLES}) i, generate_series(0, 5) p`,
    [dealer.uuid],
  );
  await pool.query(
    `insert into renditions (dealership_id, media_id, format, width, height, byte_size, storage_key)
     select dealership_id, id, 'JPEG', 640, 480, 1, 'r/' || id || '/640.jpg' from media`,
  );
  for (const table of ['vehicles', 'media', 'renditions']) await pool.query(`analyze ${table}`);

  let after: string | null = null;
  for (let page = 1; page < DEEP_PAGE; page++) {
    after = (await visitor.expect<Page>(DOCUMENT, { after })).vehicles.pageInfo.endCursor;
  }

  const seen = await recordStatements(() => visitor.expect<Page>(DOCUMENT, { after }));
  const main = seen.find(({ text }) => text.includes('row_to_json'));
  const plan = main
    ? (
        await pool.query<{ 'QUERY PLAN': string }>({
          text: `explain (analyze, costs off, timing off, summary off) ${main.text}`,
          values: main.values,
        })
      ).rows
    : [];

  const times: Record<'first' | 'deep', number[]> = { first: [], deep: [] };
  for (let round = 0; round < ROUNDS; round++) {
    for (const [name, cursor] of [
      ['first', null],
      ['deep', after],
    ] as const) {
      const started = performance.now();
      const { vehicles } = await visitor.expect<Page>(DOCUMENT, { after: cursor });
      times[name].push(performance.now() - started);
      if (vehicles.nodes.length !== PAGE_SIZE) throw new Error('The page is not full');
    }
  }
  const first = median(times.first);
  const deep = median(times.deep);
  const result = {
    engine: app.db.embedded ? 'embedded' : 'postgres',
    vehicles: VEHICLES,
    pageSize: PAGE_SIZE,
    page1Ms: round(first),
    page400Ms: round(deep),
    ratio: round(deep / first),
    goal: GOAL,
    statements: seen.length,
  };
  console.log(plan.map((row) => row['QUERY PLAN']).join('\n'));
  console.log(JSON.stringify(result, null, 2));
  if (process.argv[2]) await writeFile(process.argv[2], `${JSON.stringify(result, null, 2)}\n`);
  if (deep / first > GOAL) process.exitCode = 1;
} finally {
  await server.stop();
}

function median(values: number[]): number {
  return values.sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
