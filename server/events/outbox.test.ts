import { afterAll, beforeAll, expect, it } from 'vitest';
import { addVehicle, readGallery } from '../../test/gallery.ts';
import { PUBLIC_DEALERSHIP, startServer, type TestServer } from '../../test/server.ts';
import { readEvents, readFeedState, restartForeignFeed } from './outbox.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.stop());

it('starts a new epoch when the database counts transactions anew, and only then', async () => {
  const { pool } = server.app.db;
  const north = await server.dealership(PUBLIC_DEALERSHIP);
  await readGallery(north.staff, await addVehicle(north.staff));
  const { epoch, nextXid } = await readFeedState(pool);
  expect(await restartForeignFeed(pool)).toBe(false);
  expect((await readFeedState(pool)).epoch).toBe(epoch);

  await pool.query(
    `insert into media_events (xid, dealership_id, vehicle_id, type, is_public, media_version, payload)
      select ($1::text)::xid8, dealership_id, id, 'MEDIA_REORDERED', true, 0, '{}' from vehicles limit 1`,
    [String(nextXid + 1_000_000n)],
  );
  expect(await restartForeignFeed(pool)).toBe(true);
  const state = await readFeedState(pool);
  expect(state.epoch).not.toBe(epoch);
  expect(state.newest.seq).toBe(0n);
  expect(await restartForeignFeed(pool)).toBe(false);
});

it('reads events in the order of their transactions, also where the number gets a digit more', async () => {
  const { pool } = server.app.db;
  const { rows } = await pool.query<{ dealershipId: string }>(
    `insert into media_events (xid, dealership_id, vehicle_id, type, is_public, media_version, payload)
      select (xid::text)::xid8, dealership_id, id, 'MEDIA_REORDERED', true, xid, '{}'
      from (select * from vehicles limit 1) vehicle, unnest(array[9, 10, 99, 100]) xid
      returning dealership_id "dealershipId"`,
  );
  const dealershipId = rows[0]?.dealershipId ?? '';
  const scope = { kind: 'dealership', dealershipId } as const;
  const seen: number[] = [];
  let after = { xid: 0n, seq: 0n };
  for (;;) {
    const [row] = await readEvents(pool, scope, after, 1);
    if (!row) break;
    seen.push(row.mediaVersion);
    after = row.position;
  }
  expect(seen.slice(0, 4)).toEqual([9, 10, 99, 100]);
});
