import { afterAll, beforeAll, expect, it } from 'vitest';
import { addVehicle } from '../../test/gallery.ts';
import { startServer, type TestServer } from '../../test/server.ts';
import { uuidOf } from '../node-id.ts';

let server: TestServer;

beforeAll(async () => {
  server = await startServer({ env: { MEDIA_CONCURRENCY: '0', SEED_DEMO: 'false' } });
});
afterAll(() => server.stop());

const GRANT = `select past from grant_ticket(json_build_object(
  'upload_id', gen_random_uuid(), 'media_id', gen_random_uuid(), 'vehicle_id', $1::uuid,
  'file_name', 'a.jpg', 'kind', 'IMAGE', 'content_type', 'image/jpeg', 'byte_size', 1000,
  'md5', 'AAAAAAAAAAAAAAAAAAAAAA==', 'ttl_seconds', 3600))`;

it('reads what its vehicle has for a ticket, on a connection from before the dealership had any', async () => {
  const { staff, uuid: dealershipId } = await server.dealership('plans');
  const vehicleIds: (string | null)[] = [];
  for (let count = 0; count < 20; count += 1)
    vehicleIds.push(uuidOf('Vehicle', await addVehicle(staff)));
  const client = await server.app.db.pool.connect();
  /** Returns how many rows of media and of uploads it read. */
  async function grant(vehicleId: string | null | undefined): Promise<number> {
    await client.query('begin');
    await client.query(
      `select set_config('role', 'forecourt_tenant', true), set_config('forecourt.dealership', $1, true)`,
      [dealershipId],
    );
    const before = await rowsRead();
    const granted = await client.query(GRANT, [vehicleId]);
    expect(granted.rows).toEqual([{ past: false }]);
    const read = (await rowsRead()) - before;
    await client.query('commit');
    return read;
  }
  async function rowsRead(): Promise<number> {
    const { rows } = await client.query<{ read: number }>(
      `select sum(seq_tup_read + coalesce(idx_tup_fetch, 0))::int "read"
       from pg_stat_xact_user_tables where relname in ('media', 'uploads')`,
    );
    return rows[0]?.read ?? NaN;
  }
  try {
    for (let count = 0; count < 300; count += 1) await grant(vehicleIds[count % 20]);
    // Of 15 of this vehicle, and 300 in all.
    expect(await grant(vehicleIds[0])).toBeLessThan(40);
  } finally {
    client.release();
  }
});
