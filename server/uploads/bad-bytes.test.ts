import { createHash, randomBytes, randomUUID } from 'node:crypto';
import {
  afterAll,
  beforeAll,
  beforeEach,
  describe,
  expect,
  it,
  vi,
  type MockInstance,
} from 'vitest';
import { addVehicle, completeUpload, readGallery, type Completion } from '../../test/gallery.ts';
import { photo } from '../../test/pictures.ts';
import { freshBucket, noS3Reason, serverEnv, type FreshBucket } from '../../test/s3.ts';
import {
  PUBLIC_DEALERSHIP,
  startServer,
  type TestDealership,
  type TestServer,
} from '../../test/server.ts';
import { decodeId } from '../node-id.ts';
import { md5, send, type PutChanges } from '../storage/contract-client.ts';
import type { PutTarget } from '../storage/put-target.ts';

const MIB = 2 ** 20;
const PART_BYTES = 8 * MIB;
const HOUR_MS = 3_600_000;
const TAIL_BYTES = 1_000;
/** In an address of S3, and in one of the disk. */
const SIGNATURE = /(?<=X-Amz-Signature=)\w+|(?<=\/storage\/upload\/[\w-]+\.)[\w-]+$/;

/** The answers of the disk and of S3 to one PUT; null where the connection is cut, with or without one. */
type Answers = readonly [disk: number | null, s3: number | null];

/** What a PUT brings otherwise than its ticket says. */
interface BadPut extends PutChanges {
  bytes?: Buffer;
}

interface Refused {
  what: string;
  bad(right: Put, others: { upload: Put; part: Put }): BadPut;
  /** Where a file is sent in one piece; absent where there is no such thing. */
  file?: Answers;
  /** Where it is a part of a file. */
  part?: Answers;
}

/** What the store refuses itself, and keeps nothing of. */
const REFUSED: Refused[] = [
  {
    what: 'the last byte missing',
    bad: ({ bytes }) => ({ bytes: bytes.subarray(0, -1) }),
    file: [400, 403],
    part: [400, 403],
  },
  {
    what: 'a byte appended',
    bad: ({ bytes }) => ({ bytes: Buffer.concat([bytes, Buffer.from('x')]) }),
    file: [400, 403],
    part: [400, 403],
  },
  {
    what: 'no byte at all',
    bad: () => ({ bytes: Buffer.alloc(0) }),
    file: [400, 403],
    part: [400, 403],
  },
  {
    what: 'an end before the announced length',
    bad: ({ bytes }) => ({ bytes: bytes.subarray(0, -1), length: bytes.length }),
    file: [null, null],
    part: [null, null],
  },
  {
    what: 'chunks without a length',
    bad: () => ({ chunked: true }),
    file: [411, 403],
    part: [411, 403],
  },
  {
    what: 'one bit changed',
    bad: ({ bytes }) => ({ bytes: oneBitOff(bytes) }),
    file: [400, 400],
  },
  {
    what: 'one bit changed, with the MD5 of the right bytes',
    bad: ({ bytes }) => ({ bytes: oneBitOff(bytes), headers: { 'content-md5': md5(bytes) } }),
    file: [400, 400],
    part: [400, 400],
  },
  {
    what: 'other bytes with an MD5 of their own',
    bad: ({ bytes }) => {
      const others = oneBitOff(bytes);
      return { bytes: others, headers: { 'content-md5': md5(others) } };
    },
    file: [400, 403],
  },
  {
    what: 'the MD5 of other bytes',
    bad: () => ({ headers: { 'content-md5': md5(Buffer.from('other')) } }),
    file: [400, 403],
    part: [400, 400],
  },
  {
    what: 'something that is no MD5',
    bad: () => ({ headers: { 'content-md5': 'nonsense' } }),
    file: [400, 403],
    part: [400, 400],
  },
  { what: 'no MD5', bad: () => ({ headers: { 'content-md5': undefined } }), file: [400, 403] },
  {
    what: 'another type',
    bad: () => ({ headers: { 'content-type': 'text/html' } }),
    file: [400, 403],
  },
  { what: 'no type', bad: () => ({ headers: { 'content-type': undefined } }), file: [400, 403] },
  {
    what: 'another signature',
    bad: ({ url }) => ({
      url: url.replace(SIGNATURE, (text) => text.slice(0, -1) + (text.endsWith('0') ? '1' : '0')),
    }),
    file: [403, 403],
    part: [403, 403],
  },
  {
    what: 'the key of another upload',
    bad: ({ url }, { upload }) => ({ url: signedAs(url, upload.url) }),
    file: [403, 403],
    part: [403, 403],
  },
  {
    what: 'the number of another part',
    bad: ({ url }, { part }) => ({ url: signedAs(url, part.url) }),
    part: [403, 403],
  },
  ...['POST', 'PATCH', 'GET', 'HEAD', 'DELETE'].map((method): Refused => {
    const hasBody = method === 'POST' || method === 'PATCH';
    const answers: Answers = [405, method === 'PATCH' ? 405 : 403];
    return {
      what: `the method ${method}`,
      bad: () => ({ method, ...(!hasBody && { bytes: Buffer.alloc(0) }) }),
      file: answers,
      part: answers,
    };
  }),
];

/** What holds the bytes of a file in parts, whose addresses are bound to their lengths alone. */
const ANNOUNCED: [string, (file: Buffer) => object, atCompletion: boolean][] = [
  ['its MD5 was announced', (file) => ({ md5: md5(file) }), false],
  ['its SHA-256 was announced', (file) => ({ sha256: sha256(file) }), false],
  ['its SHA-256 is said with the completion', () => ({}), true],
];

/** An address, and the bytes that are to go there. */
type Put = Pick<PutTarget, 'url' | 'headers'> & { bytes: Buffer };

/** An upload of which one PUT is left. */
interface Begun {
  id: string;
  mediaId: string;
  left: Put;
  /** Those that were sent. */
  sent: Put[];
}

interface Ticket {
  id: string;
  media: { id: string };
  target: Omit<Put, 'bytes'> | { parts: Omit<Put, 'bytes'>[] };
}

let picture: Buffer;
let server: TestServer;
let north: TestDealership;
/** With one photo that is READY. */
let vehicleId: string;
/** What the store asks for the time. */
let clock: MockInstance<typeof Date.now>;

/** A picture that no other upload has: what follows its end is not looked at. */
const newPicture = (byteSize: number): Buffer =>
  Buffer.concat([picture, randomBytes(byteSize - picture.length)]);

const UPLOAD = `upload {
  id media { id }
  target {
    ... on PutTarget { url headers { name value } }
    ... on MultipartTarget { parts { url headers { name value } } }
  }
}`;

async function request(file: Buffer, hashes: object): Promise<Begun> {
  const input = {
    vehicleId,
    fileName: 'a.jpg',
    contentType: 'image/jpeg',
    byteSize: file.length,
    ...hashes,
  };
  const { requestUpload } = await north.staff.expect<{ requestUpload: { upload: Ticket } }>(
    `mutation ($input: RequestUploadInput!) { requestUpload(input: $input) { ${UPLOAD} } }`,
    { input },
  );
  const { id, media, target } = requestUpload.upload;
  const targets = 'parts' in target ? target.parts : [target];
  const puts = targets.map((one, index) => ({
    ...one,
    bytes:
      targets.length === 1 ? file : file.subarray(index * PART_BYTES, (index + 1) * PART_BYTES),
  }));
  return { id, mediaId: media.id, left: puts.at(-1)!, sent: puts.slice(0, -1) };
}

/** Asks for the address of what is left once more. */
async function refresh({ id, left }: Begun): Promise<Put> {
  const { refreshUpload } = await north.staff.expect<{ refreshUpload: { upload: Ticket } }>(
    `mutation ($id: ID!) { refreshUpload(input: { uploadId: $id }) { ${UPLOAD} } }`,
    { id },
  );
  const { target } = refreshUpload.upload;
  return { ...left, ...('parts' in target ? target.parts[0]! : target) };
}

async function status(put: Put, { bytes = put.bytes, ...changes }: BadPut = {}) {
  return (await send({ ...put, expiresAt: new Date() }, bytes, changes)).status;
}

function oneBitOff(bytes: Buffer): Buffer {
  const others = Buffer.from(bytes);
  others[others.length >> 1]! ^= 1;
  return others;
}

/** An address with the signature of another. */
function signedAs(signed: string, url: string): string {
  return url.replace(SIGNATURE, SIGNATURE.exec(signed)![0]);
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** Hashes of all that is shown of the vehicle, by address. */
async function readPublished(): Promise<Record<string, string>> {
  const { vehicle } = await server.visitor.expect<{
    vehicle: { media: { nodes: { renditions: { url: string }[] }[] } };
  }>(
    `query ($id: ID!) { vehicle(id: $id) {
      media(first: 100) { nodes { ... on ImageMedia { renditions { url } } } }
    } }`,
    { id: vehicleId },
  );
  const urls = vehicle.media.nodes.flatMap(({ renditions }) => renditions.map(({ url }) => url));
  const hashes = urls.map(async (url) => {
    const answer = await fetch(url);
    expect(answer.status).toBe(200);
    return [url, sha256(new Uint8Array(await answer.arrayBuffer()))];
  });
  return Object.fromEntries(await Promise.all(hashes)) as Record<string, string>;
}

async function shown({ mediaId }: Begun): Promise<string | undefined> {
  const { media } = await readGallery(north.staff, vehicleId);
  return media.nodes.find(({ id }) => id === mediaId)?.status;
}

/** Sends what is left, completes, and waits until it is shown. */
async function finish(begun: Begun): Promise<void> {
  expect(await status(begun.left)).toBe(200);
  const { media, userErrors } = await completeUpload(north.staff, begun.id);
  expect(userErrors).toEqual([]);
  expect(media?.id).toBe(begun.mediaId);
  await expect.poll(() => shown(begun)).toBe('READY');
}

/** What is shown stays as it is, to the byte. */
async function withoutEffect(work: () => Promise<void>): Promise<void> {
  const [before, gallery] = [await readPublished(), await readGallery(north.staff, vehicleId)];
  await work();
  expect(await readPublished()).toEqual(before);
  const { media, mediaVersion } = await readGallery(north.staff, vehicleId);
  expect({ media, mediaVersion }).toEqual({
    media: gallery.media,
    mediaVersion: gallery.mediaVersion,
  });
}

/** Of the refusal of a completion. */
async function codeOf(completion: Promise<Completion>): Promise<string | undefined> {
  const { media, userErrors } = await completion;
  expect(media).toBeNull();
  return userErrors[0]?.code;
}

const stores: [
  string,
  0 | 1,
  () => Promise<{ env: Record<string, string>; drop(): Promise<void> }>,
][] = [['the disk', 0, async () => ({ env: {}, drop: async () => {} })]];
if (noS3Reason === null) {
  stores.push([
    'S3',
    1,
    async () => {
      const bucket = (await freshBucket()) as FreshBucket;
      return { env: serverEnv(bucket), drop: bucket.drop };
    },
  ]);
} else {
  describe.skip(`bad bytes for S3 (${noS3Reason})`, () => it('have no effect', () => {}));
}

describe.each(stores)('%s', (_, store, open) => {
  let drop: () => Promise<void>;

  beforeAll(async () => {
    const opened = await open();
    drop = opened.drop;
    // The store takes this function with it when the server starts, whatever becomes of the spy.
    clock = vi.spyOn(Date, 'now');
    server = await startServer({ env: opened.env });
    north = await server.dealership(PUBLIC_DEALERSHIP);
    picture = (await photo({ width: 80, height: 60, seed: 1 })).bytes;
  });
  afterAll(async () => {
    await server.stop();
    await drop();
  });
  beforeEach(async () => {
    vehicleId = await addVehicle(north.staff);
    await finish(await beginFile());
  });

  async function beginFile(file = newPicture(20_000), hashes: object = { md5: md5(file) }) {
    return request(file, hashes);
  }

  /** All parts but the last have arrived. */
  async function beginParts(
    file = newPicture(2 * PART_BYTES + TAIL_BYTES),
    hashes: object = { md5: md5(file), sha256: sha256(file) },
  ) {
    const begun = await request(file, hashes);
    for (const put of begun.sent) expect(await status(put)).toBe(200);
    return begun;
  }

  describe.each([
    ['in a file', 'file', beginFile],
    ['in a part of a file', 'part', beginParts],
  ] as const)('%s', (_way, way, begin) => {
    it('refuses whatever differs from the ticket, then takes what it is for', async () => {
      const right = await begin();
      const rows = REFUSED.filter((row) => row[way]);
      await withoutEffect(async () => {
        const other = await request(newPicture(right.sent.length ? 17 * MIB : 20_000), {
          md5: md5(picture),
        });
        const others = { upload: other.left, part: right.sent[0] ?? right.left };
        const answers: Record<string, number | null> = {};
        for (const { what, bad } of rows) {
          const changes = bad(right.left, others);
          const answer = await status(right.left, changes);
          answers[what] = changes.length !== undefined && answer !== 200 ? null : answer;
          expect(await codeOf(completeUpload(north.staff, right.id)), what).toBe('BYTES_MISSING');
        }
        expect(answers).toEqual(
          Object.fromEntries(rows.map((row) => [row.what, row[way]![store]])),
        );
        expect(await codeOf(completeUpload(north.staff, other.id))).toBe('BYTES_MISSING');
      });
      await finish(right);
    });

    it('refuses the right bytes when their address is past its time', async () => {
      const begun = await begin();
      await withoutEffect(async () => {
        clock.mockImplementation(() => performance.timeOrigin + performance.now() - HOUR_MS);
        const late = await refresh(begun);
        clock.mockReset();
        expect(await status(late)).toBe(403);
        expect(await codeOf(completeUpload(north.staff, begun.id))).toBe('BYTES_MISSING');
      });
      await finish({ ...begun, left: await refresh(begun) });
    });

    it('makes nothing of the right bytes when their ticket is over or cancelled', async () => {
      await withoutEffect(async () => {
        const [late, cancelled] = [await begin(), await begin()];
        await server.app.db.pool.query(
          "update uploads set expires_at = now() - interval '1 second' where id = $1",
          [decodeId(late.id)!.uuid],
        );
        await north.staff.expect(
          'mutation ($id: ID!) { cancelUpload(input: { uploadId: $id }) { upload { id } } }',
          { id: cancelled.id },
        );
        await status(late.left);
        await status(cancelled.left);
        expect(await codeOf(completeUpload(north.staff, late.id))).toBe('UPLOAD_EXPIRED');
        expect(await codeOf(completeUpload(north.staff, cancelled.id))).toBe('UPLOAD_CANCELLED');
      });
    });

    it('makes nothing of bytes that are no picture', async () => {
      const page = Buffer.from('<!doctype html><script>alert(1)</script>');
      const file = Buffer.alloc(way === 'file' ? 20_000 : 2 * PART_BYTES + TAIL_BYTES, page);
      await withoutEffect(async () => {
        const begun = await begin(file);
        expect(await status(begun.left)).toBe(200);
        expect(await codeOf(completeUpload(north.staff, begun.id))).toBe('BYTES_MISMATCH');
        expect(await codeOf(completeUpload(north.staff, begun.id))).toBe('BYTES_MISMATCH');
      });
    });

    it('never changes what is published, whatever comes after', async () => {
      const begun = await begin();
      await status(begun.left);
      await completeUpload(north.staff, begun.id);
      expect(await status(begun.left)).toBe(way === 'file' ? 412 : 404);
      await expect.poll(() => shown(begun)).toBe('READY');
      const { prisma } = server.app.db;
      const {
        storageKey,
        sha256: hash,
        mediaId,
      } = await prisma.upload.findFirstOrThrow({
        where: { id: decodeId(begun.id)!.uuid },
      });
      const media = await prisma.media.findFirstOrThrow({ where: { id: mediaId } });

      await withoutEffect(async () => {
        // The key of a file is free again once its bytes have moved: S3 takes them once more.
        const again = { file: [412, 200], part: [404, 404] }[way][store];
        expect(await status(begun.left)).toBe(again);
        expect(await status(begun.left, { bytes: oneBitOff(begun.left.bytes) })).not.toBe(200);
        const completion = await completeUpload(north.staff, begun.id);
        expect(completion).toMatchObject({ media: { id: begun.mediaId }, userErrors: [] });
        await north.staff.expect(
          'mutation ($id: ID!) { retryMedia(input: { id: $id }) { media { id } } }',
          { id: begun.mediaId },
        );
      });

      await withoutEffect(async () => {
        await server.app.storage.write(storageKey, newPicture(20_000), {
          contentType: 'image/jpeg',
        });
        // As when the worker was killed before it could say that it was done.
        await prisma.mediaJob.create({
          data: {
            id: randomUUID(),
            dealershipId: media.dealershipId,
            mediaId,
            version: media.version,
            sourceKey: storageKey,
            sha256: hash!,
            fileName: 'a.jpg',
            contentType: 'image/jpeg',
            byteSize: media.originalByteSize,
          },
        });
        await expect.poll(() => prisma.mediaJob.count({ where: { mediaId } })).toBe(0);
      });
    });
  });

  it.each(ANNOUNCED)(
    'finds out at completion that a part has other bytes when %s',
    async (_what, announced, said) => {
      const file = newPicture(2 * PART_BYTES + TAIL_BYTES);
      await withoutEffect(async () => {
        const begun = await beginParts(file, announced(file));
        expect(await status(begun.left, { bytes: oneBitOff(begun.left.bytes) })).toBe(200);
        const complete = () =>
          codeOf(completeUpload(north.staff, begun.id, said ? sha256(file) : undefined));
        expect(await complete()).toBe('BYTES_MISMATCH');
        expect(await complete()).toBe('BYTES_MISMATCH');
        expect(await status(begun.left)).toBe(404);
        const { status: end } = await server.app.db.prisma.upload.findFirstOrThrow({
          where: { id: decodeId(begun.id)!.uuid },
        });
        expect(end).toBe('FAILED');
      });
      await finish(await beginParts(file, announced(file)));
    },
  );

  it('heeds no type that a part says', async () => {
    const begun = await beginParts();
    expect(await status(begun.left, { headers: { 'content-type': 'text/html' } })).toBe(200);
    await finish(begun);
    for (const url of Object.keys(await readPublished())) {
      expect((await fetch(url)).headers.get('content-type')).toMatch(/^image\/(jpeg|webp)$/);
    }
  });
});
