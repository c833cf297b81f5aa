import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { OWNER_KEY } from '../objects/store-owner.ts';
import { decodeId } from '../node-id.ts';
import { loadConfig } from '../config.ts';
import { createLog } from '../log.ts';
import { StorageError } from '../storage/storage.ts';
import { createUploads } from './uploads.ts';
import {
  addVehicle,
  completeUpload,
  describeFile,
  put,
  readGallery,
  requestUpload,
  ticketFor,
  uploadPhoto,
} from '../../test/gallery.ts';
import { eventsUntil, followByWebSocket, settledStatus } from '../../test/live-client.ts';
import { photo } from '../../test/pictures.ts';
import {
  startServer,
  PUBLIC_DEALERSHIP,
  type TestDealership,
  type TestServer,
} from '../../test/server.ts';

let server: TestServer;
let north: TestDealership;
let south: TestDealership;
let picture: Buffer;

beforeAll(async () => {
  server = await startServer({ env: { MAX_MEDIA_PER_VEHICLE: '3' } });
  north = await server.dealership(PUBLIC_DEALERSHIP);
  south = await server.dealership('south');
  picture = (await photo({ width: 400, height: 300, seed: 1 })).bytes;
});
afterAll(() => server.stop());

function eventCount(vehicleId: string): Promise<number> {
  return server.app.db.prisma.mediaEvent.count({
    where: { vehicleId: decodeId(vehicleId)?.uuid ?? '' },
  });
}

/** Runs what must be refused, and holds that the gallery and its feed are as before. */
async function withoutChange(vehicleId: string, work: () => Promise<void>): Promise<void> {
  const before = await readGallery(north.staff, vehicleId);
  const events = await eventCount(vehicleId);
  await work();
  const after = await readGallery(north.staff, vehicleId);
  expect(after.media).toEqual(before.media);
  expect(after.mediaVersion).toBe(before.mediaVersion);
  expect(await eventCount(vehicleId)).toBe(events);
}

describe('a ticket', () => {
  it.each([
    [
      'another type of file',
      { contentType: 'application/pdf' },
      'UNSUPPORTED_MEDIA_TYPE',
      'contentType',
    ],
    ['more bytes than are allowed', { byteSize: 25_000_001 }, 'FILE_TOO_LARGE', 'byteSize'],
    ['no bytes', { byteSize: 0 }, 'EMPTY_FILE', 'byteSize'],
    ['no MD5', { md5: '' }, 'INVALID_INPUT', 'md5'],
    ['something that is no MD5', { md5: 'abc' }, 'INVALID_INPUT', 'md5'],
    ['a vehicle that is not there', { vehicleId: 'bm9wZQ' }, 'NOT_FOUND', 'vehicleId'],
    [
      'a media to replace that is not there',
      { replaceMediaId: 'bm9wZQ' },
      'NOT_FOUND',
      'replaceMediaId',
    ],
  ])('is refused for %s', async (_, change, code, field) => {
    const vehicleId = await addVehicle(north.staff);
    await withoutChange(vehicleId, async () => {
      const { upload, userErrors } = await requestUpload(north.staff, {
        ...describeFile(vehicleId, picture),
        ...change,
      });
      expect(upload).toBeNull();
      expect(userErrors).toEqual([expect.objectContaining({ code, field: ['input', field] })]);
    });
  });

  it('says what is allowed where it refuses', async () => {
    const vehicleId = await addVehicle(north.staff);
    const type = await requestUpload(
      north.staff,
      describeFile(vehicleId, picture, { contentType: 'image/gif' }),
    );
    expect(type.userErrors[0]).toMatchObject({
      __typename: 'UnsupportedMediaTypeError',
      allowed: ['image/jpeg', 'image/png', 'image/webp', 'image/avif', 'video/mp4'],
    });
    const size = await requestUpload(
      north.staff,
      describeFile(vehicleId, picture, { byteSize: 30_000_000 }),
    );
    expect(size.userErrors[0]).toMatchObject({
      __typename: 'FileTooLargeError',
      limitBytes: 25_000_000,
      actualBytes: 30_000_000,
    });
  });

  it('answers for a foreign vehicle as for an absent one', async () => {
    const foreign = await addVehicle(south.staff);
    const absent = Buffer.from('Vehicle:00000000-0000-4000-8000-000000000000').toString(
      'base64url',
    );
    const answers = await Promise.all(
      [foreign, absent].map((id) => requestUpload(north.staff, describeFile(id, picture))),
    );
    expect(answers[0]).toEqual(answers[1]);
    expect(answers[0]?.userErrors[0]?.code).toBe('NOT_FOUND');
  });

  it('is refused to whoever is not logged in', async () => {
    const vehicleId = await addVehicle(north.staff);
    const { errors } = await server.visitor.send(
      'mutation ($input: RequestUploadInput!) { requestUpload(input: $input) { upload { id } } }',
      { input: describeFile(vehicleId, picture) },
    );
    expect(errors?.[0]?.extensions?.code).toBe('UNAUTHENTICATED');
  });

  it('is refused to who may only look', async () => {
    const viewer = await server.dealership(PUBLIC_DEALERSHIP, 'VIEWER');
    const { errors } = await viewer.staff.send(
      'mutation ($input: RequestUploadInput!) { requestUpload(input: $input) { upload { id } } }',
      { input: describeFile(await addVehicle(north.staff), picture) },
    );
    expect(errors?.[0]?.extensions?.code).toBe('FORBIDDEN');
  });

  it('is counted against the room of the vehicle, also among tickets of one request', async () => {
    const vehicleId = await addVehicle(north.staff);
    const { requestUploads } = await north.staff.expect<{
      requestUploads: {
        results: { upload: { id: string } | null; userErrors: { code: string }[] }[];
      };
    }>(
      `mutation ($uploads: [RequestUploadInput!]!) {
        requestUploads(input: { uploads: $uploads }) { results { upload { id } userErrors { code } } }
      }`,
      {
        uploads: [
          describeFile(vehicleId, picture),
          describeFile(vehicleId, picture, { contentType: 'text/html' }),
          ...[1, 2, 3].map(() => describeFile(vehicleId, picture)),
        ],
      },
    );
    expect(
      requestUploads.results.map(
        ({ upload, userErrors }) => userErrors[0]?.code ?? Boolean(upload),
      ),
    ).toEqual([true, 'UNSUPPORTED_MEDIA_TYPE', true, true, 'QUOTA_EXCEEDED']);
  });

  it('names its file for people, never as a path', async () => {
    const vehicleId = await addVehicle(north.staff);
    const { id } = await ticketFor(
      north.staff,
      describeFile(vehicleId, picture, { fileName: '../../etc/\u202egpj.photo.jpg' }),
    );
    const { upload } = await north.staff.expect<{ upload: { fileName: string } }>(
      'query ($id: ID!) { upload(id: $id) { fileName } }',
      { id },
    );
    expect(upload.fileName).toBe('.._.._etc_gpj.photo.jpg');
  });
});

describe('the store', () => {
  it.each([
    ['fewer bytes', (bytes: Buffer) => bytes.subarray(1), {}],
    ['more bytes', (bytes: Buffer) => Buffer.concat([bytes, Buffer.from('x')]), {}],
    ['other bytes', (bytes: Buffer) => Buffer.concat([bytes.subarray(1), Buffer.from('x')]), {}],
    ['another type', (bytes: Buffer) => bytes, { 'content-type': 'text/html' }],
  ])('refuses %s than the ticket names', async (_, change, headers) => {
    const vehicleId = await addVehicle(north.staff);
    await withoutChange(vehicleId, async () => {
      const ticket = await ticketFor(north.staff, describeFile(vehicleId, picture));
      const response = await put(ticket.target, change(picture), headers);
      expect(response.status).toBeGreaterThanOrEqual(400);
      expect(response.headers.get('access-control-allow-origin')).toBe('*');
      const { userErrors } = await completeUpload(north.staff, ticket.id);
      expect(userErrors).toEqual([expect.objectContaining({ code: 'BYTES_MISSING' })]);
    });
  });

  it('refuses an address whose signature was changed', async () => {
    const vehicleId = await addVehicle(north.staff);
    await withoutChange(vehicleId, async () => {
      const { id, target } = await ticketFor(north.staff, describeFile(vehicleId, picture));
      const last = target.url.at(-1) === 'A' ? 'B' : 'A';
      const changed = await put({ ...target, url: target.url.slice(0, -1) + last }, picture);
      expect(changed.status).toBe(403);
      expect((await completeUpload(north.staff, id)).userErrors[0]?.code).toBe('BYTES_MISSING');
    });
  });

  it('refuses a second file at an address that was used', async () => {
    const vehicleId = await addVehicle(north.staff);
    const { target } = await ticketFor(north.staff, describeFile(vehicleId, picture));
    expect((await put(target, picture)).status).toBe(200);
    expect((await put(target, picture)).status).toBeGreaterThanOrEqual(400);
  });
});

describe('a completion', () => {
  it('makes one media and one event, however often it is said', async () => {
    const vehicleId = await addVehicle(north.staff);
    const { mediaCursor } = await readGallery(north.staff, vehicleId);
    const ticket = await ticketFor(north.staff, describeFile(vehicleId, picture));
    await put(ticket.target, picture);
    const sha256 = createHash('sha256').update(picture).digest('hex');
    const first = await Promise.all(
      [1, 2, 3, 4].map(() => completeUpload(north.staff, ticket.id, sha256)),
    );
    const again = await completeUpload(north.staff, ticket.id, sha256);
    expect(new Set([...first, again].map(({ media }) => media?.id))).toEqual(
      new Set([ticket.media.id]),
    );

    const live = followByWebSocket({
      url: server.url,
      token: north.token,
      vehicleId,
      after: mediaCursor,
    });
    const events = await eventsUntil(live, ({ to }) => to === 'READY');
    await live.events.return?.();
    expect(events.map(({ __typename, to }) => to ?? __typename)).toEqual([
      'MediaAdded',
      'PROCESSING',
      'READY',
    ]);
    const gallery = await readGallery(server.visitor, vehicleId);
    expect(gallery.mediaVersion).toBe(1);
    expect(gallery.media.nodes).toEqual([
      { id: ticket.media.id, status: 'READY', position: 0, alt: null },
    ]);
  });

  it('is refused without bytes, and possible after', async () => {
    const vehicleId = await addVehicle(north.staff);
    const ticket = await ticketFor(north.staff, describeFile(vehicleId, picture));
    expect((await completeUpload(north.staff, ticket.id)).userErrors[0]?.code).toBe(
      'BYTES_MISSING',
    );
    await put(ticket.target, picture);
    expect((await completeUpload(north.staff, ticket.id)).media?.id).toBe(ticket.media.id);
  });

  it('is refused when the bytes are of another type than was said', async () => {
    const vehicleId = await addVehicle(north.staff);
    await withoutChange(vehicleId, async () => {
      const page = Buffer.from('<!doctype html><script>alert(1)</script>');
      const ticket = await ticketFor(north.staff, describeFile(vehicleId, page));
      expect((await put(ticket.target, page)).status).toBe(200);
      for (let round = 0; round < 2; round++) {
        const { media, userErrors } = await completeUpload(north.staff, ticket.id);
        expect(media).toBeNull();
        expect(userErrors[0]?.code).toBe('BYTES_MISMATCH');
      }
    });
  });

  it('is refused with another SHA-256 than the bytes have', async () => {
    const vehicleId = await addVehicle(north.staff);
    await withoutChange(vehicleId, async () => {
      const ticket = await ticketFor(north.staff, describeFile(vehicleId, picture));
      await put(ticket.target, picture);
      const { userErrors } = await completeUpload(north.staff, ticket.id, '0'.repeat(64));
      expect(userErrors[0]?.code).toBe('BYTES_MISMATCH');
    });
  });

  it('with a wrong SHA-256 leaves the upload open when none was announced', async () => {
    const vehicleId = await addVehicle(north.staff);
    const ticket = await ticketFor(north.staff, describeFile(vehicleId, picture));
    await put(ticket.target, picture);
    const { userErrors } = await completeUpload(north.staff, ticket.id, '0'.repeat(64));
    expect(userErrors).toEqual([
      expect.objectContaining({ code: 'BYTES_MISMATCH', field: ['input', 'sha256'] }),
    ]);
    const { media, userErrors: none } = await completeUpload(north.staff, ticket.id);
    expect(none).toEqual([]);
    expect(media?.id).toBe(ticket.media.id);
  });

  it.each(['before', 'after'])(
    'of an upload that is cancelled %s its bytes are read says so',
    async (when) => {
      const vehicleId = await addVehicle(north.staff);
      await withoutChange(vehicleId, async () => {
        const ticket = await ticketFor(north.staff, describeFile(vehicleId, picture));
        await put(ticket.target, picture);
        const { storage } = server.app;
        const spied = when === 'before' ? 'stat' : 'read';
        const real = storage[spied].bind(storage) as (...args: unknown[]) => Promise<unknown>;
        const spy = vi.spyOn(storage, spied).mockImplementationOnce((async (...args) => {
          const opened = when === 'after' ? await real(...args) : null;
          await north.staff.expect(
            'mutation ($id: ID!) { cancelUpload(input: { uploadId: $id }) { upload { id } } }',
            { id: ticket.id },
          );
          return opened ?? real(...args);
        }) as (...args: unknown[]) => never);
        const { upload, userErrors } = await completeUpload(north.staff, ticket.id);
        spy.mockRestore();
        expect(upload).toBeNull();
        expect(userErrors[0]?.code).toBe('UPLOAD_CANCELLED');
      });
    },
  );

  it('of another dealership’s upload is refused like one of none', async () => {
    const vehicleId = await addVehicle(south.staff);
    const ticket = await ticketFor(south.staff, describeFile(vehicleId, picture));
    await put(ticket.target, picture);
    const foreign = await completeUpload(north.staff, ticket.id);
    const absent = await completeUpload(north.staff, 'bm9wZQ');
    expect(foreign).toEqual(absent);
    expect(foreign.userErrors[0]?.code).toBe('NOT_FOUND');
  });

  it('puts the picture where it was asked for', async () => {
    const vehicleId = await addVehicle(north.staff);
    const last = await uploadPhoto(north.staff, vehicleId, picture);
    const first = await uploadPhoto(north.staff, vehicleId, picture, { position: 0 });
    const { media } = await readGallery(north.staff, vehicleId);
    expect(media.nodes.map(({ id }) => id)).toEqual([first, last]);
  });
});

describe('an upload', () => {
  it('is over when it was cancelled', async () => {
    const vehicleId = await addVehicle(north.staff);
    const ticket = await ticketFor(north.staff, describeFile(vehicleId, picture));
    const { cancelUpload } = await north.staff.expect<{
      cancelUpload: { upload: { status: string; target: null } };
    }>(
      'mutation ($id: ID!) { cancelUpload(input: { uploadId: $id }) { upload { status target { __typename } } } }',
      { id: ticket.id },
    );
    expect(cancelUpload.upload).toEqual({ status: 'CANCELLED', target: null });
    expect((await completeUpload(north.staff, ticket.id)).userErrors[0]?.code).toBe(
      'UPLOAD_CANCELLED',
    );
  });

  it('can be found again by a page that was reloaded', async () => {
    const vehicleId = await addVehicle(north.staff);
    const ticket = await ticketFor(north.staff, describeFile(vehicleId, picture));
    const { openUploads } = await north.staff.expect<{ openUploads: { id: string }[] }>(
      'query ($vehicleId: ID) { openUploads(vehicleId: $vehicleId) { id } }',
      { vehicleId },
    );
    expect(openUploads).toEqual([{ id: ticket.id }]);
  });
});

describe('time', () => {
  it('ends an address, and refreshUpload gives another', async () => {
    const short = await startServer({ env: { UPLOAD_URL_TTL_SECONDS: '1' } });
    try {
      const { staff } = await short.dealership(PUBLIC_DEALERSHIP);
      const vehicleId = await addVehicle(staff);
      const ticket = await ticketFor(staff, describeFile(vehicleId, picture));
      let status = 200;
      await expect
        .poll(async () => {
          const other = await ticketFor(
            staff,
            describeFile(vehicleId, picture, { clientRef: 'other' }),
          );
          expect(Date.parse(other.target.expiresAt)).toBeGreaterThan(0);
          if (Date.parse(ticket.target.expiresAt) > Date.now()) return 0;
          return (status = (await put(ticket.target, picture)).status);
        })
        .toBe(403);
      expect(status).toBe(403);
      expect((await completeUpload(staff, ticket.id)).userErrors[0]?.code).toBe('BYTES_MISSING');
      const { refreshUpload } = await staff.expect<{ refreshUpload: { upload: typeof ticket } }>(
        `mutation ($id: ID!) { refreshUpload(input: { uploadId: $id }) {
          upload { id status media { id } target { ... on PutTarget { url headers { name value } expiresAt } } }
        } }`,
        { id: ticket.id },
      );
      expect((await put(refreshUpload.upload.target, picture)).status).toBe(200);
      expect((await completeUpload(staff, ticket.id)).media?.id).toBe(ticket.media.id);
    } finally {
      await short.stop();
    }
  });

  it('ends a ticket by the clock of the database', async () => {
    const vehicleId = await addVehicle(north.staff);
    const ticket = await ticketFor(north.staff, describeFile(vehicleId, picture));
    await put(ticket.target, picture);
    await server.app.db.pool.query(
      "update uploads set expires_at = now() - interval '1 second' where status = 'AWAITING_BYTES'",
    );
    expect((await completeUpload(north.staff, ticket.id)).userErrors[0]?.code).toBe(
      'UPLOAD_EXPIRED',
    );
    const { upload } = await north.staff.expect<{ upload: { target: unknown } }>(
      'query ($id: ID!) { upload(id: $id) { target { __typename } } }',
      { id: ticket.id },
    );
    expect(upload.target).toBeNull();
  });
});

describe('a new version', () => {
  it('takes the place of the one before only when it is ready', async () => {
    const vehicleId = await addVehicle(north.staff);
    const mediaId = await uploadPhoto(north.staff, vehicleId, picture);
    const { mediaCursor } = await readGallery(north.staff, vehicleId);
    const follow = { url: server.url, token: north.token, vehicleId };
    await settledStatus({ ...follow, mediaId, after: mediaCursor }).catch(() => null);
    const wide = (await photo({ width: 500, height: 300, seed: 2 })).bytes;
    const live = followByWebSocket({
      ...follow,
      after: (await readGallery(north.staff, vehicleId)).mediaCursor,
    });
    expect(await uploadPhoto(north.staff, vehicleId, wide, { replaceMediaId: mediaId })).toBe(
      mediaId,
    );
    const [event] = await eventsUntil(live, ({ __typename }) => __typename === 'MediaUpdated');
    await live.events.return?.();
    expect(event?.media).toMatchObject({ id: mediaId, status: 'READY' });
    const { vehicle } = await server.visitor.expect<{
      vehicle: { mediaVersion: number; heroMedia: object };
    }>(
      'query ($id: ID!) { vehicle(id: $id) { mediaVersion heroMedia { id ... on ImageMedia { width } } } }',
      { id: vehicleId },
    );
    expect(vehicle).toEqual({ mediaVersion: 1, heroMedia: { id: mediaId, width: 500 } });
  });

  it('that comes before the first one was prepared wins', async () => {
    const vehicleId = await addVehicle(north.staff);
    const wide = (await photo({ width: 500, height: 300, seed: 2 })).bytes;
    const { pool } = server.app.db;
    // Nobody takes a job until both wait.
    await pool.query(`create or replace function hold_job() returns trigger language plpgsql as $$
      begin new.available_at = now() + interval '1 hour'; return new; end $$`);
    await pool.query(
      'create trigger hold_job before insert on media_jobs for each row execute function hold_job()',
    );
    const mediaId = await uploadPhoto(north.staff, vehicleId, picture);
    await uploadPhoto(north.staff, vehicleId, wide, { replaceMediaId: mediaId });
    await pool.query('drop trigger hold_job on media_jobs');
    await pool.query('update media_jobs set available_at = now()');
    // Wakes the worker.
    await uploadPhoto(north.staff, vehicleId, picture);
    await expect
      .poll(() => pool.query('select 1 from media_jobs').then(({ rowCount }) => rowCount))
      .toBe(0);
    const { node } = await server.visitor.expect<{ node: object }>(
      'query ($id: ID!) { node(id: $id) { ... on ImageMedia { status width } } }',
      { id: mediaId },
    );
    expect(node).toEqual({ status: 'READY', width: 500 });
  });
});

describe('housekeeping', () => {
  const incoming = async () => {
    const keys = [];
    for await (const { key } of server.app.storage.list('incoming/')) keys.push(key);
    return keys;
  };
  const sweep = () =>
    createUploads(
      server.app.db,
      server.app.storage,
      loadConfig({ NODE_ENV: 'test', APP_SECRET: 'x'.repeat(32) }).uploads,
      createLog('silent'),
    ).expire();

  it('deletes what was sent for an upload that is over, after a fault of the store too', async () => {
    const vehicleId = await addVehicle(north.staff);
    const { pool } = server.app.db;
    const sent = async () => {
      const ticket = await ticketFor(north.staff, describeFile(vehicleId, picture));
      await put(ticket.target, picture);
      return decodeId(ticket.id)?.uuid ?? '';
    };
    const ids = { EXPIRED: await sent(), CANCELLED: await sent(), open: await sent() };
    await pool.query("update uploads set expires_at = now() - interval '1 second' where id = $1", [
      ids.EXPIRED,
    ]);
    await pool.query("update uploads set status = 'CANCELLED' where id = $1", [ids.CANCELLED]);
    const outage = vi
      .spyOn(server.app.storage, 'delete')
      .mockRejectedValue(new StorageError('UNAVAILABLE', 'Down'));
    await sweep();
    await pool.query("update uploads set updated_at = now() - interval '1 hour'");
    await sweep();
    expect((await incoming()).join()).toContain(ids.EXPIRED);
    outage.mockRestore();
    await sweep();
    const left = (await incoming()).join();
    expect(left).not.toContain(ids.EXPIRED);
    expect(left).not.toContain(ids.CANCELLED);
    expect(left).toContain(ids.open);
  });

  it('leaves everything in a store that is another database’s', async () => {
    const { pool } = server.app.db;
    const { storage } = server.app;
    const vehicleId = await addVehicle(north.staff);
    const ticket = await ticketFor(north.staff, describeFile(vehicleId, picture));
    await put(ticket.target, picture);
    const id = decodeId(ticket.id)?.uuid ?? '';
    await pool.query(
      "update uploads set status = 'CANCELLED', updated_at = now() - interval '1 hour' where id = $1",
      [id],
    );
    await storage.write(OWNER_KEY, Buffer.from('another'), { contentType: 'text/plain' });
    await sweep();
    const kept = (await incoming()).join();
    await storage.delete([OWNER_KEY]);
    await sweep();
    expect(kept).toContain(id);
    expect((await incoming()).join()).not.toContain(id);
  });

  it('leaves bytes that an address still in force could bring back', async () => {
    const vehicleId = await addVehicle(north.staff);
    const ticket = await ticketFor(north.staff, describeFile(vehicleId, picture));
    await put(ticket.target, picture);
    const id = decodeId(ticket.id)?.uuid ?? '';
    await server.app.db.pool.query(
      "update uploads set status = 'CANCELLED', updated_at = now() where id = $1",
      [id],
    );
    await sweep();
    expect((await incoming()).join()).toContain(id);
  });
});

describe('an upload that is read', () => {
  const READ = 'query ($id: ID!) { upload(id: $id) { receivedBytes target { __typename } } }';

  it('has no count of bytes while the store does not answer', async () => {
    const vehicleId = await addVehicle(north.staff);
    const { id } = await ticketFor(north.staff, describeFile(vehicleId, picture));
    const outage = vi
      .spyOn(server.app.storage, 'stat')
      .mockRejectedValue(new StorageError('UNAVAILABLE', 'Down'));
    const { upload } = await north.staff.expect<{ upload: { receivedBytes: null } }>(READ, { id });
    outage.mockRestore();
    expect(upload.receivedBytes).toBeNull();
  });

  it('gives no address to who may only look', async () => {
    const vehicleId = await addVehicle(north.staff);
    const { id } = await ticketFor(north.staff, describeFile(vehicleId, picture));
    const read = await north.staff.expect<{ upload: { target: object | null } }>(READ, { id });
    expect(read.upload.target).not.toBeNull();
    const members = { dealershipId: north.uuid, role: 'OWNER' as const };
    const { prisma } = server.app.db;
    await prisma.membership.updateMany({ where: members, data: { role: 'VIEWER' } });
    const looked = await north.staff.expect<{ upload: { target: object | null } }>(READ, { id });
    await prisma.membership.updateMany({
      where: { ...members, role: 'VIEWER' },
      data: { role: 'OWNER' },
    });
    expect(looked.upload.target).toBeNull();
  });
});
