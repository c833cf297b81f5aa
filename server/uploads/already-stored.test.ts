import { createHash } from 'node:crypto';
import { v4 as uuid } from 'uuid';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  addVehicle,
  completeUpload,
  describeFile,
  readGallery,
  uploadPhoto,
} from '../../test/gallery.ts';
import { eventsUntil, followByWebSocket } from '../../test/live-client.ts';
import { photo } from '../../test/pictures.ts';
import {
  PUBLIC_DEALERSHIP,
  startServer,
  type TestDealership,
  type TestServer,
} from '../../test/server.ts';
import { decodeId } from '../node-id.ts';

let server: TestServer;
let north: TestDealership;
let south: TestDealership;
let picture: Buffer;
let sha256: string;
let seed = 0;

beforeAll(async () => {
  // Jobs of one file overtake each other.
  server = await startServer({ env: { MEDIA_CONCURRENCY: '4' } });
  north = await server.dealership(PUBLIC_DEALERSHIP);
  south = await server.dealership('south');
});
beforeEach(async () => {
  picture = (await photo({ width: 64, height: 48, seed: (seed += 1) })).bytes;
  sha256 = createHash('sha256').update(picture).digest('hex');
});
afterAll(() => server.stop());

interface Answer {
  upload: {
    id: string;
    status: string;
    media: { id: string; status: string };
    target: { __typename: string; existing?: { id: string } } | null;
  } | null;
  userErrors: { code: string }[];
}

async function request(
  vehicleId: string,
  more: Record<string, unknown> = {},
  staff = north.staff,
): Promise<NonNullable<Answer['upload']>> {
  const { requestUpload } = await staff.expect<{ requestUpload: Answer }>(
    `mutation ($input: RequestUploadInput!) { requestUpload(input: $input) {
      upload { id status media { id status } target { __typename ... on AlreadyStored { existing { id } } } }
      userErrors { code }
    } }`,
    { input: describeFile(vehicleId, picture, { sha256, ...more }) },
  );
  expect(requestUpload.userErrors).toEqual([]);
  return requestUpload.upload as NonNullable<Answer['upload']>;
}

const uuidOf = (id: string) => decodeId(id)?.uuid ?? '';
const query = (text: string, values: unknown[] = []) => server.app.db.pool.query(text, values);
/** Every job has been done, except so many that were tried and wait. */
const settled = (left = 0) =>
  expect
    .poll(
      async () =>
        (
          await query(
            `select attempts > 0 and lease_expires_at is null "waits" from media_jobs order by 1`,
          )
        ).rows,
      { timeout: 20_000 },
    )
    .toEqual(Array.from({ length: left }, () => ({ waits: true })));

async function ready(vehicleId: string, staff = north.staff): Promise<string> {
  const id = await uploadPhoto(staff, vehicleId, picture);
  await settled();
  return id;
}

async function urls(id: string): Promise<{ status: string; urls: string[] } | null> {
  const { node } = await server.visitor.expect<{
    node: { status: string; renditions: { url: string }[] } | null;
  }>('query ($id: ID!) { node(id: $id) { ... on ImageMedia { status renditions { url } } } }', {
    id,
  });
  return node && { status: node.status, urls: node.renditions.map(({ url }) => url) };
}

async function keys(prefix: string, part: string): Promise<string[]> {
  const found = [];
  for await (const { key } of server.app.storage.list(prefix)) {
    if (key.includes(part)) found.push(key);
  }
  return found;
}

/** The worker looks for jobs. */
async function wake(): Promise<void> {
  const other = (await photo({ width: 32, height: 32, seed: (seed += 1) })).bytes;
  await uploadPhoto(north.staff, await addVehicle(north.staff), other);
}

/** Nobody takes a job until the function that comes back is called; it resolves when so many are left that were tried. */
async function holdJobs(): Promise<
  (order?: 'as they came' | 'last first', left?: number) => Promise<void>
> {
  await query(`create or replace function hold_job() returns trigger language plpgsql as $$
    begin new.available_at = now() + interval '1 hour'; return new; end $$`);
  await query(
    'create trigger hold_job before insert on media_jobs for each row execute function hold_job()',
  );
  return async (order = 'as they came', left = 0) => {
    await query('drop trigger hold_job on media_jobs');
    await query(
      `update media_jobs set available_at = now() - make_interval(mins => place::int)
        from (select id "which", row_number() over (order by id ${order === 'last first' ? '' : 'desc'}) "place" from media_jobs) ordered
        where id = which`,
    );
    await wake();
    await settled(left);
  };
}

describe('a file that the dealership has', () => {
  it('is shown with another vehicle at once, and nothing is sent', async () => {
    const existing = await ready(await addVehicle(north.staff));
    const vehicleId = await addVehicle(north.staff);
    const { mediaCursor } = await readGallery(north.staff, vehicleId);
    const upload = await request(vehicleId, { alt: 'Front' });
    expect(upload).toMatchObject({
      status: 'COMPLETED',
      media: { status: 'READY' },
      target: { __typename: 'AlreadyStored', existing: { id: existing } },
    });
    expect(upload.media.id).not.toBe(existing);
    expect(await urls(upload.media.id)).toEqual(await urls(existing));
    const { media, mediaVersion } = await readGallery(server.visitor, vehicleId);
    expect(mediaVersion).toBe(1);
    expect(media.nodes).toEqual([
      { id: upload.media.id, status: 'READY', position: 0, alt: 'Front' },
    ]);
    const live = followByWebSocket({
      url: server.url,
      token: north.token,
      vehicleId,
      after: mediaCursor,
    });
    const events = await eventsUntil(live, ({ to }) => to === 'READY');
    await live.events.return?.();
    expect(events.map(({ __typename, to }) => to ?? __typename)).toEqual(['MediaAdded', 'READY']);
    expect((await completeUpload(north.staff, upload.id, sha256)).media?.id).toBe(upload.media.id);
  });

  it('is kept for each of its media, whatever becomes of the others', async () => {
    const first = await addVehicle(north.staff);
    const existing = await ready(first);
    const { media, id } = await request(await addVehicle(north.staff));
    await settled();
    expect(await keys('originals/', uuidOf(existing))).toHaveLength(1);
    const [copy] = await keys('originals/', uuidOf(media.id));
    const chunks = [];
    for await (const chunk of await server.app.storage.read(copy ?? '')) chunks.push(chunk);
    expect(Buffer.concat(chunks as Buffer[])).toEqual(picture);
    await north.staff.expect(
      'mutation ($id: ID!) { deleteVehicle(input: { id: $id }) { deletedId } }',
      { id: first },
    );
    const { urls: [url] = [] } = (await urls(media.id)) ?? {};
    expect((await fetch(url ?? '')).status).toBe(200);
    const { upload } = await north.staff.expect<{ upload: object }>(
      'query ($id: ID!) { upload(id: $id) { status target { __typename } } }',
      { id },
    );
    expect(upload).toEqual({ status: 'COMPLETED', target: null });
  });

  it('is kept for each media, whichever of their jobs comes first', async () => {
    await ready(await addVehicle(north.staff));
    const release = await holdJobs();
    const vehicleId = await addVehicle(north.staff);
    const uploads = [];
    for (let count = 0; count < 3; count++) uploads.push(await request(vehicleId));
    expect(uploads.map(({ media }) => media.status)).toEqual(['READY', 'READY', 'READY']);
    await release('last first');
    for (const { media } of uploads) {
      expect(await keys('originals/', uuidOf(media.id))).toHaveLength(1);
    }
  });

  it('is kept for each media, however many ask at once', async () => {
    const rounds = Array.from({ length: 10 }, async () => {
      const bytes = (await photo({ width: 64, height: 48, seed: (seed += 1) })).bytes;
      const hash = createHash('sha256').update(bytes).digest('hex');
      await uploadPhoto(north.staff, await addVehicle(north.staff), bytes);
      await settled();
      const file = describeFile(await addVehicle(north.staff), bytes, { sha256: hash });
      const { requestUploads } = await north.staff.expect<{
        requestUploads: { results: Answer[] };
      }>(
        'mutation ($input: RequestUploadsInput!) { requestUploads(input: $input) { results { upload { media { id status } } } } }',
        { input: { uploads: [file, file, file] } },
      );
      return requestUploads.results.map(({ upload }) => upload?.media);
    });
    const media = (await Promise.all(rounds)).flat();
    await settled();
    for (const one of media) {
      expect(one?.status).toBe('READY');
      expect(await keys('originals/', uuidOf(one?.id ?? ''))).toHaveLength(1);
    }
  });

  it('waits for its original as long as there is none to copy', async () => {
    const existing = await ready(await addVehicle(north.staff));
    const release = await holdJobs();
    const { media } = await request(await addVehicle(north.staff));
    const [original = ''] = await keys('originals/', uuidOf(existing));
    await server.app.storage.delete([original]);
    await release('as they came', 1);
    await server.app.storage.write(original, picture, { contentType: 'image/jpeg' });
    await query('update media_jobs set available_at = now()');
    await wake();
    await settled();
    expect(await keys('originals/', uuidOf(media.id))).toHaveLength(1);
  });

  it('may be there twice in one gallery, in the place that is asked for', async () => {
    const vehicleId = await addVehicle(north.staff);
    const existing = await ready(vehicleId);
    const upload = await request(vehicleId, { position: 0 });
    expect(upload.target?.existing?.id).toBe(existing);
    const { media } = await readGallery(server.visitor, vehicleId);
    expect(media.nodes.map(({ id }) => id)).toEqual([upload.media.id, existing]);
  });

  it('takes the place of a media', async () => {
    const existing = await ready(await addVehicle(north.staff));
    const vehicleId = await addVehicle(north.staff);
    const other = (await photo({ width: 80, height: 20, seed: (seed += 1) })).bytes;
    const replaceMediaId = await uploadPhoto(north.staff, vehicleId, other);
    await settled();
    const { media, target } = await request(vehicleId, { replaceMediaId });
    expect(media.id).toBe(replaceMediaId);
    expect(target?.existing?.id).toBe(existing);
    expect(await urls(replaceMediaId)).toEqual(await urls(existing));
    expect((await readGallery(server.visitor, vehicleId)).media.totalCount).toBe(1);
    await settled();
    expect(await keys('originals/', `${uuidOf(replaceMediaId)}/2`)).toHaveLength(1);
  });

  it('is one media for each key, and takes its room', async () => {
    await ready(await addVehicle(north.staff));
    const vehicleId = await addVehicle(north.staff);
    const idempotencyKey = uuid();
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => request(vehicleId, { idempotencyKey })),
    );
    expect(new Set(answers.map(({ media }) => media.id)).size).toBe(1);
    const { vehicle } = await north.staff.expect<{ vehicle: object }>(
      'query ($id: ID!) { vehicle(id: $id) { storageUsage { total { usedCount usedBytes reservedBytes } } } }',
      { id: vehicleId },
    );
    expect(vehicle).toEqual({
      storageUsage: { total: { usedCount: 1, usedBytes: picture.length, reservedBytes: 0 } },
    });
  });
});

describe('a file that is being prepared', () => {
  it('becomes a media of each vehicle that asks for it', async () => {
    const release = await holdJobs();
    const existing = await uploadPhoto(north.staff, await addVehicle(north.staff), picture);
    const uploads = [];
    for (let count = 0; count < 2; count++) {
      uploads.push(await request(await addVehicle(north.staff)));
    }
    expect(uploads.map(({ target }) => target?.__typename)).toEqual([
      'AlreadyStored',
      'AlreadyStored',
    ]);
    expect(uploads[0]).toMatchObject({ status: 'COMPLETED', media: { status: 'UPLOADED' } });
    await release();
    for (const { media } of uploads) expect(await urls(media.id)).toEqual(await urls(existing));
    expect((await urls(existing))?.status).toBe('READY');
    expect(await keys('incoming/', north.uuid)).toEqual([]);
  });

  it('can be tried again where it failed, with the bytes that were sent once', async () => {
    const release = await holdJobs();
    picture = picture.subarray(0, 400);
    sha256 = createHash('sha256').update(picture).digest('hex');
    await uploadPhoto(north.staff, await addVehicle(north.staff), picture);
    const { media } = await request(await addVehicle(north.staff));
    await release();
    const errors = async () =>
      (await query('select status, error_code "code" from media where id = $1', [uuidOf(media.id)]))
        .rows[0];
    const failed = await errors();
    expect(failed).toEqual({ status: 'FAILED', code: expect.any(String) });
    expect(failed).not.toMatchObject({ code: 'BYTES_CHANGED' });
    await north.staff.expect(
      'mutation ($id: ID!) { retryMedia(input: { id: $id }) { media { status } } }',
      { id: media.id },
    );
    await settled();
    expect(await errors()).toEqual(failed);
  });
});

describe('a file is sent', () => {
  it.each([
    ['of another dealership', () => readyOf(south)],
    [
      'that was deleted',
      async () => {
        const id = await readyOf(north);
        await north.staff.expect(
          'mutation ($id: ID!) { deleteMedia(input: { ids: [$id] }) { deletedIds } }',
          { id },
        );
      },
    ],
    [
      'that could not be prepared',
      async () => {
        const id = await readyOf(north);
        await query("update media set status = 'FAILED' where id = $1", [uuidOf(id)]);
      },
    ],
  ])('when the dealership has only one %s', async (_, prepare) => {
    await prepare();
    const upload = await request(await addVehicle(north.staff));
    expect(upload).toMatchObject({ status: 'AWAITING_BYTES', target: { __typename: 'PutTarget' } });
  });

  it('when its size or type is not what those bytes have', async () => {
    await ready(await addVehicle(north.staff));
    const vehicleId = await addVehicle(north.staff);
    for (const lie of [{ byteSize: picture.length + 1 }, { contentType: 'image/png' }]) {
      expect((await request(vehicleId, lie)).target?.__typename).toBe('PutTarget');
    }
  });
});

const readyOf = async ({ staff }: TestDealership) => ready(await addVehicle(staff), staff);
