import { createHash, randomBytes } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { addVehicle, completeUpload, readGallery, type Refusal } from '../../test/gallery.ts';
import { photo } from '../../test/pictures.ts';
import { freshBucket, noS3Reason, serverEnv, type FreshBucket } from '../../test/s3.ts';
import {
  PUBLIC_DEALERSHIP,
  startServer,
  type TestDealership,
  type TestServer,
} from '../../test/server.ts';
import { loadConfig } from '../config.ts';
import { createLog } from '../log.ts';
import { OWNER_KEY } from '../objects/store-owner.ts';
import { decodeId } from '../node-id.ts';
import { StorageError, type Storage } from '../storage/storage.ts';
import { findAbandoned } from './abandoned-uploads.ts';
import { createUploads } from './uploads.ts';

const MIB = 2 ** 20;
const TARGET = `target {
  __typename
  ... on MultipartTarget {
    partSize partCount storedParts expiresAt parts { partNumber url headers { name value } }
  }
}`;
const PAYLOAD = `upload { id status receivedBytes media { id } ${TARGET} }
  userErrors { __typename code field message }`;

interface Part {
  partNumber: number;
  url: string;
  headers: { name: string; value: string }[];
}

interface Ticket {
  id: string;
  status: string;
  receivedBytes: number | null;
  media: { id: string };
  target: {
    __typename: string;
    partSize: number;
    partCount: number;
    storedParts: number[];
    parts: Part[];
    expiresAt: string;
  } | null;
}

interface Payload {
  upload: Ticket | null;
  userErrors: Refusal[];
}

let server: TestServer;
let north: TestDealership;
let storage: Storage;
/** Parts of 8 MiB, 8 MiB and 1,000 bytes that are a JPEG to whoever looks at the first. */
let file: Buffer;
let sha256: string;

function describeFile(vehicleId: string, more: Record<string, unknown> = {}) {
  return {
    vehicleId,
    fileName: 'large.jpg',
    contentType: 'image/jpeg',
    byteSize: file.length,
    ...more,
  };
}

async function request(input: object): Promise<Payload> {
  const data = await north.staff.expect<{ requestUpload: Payload }>(
    `mutation ($input: RequestUploadInput!) { requestUpload(input: $input) { ${PAYLOAD} } }`,
    { input },
  );
  return data.requestUpload;
}

async function ticket(more: Record<string, unknown> = {}): Promise<Required<Ticket>> {
  const { upload, userErrors } = await request(describeFile(await addVehicle(north.staff), more));
  expect(userErrors).toEqual([]);
  return upload!;
}

async function refresh(uploadId: string, partNumbers?: number[]): Promise<Payload> {
  const data = await north.staff.expect<{ refreshUpload: Payload }>(
    `mutation ($input: RefreshUploadInput!) { refreshUpload(input: $input) { ${PAYLOAD} } }`,
    { input: { uploadId, ...(partNumbers && { partNumbers }) } },
  );
  return data.refreshUpload;
}

async function read(id: string): Promise<Ticket> {
  const { upload } = await north.staff.expect<{ upload: Ticket }>(
    `query ($id: ID!) { upload(id: $id) { id status receivedBytes media { id } ${TARGET} } }`,
    { id },
  );
  return upload;
}

const bytesOf = (partNumber: number) =>
  file.subarray((partNumber - 1) * 8 * MIB, partNumber * 8 * MIB);

async function putPart({ url, partNumber, headers }: Part, bytes = bytesOf(partNumber)) {
  const response = await fetch(url, {
    method: 'PUT',
    body: bytes as BodyInit,
    headers: Object.fromEntries(headers.map(({ name, value }) => [name, value])),
  });
  await response.arrayBuffer();
  return response.status;
}

async function sent(more: Record<string, unknown> = {}): Promise<Ticket> {
  const upload = await ticket(more);
  for (const part of upload.target!.parts) expect(await putPart(part)).toBe(200);
  return upload;
}

async function row(id: string) {
  return server.app.db.prisma.upload.findFirstOrThrow({ where: { id: decodeId(id)!.uuid } });
}

async function startedKeys(): Promise<string[]> {
  const keys: string[] = [];
  for await (const { key } of storage.multipart.list('incoming/')) keys.push(key);
  return keys;
}

/** What the server does every hour. */
async function sweep(limits: { ttlSeconds?: number } = {}): Promise<void> {
  const { uploads } = loadConfig({ NODE_ENV: 'test', APP_SECRET: 'x'.repeat(32) });
  const { db } = server.app;
  await createUploads(db, storage, { ...uploads, ...limits }, createLog('silent')).expire();
}

async function readAll(key: string): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of await storage.read(key)) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

const down = () => Promise.reject(new StorageError('UNAVAILABLE', 'Down'));

beforeAll(async () => {
  const { bytes } = await photo({ width: 80, height: 60, seed: 1 });
  file = Buffer.concat([bytes, randomBytes(16 * MIB + 1_000 - bytes.length)]);
  sha256 = createHash('sha256').update(file).digest('hex');
});
afterEach(() => vi.restoreAllMocks());

const stores: [string, () => Promise<{ env: Record<string, string>; drop(): Promise<void> }>][] = [
  ['the disk', async () => ({ env: {}, drop: async () => {} })],
  ...(noS3Reason === null ? [['S3', s3] as [string, typeof s3]] : []),
];

async function s3() {
  const bucket = (await freshBucket()) as FreshBucket;
  return { env: serverEnv(bucket), drop: bucket.drop };
}

if (noS3Reason !== null) {
  describe.skip(`uploads in parts to S3 (${noS3Reason})`, () => it('arrive', () => {}));
}

describe.each(stores)('an upload in parts to %s', (_, open) => {
  let drop: () => Promise<void>;

  beforeAll(async () => {
    const store = await open();
    drop = store.drop;
    server = await startServer({ env: { MEDIA_CONCURRENCY: '0', ...store.env } });
    north = await server.dealership(PUBLIC_DEALERSHIP);
    storage = server.app.storage;
  });
  afterAll(async () => {
    await server.stop();
    await drop();
  });

  it('is found whole when its client died before it completed it', async () => {
    const [whole, half] = [await sent(), await ticket()];
    expect(await putPart(half.target!.parts[0]!)).toBe(200);
    const find = async () => {
      const ids = [];
      for await (const { id } of findAbandoned(server.app.db.prisma, storage, 60)) ids.push(id);
      return ids;
    };
    const ids = [whole, half].map(({ id }) => decodeId(id)!.uuid);
    expect(await find()).toEqual([]);
    await server.app.db.pool.query(
      "update uploads set bytes_seen_at = bytes_seen_at - interval '61 seconds' where id = any($1)",
      [ids],
    );
    expect(await find()).toEqual([ids[0]]);
  });

  it('is what a file of more than 16 MiB gets, without an MD5', async () => {
    const vehicleId = await addVehicle(north.staff);
    const md5 = createHash('md5').update(file).digest('base64');
    const small = await request(describeFile(vehicleId, { byteSize: 16 * MIB, md5 }));
    expect(small.upload?.target?.__typename).toBe('PutTarget');
    const without = await request(describeFile(vehicleId, { byteSize: 16 * MIB }));
    expect(without.userErrors).toMatchObject([{ code: 'INVALID_INPUT', field: ['input', 'md5'] }]);

    const { receivedBytes, target } = await ticket();
    const after = Date.now();
    expect(receivedBytes).toBe(0);
    expect(target).toMatchObject({
      __typename: 'MultipartTarget',
      partSize: 8 * MIB,
      partCount: 3,
      storedParts: [],
    });
    expect(target!.parts.map(({ partNumber }) => partNumber)).toEqual([1, 2, 3]);
    expect(Date.parse(target!.expiresAt) - after).toBeLessThanOrEqual(900_000);
  });

  it('becomes a media when its parts are there, in whatever order they came', async () => {
    const { id, media, target } = await ticket({ sha256 });
    for (const part of [...target!.parts].reverse()) expect(await putPart(part)).toBe(200);
    expect(await read(id)).toMatchObject({
      status: 'AWAITING_BYTES',
      receivedBytes: file.length,
      target: { storedParts: [1, 2, 3], parts: [] },
    });
    const completion = await completeUpload(north.staff, id, sha256);
    expect(completion).toMatchObject({
      upload: { status: 'COMPLETED' },
      media: { id: media.id, status: 'UPLOADED' },
      userErrors: [],
    });
    expect(await read(id)).toMatchObject({ receivedBytes: file.length, target: null });
    expect(await startedKeys()).not.toContain((await row(id)).storageKey);
  });

  it('goes on where it stopped: only what the store lacks is asked for', async () => {
    const { id, target } = await ticket();
    await putPart(target!.parts[1]!);
    await putPart(target!.parts[1]!);
    const again = await read(id);
    expect(again.receivedBytes).toBe(8 * MIB);
    expect(again.target!.storedParts).toEqual([2]);
    expect(again.target!.parts.map(({ partNumber }) => partNumber)).toEqual([1, 3]);

    const early = await completeUpload(north.staff, id);
    expect(early).toMatchObject({
      media: null,
      userErrors: [{ __typename: 'BytesMissingError', code: 'BYTES_MISSING' }],
    });
    const { completeUpload: named } = await north.staff.expect<{ completeUpload: Payload }>(
      `mutation ($id: ID!) { completeUpload(input: { uploadId: $id }) {
        userErrors { message ... on BytesMissingError { partNumbers } }
      } }`,
      { id },
    );
    expect(named.userErrors).toEqual([
      {
        message: expect.stringContaining('the parts 1, 3 have not arrived') as string,
        partNumbers: [1, 3],
      },
    ]);

    const { upload } = await refresh(id);
    for (const part of upload!.target!.parts) expect(await putPart(part)).toBe(200);
    expect((await completeUpload(north.staff, id)).userErrors).toEqual([]);
  });

  it('gives new addresses of the parts that it is asked for', async () => {
    const { id, target } = await ticket();
    await putPart(target!.parts[0]!);
    const { upload } = await refresh(id, [3, 1]);
    expect(upload!.target!.parts.map(({ partNumber }) => partNumber)).toEqual([3, 1]);
    for (const part of upload!.target!.parts) expect(await putPart(part)).toBe(200);
    for (const numbers of [[0], [4], [1, 1], [1, -1]]) {
      expect((await refresh(id, numbers)).userErrors).toMatchObject([
        { code: 'INVALID_INPUT', field: ['input', 'partNumbers'] },
      ]);
    }
  });

  it('gives no more addresses at once than it signs at a time', async () => {
    const { id } = await ticket();
    await server.app.db.pool.query('update uploads set byte_size = $2 where id = $1', [
      decodeId(id)!.uuid,
      8 * MIB * 150,
    ]);
    const { target } = await read(id);
    expect(target).toMatchObject({ partCount: 150 });
    expect(target!.parts).toHaveLength(100);
    const rest = Array.from({ length: 50 }, (__, index) => index + 101);
    const { upload } = await refresh(id, rest);
    expect(upload!.target!.parts.map(({ partNumber }) => partNumber)).toEqual(rest);
    const all = Array.from({ length: 101 }, (__, index) => index + 1);
    expect((await refresh(id, all)).userErrors).toMatchObject([{ code: 'INVALID_INPUT' }]);
  });

  it('shares the addresses of one answer between the files of a batch', async () => {
    const vehicleId = await addVehicle(north.staff);
    const uploads = Array.from({ length: 50 }, () => describeFile(vehicleId));
    const { requestUploads } = await north.staff.expect<{ requestUploads: { results: Payload[] } }>(
      `mutation ($uploads: [RequestUploadInput!]!) {
        requestUploads(input: { uploads: $uploads }) { results { ${PAYLOAD} } }
      }`,
      { uploads },
    );
    const targets = requestUploads.results.map(({ upload }) => upload!.target!);
    expect(targets.map(({ parts }) => parts.length)).toEqual(uploads.map(() => 2));
    const { openUploads } = await north.staff.expect<{ openUploads: Ticket[] }>(
      `query ($vehicleId: ID) { openUploads(vehicleId: $vehicleId) { id ${TARGET} } }`,
      { vehicleId },
    );
    expect(openUploads.map(({ target }) => target!.parts.length)).toEqual(uploads.map(() => 2));
    expect(targets[0]).toMatchObject({
      partCount: 3,
      parts: [{ partNumber: 1 }, { partNumber: 2 }],
    });
  });

  it('refuses a part of another length, and one with another number', async () => {
    const { id, target } = await ticket();
    const [first] = target!.parts as [Part];
    expect(await putPart(first, bytesOf(1).subarray(1))).toBeGreaterThanOrEqual(400);
    expect(await putPart(first, bytesOf(3))).toBeGreaterThanOrEqual(400);
    expect((await read(id)).target!.storedParts).toEqual([]);
    expect((await refresh(id)).upload!.target!.parts).toHaveLength(3);
  });

  it('lacks a part that has another size in the store', async () => {
    const { id } = await ticket();
    const { storageKey: key, multipartId } = await row(id);
    const other = await storage.multipart.createPartUpload({
      key,
      multipartId: multipartId!,
      partNumber: 2,
      byteSize: 1_000,
      expiresInSeconds: 60,
    });
    await putPart({ ...other, headers: [], partNumber: 2 }, randomBytes(1_000));
    const { receivedBytes, target } = await read(id);
    expect([receivedBytes, target!.storedParts]).toEqual([0, []]);
    for (const part of target!.parts) expect(await putPart(part)).toBe(200);
    expect((await completeUpload(north.staff, id)).userErrors).toEqual([]);
  });

  it('is started in the store once, however many ask for its target', async () => {
    const start = vi.spyOn(storage.multipart, 'start').mockImplementation(down);
    const { upload } = await request(describeFile(await addVehicle(north.staff)));
    start.mockRestore();
    const answers = await Promise.all(Array.from({ length: 10 }, () => refresh(upload!.id)));
    const targets = answers.map((answer) => answer.upload!.target!);
    await putPart(targets[0]!.parts[0]!);
    await putPart(targets[9]!.parts[1]!);
    await putPart(targets[5]!.parts[2]!);
    expect((await completeUpload(north.staff, upload!.id)).userErrors).toEqual([]);
    const { storageKey } = await row(upload!.id);
    expect((await startedKeys()).filter((key) => key === storageKey)).toEqual([]);
  });

  it('keeps its ticket while the store is down, and says so', async () => {
    vi.spyOn(storage.multipart, 'start').mockImplementation(down);
    const { upload, userErrors } = await request(describeFile(await addVehicle(north.staff)));
    expect(userErrors).toMatchObject([{ code: 'STORAGE_UNAVAILABLE' }]);
    expect(upload).toMatchObject({ status: 'AWAITING_BYTES', target: null });
    expect(await refresh(upload!.id)).toMatchObject({
      upload: { id: upload!.id, target: null },
      userErrors: [{ code: 'STORAGE_UNAVAILABLE' }],
    });
    expect((await read(upload!.id)).target).toBeNull();
    vi.restoreAllMocks();

    const back = await refresh(upload!.id);
    expect(back.userErrors).toEqual([]);
    for (const part of back.upload!.target!.parts) await putPart(part);
    vi.spyOn(storage.multipart, 'parts').mockImplementation(down);
    expect((await read(upload!.id)).receivedBytes).toBeNull();
    expect((await completeUpload(north.staff, upload!.id)).userErrors).toMatchObject([
      { code: 'STORAGE_UNAVAILABLE' },
    ]);
    vi.restoreAllMocks();
    expect((await completeUpload(north.staff, upload!.id)).userErrors).toEqual([]);
  });

  it('begins anew when the store has thrown its parts away', async () => {
    const { id } = await sent();
    const { storageKey: key, multipartId } = await row(id);
    await storage.multipart.abort({ key, multipartId: multipartId! });
    const { upload } = await refresh(id);
    expect(upload!.target).toMatchObject({ storedParts: [] });
    for (const part of upload!.target!.parts) expect(await putPart(part)).toBe(200);
    expect((await completeUpload(north.staff, id)).userErrors).toEqual([]);
  });

  it('makes one media and one event of a hundred completions at once', async () => {
    const vehicleId = await addVehicle(north.staff);
    const { id, media } = await sent({ vehicleId });
    const reads = vi.spyOn(storage, 'read');
    // A server that is busy says so, and to send it again.
    const complete = (): ReturnType<typeof completeUpload> =>
      completeUpload(north.staff, id, sha256).catch((error: Error) => {
        if (!error.message.includes('"SERVICE_UNAVAILABLE"')) throw error;
        return complete();
      });
    const completions = await Promise.all(Array.from({ length: 100 }, complete));
    expect(new Set(completions.map((completion) => completion.media?.id))).toEqual(
      new Set([media.id]),
    );
    expect(completions.flatMap(({ userErrors }) => userErrors)).toEqual([]);
    expect(reads.mock.calls.length).toBeLessThan(5);
    const uuid = decodeId(vehicleId)!.uuid;
    expect(await server.app.db.prisma.mediaEvent.count({ where: { vehicleId: uuid } })).toBe(1);
    expect((await readGallery(north.staff, vehicleId)).mediaVersion).toBe(1);
  });

  it('goes on after a crash between the whole object and its claim', async () => {
    const { id, media } = await sent();
    const { storageKey: key, multipartId } = await row(id);
    await storage.multipart.complete({ key, multipartId: multipartId! });
    expect(await read(id)).toMatchObject({
      receivedBytes: file.length,
      target: { storedParts: [1, 2, 3], parts: [] },
    });
    expect(await completeUpload(north.staff, id)).toMatchObject({ media: { id: media.id } });
  });

  it('is refused when its bytes have another SHA-256 than was announced', async () => {
    const { id } = await sent({ sha256: '0'.repeat(64) });
    const { media, userErrors } = await completeUpload(north.staff, id);
    expect(media).toBeNull();
    expect(userErrors).toMatchObject([{ code: 'BYTES_MISMATCH' }]);
    expect((await read(id)).status).toBe('FAILED');
  });

  it('is refused when its bytes have another MD5 than was announced', async () => {
    const md5 = createHash('md5').update('other').digest('base64');
    const { id } = await sent({ md5 });
    expect((await completeUpload(north.staff, id)).userErrors).toMatchObject([
      { code: 'BYTES_MISMATCH' },
    ]);
  });

  it('is thrown away by the store when it is cancelled', async () => {
    const { id, target } = await ticket();
    await putPart(target!.parts[0]!);
    await north.staff.expect(
      'mutation ($id: ID!) { cancelUpload(input: { uploadId: $id }) { upload { id } } }',
      { id },
    );
    expect(await startedKeys()).not.toContain((await row(id)).storageKey);
    expect(await putPart(target!.parts[1]!)).toBe(404);
    expect((await completeUpload(north.staff, id)).userErrors).toMatchObject([
      { code: 'UPLOAD_CANCELLED' },
    ]);
  });

  it('is swept from the store when it is over, and kept while it is not', async () => {
    const [open, late, cancelled] = [await ticket(), await ticket(), await ticket()];
    const keys = async () => (await startedKeys()).join();
    const { pool } = server.app.db;
    const set = (change: string, id: string) =>
      pool.query(`update uploads set ${change} where id = $1`, [decodeId(id)!.uuid]);
    await set("expires_at = now() - interval '1 second'", late.id);
    await set("status = 'CANCELLED'", cancelled.id);
    const outage = vi.spyOn(storage.multipart, 'abort').mockImplementation(down);
    await sweep();
    expect(await keys()).toContain(decodeId(late.id)!.uuid);
    outage.mockRestore();
    await sweep();
    const left = await keys();
    expect(left).not.toContain(decodeId(late.id)!.uuid);
    expect(left).not.toContain(decodeId(cancelled.id)!.uuid);
    expect(left).toContain(decodeId(open.id)!.uuid);
    for (const part of open.target!.parts) expect(await putPart(part)).toBe(200);
  });

  it('that no ticket knows is swept once none from its time can be alive, by the owner of the store', async () => {
    const open = await ticket();
    const { storageKey, multipartId } = await row(open.id);
    const stray = { key: `incoming/${north.uuid}/stray`, multipartId: '' };
    stray.multipartId = await storage.multipart.start(stray.key, 'image/jpeg');
    const loser = { key: storageKey, multipartId: '' };
    loser.multipartId = await storage.multipart.start(loser.key, 'image/jpeg');
    const started = async () => {
      const ids: string[] = [];
      for await (const one of storage.multipart.list('incoming/')) ids.push(one.multipartId);
      return ids;
    };
    await sweep();
    expect(await started()).toEqual(
      expect.arrayContaining([stray.multipartId, loser.multipartId, multipartId]),
    );
    const owner = await readAll(OWNER_KEY);
    await storage.write(OWNER_KEY, Buffer.from('another'), { contentType: 'text/plain' });
    await sweep({ ttlSeconds: -60 });
    expect(await started()).toEqual(expect.arrayContaining([stray.multipartId, loser.multipartId]));
    await storage.write(OWNER_KEY, owner, { contentType: 'text/plain' });
    await sweep({ ttlSeconds: -60 });
    const left = await started();
    expect(left).toContain(multipartId);
    expect(left).not.toContain(stray.multipartId);
    expect(left).not.toContain(loser.multipartId);
  });

  it('cannot be seen or gone on with by another dealership', async () => {
    const { id } = await ticket();
    const south = await server.dealership(`south-${Date.now()}`);
    const data = await south.staff.expect<{ refreshUpload: Payload; upload: null }>(
      `mutation ($id: ID!) {
        refreshUpload(input: { uploadId: $id, partNumbers: [1] }) { ${PAYLOAD} }
      }`,
      { id },
    );
    expect(data.refreshUpload).toMatchObject({ upload: null, userErrors: [{ code: 'NOT_FOUND' }] });
  });
});
