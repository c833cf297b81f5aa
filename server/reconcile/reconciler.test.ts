import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import {
  addVehicle,
  completeUpload,
  describeFile,
  put,
  readGallery,
  ticketFor,
  type Ticket,
} from '../../test/gallery.ts';
import { photo } from '../../test/pictures.ts';
import {
  PUBLIC_DEALERSHIP,
  startServer,
  type TestDealership,
  type TestServer,
} from '../../test/server.ts';
import { loadConfig } from '../config.ts';
import { createLog } from '../log.ts';
import { decodeId } from '../node-id.ts';
import { StorageError } from '../storage/storage.ts';
import { createUploads, type Uploads } from '../uploads/uploads.ts';
import { takeDueTask } from './due-task.ts';
import { startReconciler } from './reconciler.ts';

let server: TestServer;
let north: TestDealership;
let picture: Buffer;
let uploads: Uploads;
/** What housekeeping has told. */
let logged = '';

beforeAll(async () => {
  // Its own reconciler rests: the passes are the tests'.
  server = await startServer({ env: { HOUSEKEEPING_SECONDS: '3600' } });
  north = await server.dealership(PUBLIC_DEALERSHIP);
  picture = (await photo({ width: 64, height: 48, seed: 1 })).bytes;
  const { db, storage } = server.app;
  const { uploads: limits } = loadConfig({ NODE_ENV: 'test', APP_SECRET: 'x'.repeat(32) });
  uploads = createUploads(
    db,
    storage,
    limits,
    pino({ level: 'warn' }, { write: (line) => (logged += line) }),
  );
});
afterAll(() => server.stop());

const uuidOf = (id: string) => decodeId(id)?.uuid ?? '';
const query = (text: string, values: unknown[] = []) => server.app.db.pool.query(text, values);

async function sent(bytes = picture, announced = picture): Promise<Ticket & { vehicleId: string }> {
  const vehicleId = await addVehicle(north.staff);
  const ticket = await ticketFor(north.staff, describeFile(vehicleId, announced));
  await put(ticket.target, bytes);
  return { ...ticket, vehicleId };
}

async function statusOf(ticket: Ticket): Promise<string> {
  const { rows } = await query('select status from uploads where id = $1', [uuidOf(ticket.id)]);
  return (rows[0] as { status: string }).status;
}

/** As if the bytes had been found so long ago. */
const seen = (ticket: Ticket, ago: string) =>
  query('update uploads set bytes_seen_at = now() - $2::interval where id = $1', [
    uuidOf(ticket.id),
    ago,
  ]);

describe('an upload whose client died after it had sent the bytes', () => {
  it('is completed as its client would have completed it', async () => {
    const ticket = await sent();
    const events = () =>
      server.app.db.prisma.mediaEvent.findMany({
        where: { vehicleId: uuidOf(ticket.vehicleId) },
        orderBy: { seq: 'asc' },
      });
    await uploads.adopt();
    expect(await statusOf(ticket)).toBe('AWAITING_BYTES');
    await seen(ticket, '59 seconds');
    await uploads.adopt();
    expect(await statusOf(ticket)).toBe('AWAITING_BYTES');
    await seen(ticket, '61 seconds');
    expect(await Promise.all([uploads.adopt(), uploads.adopt()])).toContain(1);
    expect(await statusOf(ticket)).toBe('COMPLETED');
    expect((await events()).filter(({ type }) => type === 'MEDIA_ADDED')).toHaveLength(1);
    const { media } = await readGallery(north.staff, ticket.vehicleId);
    expect(media.nodes.map(({ id }) => id)).toEqual([ticket.media.id]);
    // A client that comes back all the same finds its upload done.
    expect((await completeUpload(north.staff, ticket.id)).media?.id).toBe(ticket.media.id);
  });

  it('waits with all others while storage does not answer', async () => {
    const tickets = [await sent(), await sent(), await sent()];
    for (const ticket of tickets) await seen(ticket, '61 seconds');
    const read = vi
      .spyOn(server.app.storage, 'read')
      .mockRejectedValue(new StorageError('UNAVAILABLE', 'Down'));
    expect(await uploads.adopt()).toBe(0);
    expect(read).toHaveBeenCalledTimes(1);
    read.mockRestore();
    await uploads.adopt();
    expect(await Promise.all(tickets.map(statusOf))).toEqual(tickets.map(() => 'COMPLETED'));
  });

  it('fails when other bytes arrived than were announced', async () => {
    const ticket = await sent();
    await query("update uploads set md5 = 'AAAAAAAAAAAAAAAAAAAAAA==' where id = $1", [
      uuidOf(ticket.id),
    ]);
    await uploads.adopt();
    await seen(ticket, '61 seconds');
    await uploads.adopt();
    expect(await statusOf(ticket)).toBe('FAILED');
  });

  it.each([
    ['left the dealership', 'MANAGER', `delete from memberships where user_id = $1`],
    ['may only look', 'PHOTOGRAPHER', `update memberships set role = 'VIEWER' where user_id = $1`],
  ] as const)('is not completed for somebody who %s', async (_, role, change) => {
    const vehicleId = await addVehicle(north.staff);
    const { staff } = await server.dealership(PUBLIC_DEALERSHIP, role);
    const ticket = await ticketFor(staff, describeFile(vehicleId, picture));
    await put(ticket.target, picture);
    await uploads.adopt();
    await seen(ticket, '61 seconds');
    const { rows } = await query('select created_by_id "id" from uploads where id = $1', [
      uuidOf(ticket.id),
    ]);
    await query(change, [(rows[0] as { id: string }).id]);
    await uploads.adopt();
    expect(await statusOf(ticket)).toBe('AWAITING_BYTES');
  });

  it('expires when the store did not answer in time, and not before', async () => {
    const ticket = await sent();
    await uploads.adopt();
    await seen(ticket, '61 seconds');
    const outage = vi.spyOn(server.app.storage, 'list').mockImplementation(() => {
      throw new StorageError('UNAVAILABLE', 'Down');
    });
    expect(await uploads.adopt()).toBe(0);
    await uploads.expire();
    expect(await statusOf(ticket)).toBe('AWAITING_BYTES');
    await query("update uploads set expires_at = now() - interval '1 second' where id = $1", [
      uuidOf(ticket.id),
    ]);
    await uploads.expire();
    outage.mockRestore();
    expect(await uploads.adopt()).toBe(0);
    expect(await statusOf(ticket)).toBe('EXPIRED');
  });
});

describe('an upload that cannot be completed', () => {
  it.each([
    [
      'because of a fault of the server',
      async ({ id }: Ticket) => {
        await query(
          "create or replace function break_off() returns trigger language plpgsql as $$ begin raise exception 'broken off'; end $$",
        );
        await query(
          `create trigger break_off before update on uploads for each row
            when (new.status = 'COMPLETED' and new.id = '${uuidOf(id)}') execute function break_off()`,
        );
        return () => query('drop trigger break_off on uploads');
      },
    ],
    [
      'because the store refuses its bytes',
      async ({ id }: Ticket) => {
        const { storage } = server.app;
        const read = storage.read.bind(storage);
        const refusing = vi.spyOn(storage, 'read').mockImplementation(async (key, range) => {
          if (key.includes(uuidOf(id))) throw new StorageError('DENIED', 'Not for you');
          return read(key, range);
        });
        return async () => refusing.mockRestore();
      },
    ],
  ])('%s is told of, and holds nobody else up', async (_, breakFor) => {
    const [broken, other, late] = [await sent(), await sent(), await sent()];
    await uploads.adopt();
    for (const ticket of [broken, other]) await seen(ticket, '61 seconds');
    await query("update uploads set expires_at = now() - interval '1 second' where id = $1", [
      uuidOf(late.id),
    ]);
    const mend = await breakFor(broken);
    logged = '';
    await uploads.adopt();
    await uploads.expire();
    const said = logged;
    await mend();
    expect(await statusOf(broken)).toBe('AWAITING_BYTES');
    expect(await statusOf(other)).toBe('COMPLETED');
    expect(await statusOf(late)).toBe('EXPIRED');
    expect(said).toContain(uuidOf(broken.id));
    await uploads.adopt();
    expect(await statusOf(broken)).toBe('COMPLETED');
  });
});

describe('a task', () => {
  it('is due for one of many servers, once in its time', async () => {
    const { pool } = server.app.db;
    const taken = await Promise.all(
      Array.from({ length: 20 }, () => takeDueTask(pool, 'example', 60)),
    );
    expect(taken.filter(Boolean)).toHaveLength(1);
    await query("update housekeeping_tasks set next_at = now() where name = 'example'");
    expect(await takeDueTask(pool, 'example', 60)).toBe(true);
    expect(await takeDueTask(pool, 'example', 60)).toBe(false);
    // Whoever is told to do it more often does not wait for the old time.
    expect(await takeDueTask(pool, 'example', 5)).toBe(true);
  });

  it.skipIf(!process.env.DATABASE_URL)('is due once where servers ask at once', async () => {
    const { pool } = server.app.db;
    const early = await pool.connect();
    await early.query('begin');
    await early.query('select now()');
    expect(await takeDueTask(pool, 'at once', 60)).toBe(true);
    expect(await takeDueTask(early as never, 'at once', 60)).toBe(false);
    await early.query('rollback');
    early.release();
  });
});

describe('a server', () => {
  it('expires uploads when it cannot look for those to complete', async () => {
    const ticket = await sent();
    await query("update uploads set expires_at = now() - interval '1 second' where id = $1", [
      uuidOf(ticket.id),
    ]);
    await query("delete from housekeeping_tasks where name = 'uploads'");
    const { db, storage } = server.app;
    const reconciler = startReconciler({
      db,
      storage,
      uploads: { ...uploads, adopt: () => Promise.reject(new Error('No')) },
      times: { everySeconds: 3_600, sweepEverySeconds: 3_600, orphanGraceSeconds: 3_600 },
      log: createLog('silent'),
    });
    await expect.poll(() => statusOf(ticket), { timeout: 10_000 }).toBe('EXPIRED');
    await reconciler.close();
  });

  it('completes and expires uploads with nobody’s help', async () => {
    const [adopted, expired] = [await sent(), await sent()];
    await query("update uploads set expires_at = now() - interval '1 second' where id = $1", [
      uuidOf(expired.id),
    ]);
    await uploads.adopt();
    await seen(adopted, '61 seconds');
    const { db, storage } = server.app;
    const reconciler = startReconciler({
      db,
      storage,
      uploads,
      times: { everySeconds: 1, sweepEverySeconds: 3_600, orphanGraceSeconds: 3_600 },
      log: createLog('silent'),
    });
    await expect.poll(() => statusOf(adopted), { timeout: 10_000 }).toBe('COMPLETED');
    await expect.poll(() => statusOf(expired), { timeout: 10_000 }).toBe('EXPIRED');
    await reconciler.close();
  });

  it('begins nothing new in its housekeeping once it is to stop', async () => {
    await query("delete from housekeeping_tasks where name = 'uploads'");
    let adopted: (count: number) => void = () => {};
    const adopt = vi.fn(() => new Promise<number>((resolve) => (adopted = resolve)));
    const expire = vi.fn(async () => 0);
    const { db, storage } = server.app;
    const reconciler = startReconciler({
      db,
      storage,
      uploads: { ...uploads, adopt, expire },
      times: { everySeconds: 3_600, sweepEverySeconds: 3_600, orphanGraceSeconds: 3_600 },
      log: createLog('silent'),
    });
    await expect.poll(() => adopt.mock.calls.length).toBe(1);
    const closed = reconciler.close();
    adopted(0);
    await closed;
    expect(expire).not.toHaveBeenCalled();
  });
});
