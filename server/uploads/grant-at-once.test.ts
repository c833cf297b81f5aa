import fc from 'fast-check';
import { v7 as uuid } from 'uuid';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addVehicle, describeFile } from '../../test/gallery.ts';
import { PUBLIC_DEALERSHIP, startServer, type TestServer } from '../../test/server.ts';
import { recordStatements } from '../../test/statements.ts';
import { DESK_LIMITS, endJobs, openDesk, SHA256, type Desk } from '../../test/upload-desk.ts';
import type { Actor, Integrator, Uploader } from '../accounts/viewer.ts';
import { UserFailure } from '../errors.ts';
import { readIdempotencyKey } from '../idempotency/idempotency-key.ts';
import { hashOf } from '../keys/key-text.ts';
import { createLog } from '../log.ts';
import { claimUpload } from './claim-upload.ts';
import type { UploadRequest } from './policy.ts';
import { createUploads } from './uploads.ts';

let server: TestServer;

beforeAll(async () => {
  server = await startServer({ env: { MEDIA_CONCURRENCY: '0' } });
});
afterAll(() => server.stop());

const TYPICAL = `mutation ($input: RequestUploadInput!) { requestUpload(input: $input) {
  upload { id status expiresAt media { id status position }
    target { ... on PutTarget { url headers { name value } expiresAt } } }
  userErrors { code } } }`;

interface Typical {
  requestUpload: {
    upload: { id: string; status: string; media: { status: string }; target: { url: string } };
  };
}

describe('an ordinary ticket', () => {
  it('is one statement for the dealership, with its payload, and again by its key', async () => {
    const { staff } = await server.dealership(PUBLIC_DEALERSHIP);
    const vehicleId = await addVehicle(staff);
    const input = {
      ...describeFile(vehicleId, Buffer.from('a picture')),
      idempotencyKey: 'once',
      alt: 'Front',
      position: 0,
    };
    const answers: Typical[] = [];
    for (let time = 0; time < 2; time += 1) {
      const statements = await recordStatements(async () => {
        answers.push(await staff.expect<Typical>(TYPICAL, { input }));
      });
      const forTenant = statements.filter(({ role }) => role === 'forecourt_tenant');
      expect(forTenant.map(({ text }) => text)).toEqual([expect.stringContaining('grant_ticket(')]);
      // Who asks is looked up once.
      expect(statements.filter(({ text }) => text.includes('from sessions'))).toHaveLength(1);
    }
    const [first, again] = answers.map(({ requestUpload }) => requestUpload.upload);
    expect(first).toMatchObject({
      status: 'AWAITING_BYTES',
      media: { status: 'PENDING_UPLOAD', position: 0 },
      target: { url: expect.stringMatching(/^http/) },
    });
    expect(again?.id).toBe(first?.id);
  });
});

it('is one statement for all files of a vehicle, in their order', async () => {
  const { staff } = await server.dealership('several');
  const vehicleId = await addVehicle(staff);
  const uploads = ['a', 'b', 'c'].map((name) => describeFile(vehicleId, Buffer.from(name)));
  const positions: number[] = [];
  const statements = await recordStatements(async () => {
    const { requestUploads } = await staff.expect<{
      requestUploads: { results: { upload: { media: { position: number } } }[] };
    }>(
      `mutation ($input: RequestUploadsInput!) { requestUploads(input: $input) {
        results { upload { media { position } } } } }`,
      { input: { uploads } },
    );
    positions.push(...requestUploads.results.map(({ upload }) => upload.media.position));
  });
  const forTenant = statements.filter(({ role }) => role === 'forecourt_tenant');
  expect(forTenant.map(({ text }) => text)).toEqual([expect.stringContaining('grant_tickets(')]);
  expect(positions).toEqual([0, 1, 2]);
});

const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: null });
const file = fc.record({
  // Few, so that limits are met to the byte, and bytes come again.
  size: fc.constantFrom(1, 1, 1, 2, 40, 40, 50),
  contentType: fc.constantFrom('image/jpeg', 'image/jpeg', 'image/jpeg', 'image/png', 'video/mp4'),
  sha256: maybe(fc.constantFrom(SHA256, SHA256, SHA256, '1'.repeat(64))),
  position: maybe(fc.nat(3)),
  alt: maybe(fc.string({ unit: 'grapheme', maxLength: 8 })),
  groupKey: maybe(fc.constantFrom('exterior', ' ')),
  clientRef: maybe(fc.constantFrom('a', '"')),
  fileName: fc.constantFrom('a.jpg', 'Grüße.png', ''),
  replaces: fc.integer({ min: 0, max: 19 }).map((roll) => roll === 0),
  poster: fc.integer({ min: 0, max: 19 }).map((roll) => roll === 0),
  key: fc.constantFrom(null, null, null, null, null, null, 'k0', 'k1'),
  /** Of a request for several files. */
  part: fc.constantFrom('', '', '0', '1'),
});
const step = fc.record({
  do: fc.constantFrom(
    ...(['request', 'request', 'request', 'request', 'request', 'request'] as const),
    ...(['complete', 'complete', 'complete', 'ready', 'ready'] as const),
    ...(['again', 'again', 'cancel', 'late', 'late', 'delete', 'revoke'] as const),
  ),
  who: fc.constantFrom('staff', 'staff', 'integrator', 'uploader'),
  /** The last of them is nobody's. */
  vehicle: fc.constantFrom(0, 0, 0, 1, 1, 2),
  at: fc.nat(5),
  files: fc.array(file, { minLength: 1, maxLength: 3 }),
});
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

const LIMITS = {
  ...DESK_LIMITS,
  maxMediaPerVehicle: 3,
  maxBytesPerVehicle: 90,
  maxBytesPerDealership: 120,
};

interface Side extends Desk {
  integrator: Integrator;
  uploader: Uploader;
  asked: { actor: Actor; requests: UploadRequest[] }[];
}

async function openSide(atOnce: boolean): Promise<Side> {
  const { db, storage } = server.app;
  const { asTenant, prisma } = db;
  const writeAsTenant = atOnce ? db.writeAsTenant : () => Promise.resolve([]);
  const desk = await openDesk(server, LIMITS, 2);
  const { dealershipId } = desk.staff;
  const known = { dealershipId, userId: null, name: 'K' };
  const [keyId, tokenId, vehicleId] = [uuid(), uuid(), desk.vehicleIds[0] ?? ''];
  const expiresAt = new Date(Date.now() + 3_600_000);
  await prisma.uploadToken.create({
    data: { id: tokenId, dealershipId, vehicleId, hash: tokenId, maxUploads: 2, expiresAt },
  });
  await prisma.apiKey.create({
    data: { id: keyId, dealershipId, name: 'K', prefix: keyId, hash: hashOf(keyId), scopes: [] },
  });
  return {
    ...desk,
    uploads: createUploads(
      { prisma, asTenant, writeAsTenant },
      storage,
      LIMITS,
      createLog('silent'),
    ),
    integrator: {
      ...known,
      kind: 'integrator',
      keyId,
      actorId: keyId,
      scopes: [],
      expiresAt: null,
    },
    uploader: {
      ...known,
      kind: 'uploader',
      keyId: tokenId,
      actorId: tokenId,
      vehicleId,
      expiresAt,
    },
    asked: [],
  };
}

/** Takes a step, and tells what came of it. */
async function take(side: Side, { do: what, who, vehicle, at, files }: Step): Promise<unknown> {
  const { prisma } = server.app.db;
  const { dealershipId } = side.staff;
  const where = { dealershipId };
  const orderBy = { id: 'asc' } as const;
  const nth = <T>(rows: readonly T[]): T | undefined => rows[at % Math.max(rows.length, 1)];
  switch (what) {
    case 'request': {
      const media = nth(await prisma.media.findMany({ where, orderBy }))?.id;
      const actor = side[who];
      const requests = files.map(({ size, replaces, poster, key: text, part, ...rest }) => {
        const request = {
          ...rest,
          vehicleId: side.vehicleIds[vehicle] ?? uuid(),
          byteSize: size,
          md5: 'A'.repeat(22) + '==',
          replaceMediaId: replaces ? (media ?? null) : undefined,
          posterFor: poster && media ? { mediaId: media } : undefined,
        };
        const input = { size, vehicle, idempotencyKey: text };
        const key = readIdempotencyKey(actor, 'requestUpload', input);
        return { ...request, key: key && { ...key, part } };
      });
      side.asked.push({ actor, requests });
      return outcomesOf(side, actor, requests);
    }
    case 'again': {
      const asked = nth(side.asked);
      return asked && outcomesOf(side, asked.actor, asked.requests);
    }
    case 'complete':
    case 'cancel':
    case 'late': {
      const open = { ...where, status: 'AWAITING_BYTES' } as const;
      const upload = nth(await prisma.upload.findMany({ where: open, orderBy }));
      if (!upload) return null;
      if (what === 'complete') await claimUpload(prisma, upload, upload.sha256 ?? SHA256);
      else if (what === 'cancel') await side.uploads.cancel(side.staff, upload.id);
      else {
        const data = { expiresAt: new Date(0) };
        await prisma.upload.update({ where: { id: upload.id }, data });
      }
      return null;
    }
    case 'ready':
      return endJobs(side, 'ready');
    case 'delete':
      return side.gallery.remove(side.staff, [
        nth(await prisma.media.findMany({ where, orderBy }))?.id ?? null,
      ]);
    case 'revoke':
      return at === 0 && prisma.uploadToken.updateMany({ where, data: { revokedAt: new Date() } });
  }
}

async function outcomesOf(side: Side, actor: Actor, requests: UploadRequest[]): Promise<unknown> {
  const outcomes = await side.uploads.request(actor, requests);
  return outcomes.map((one) => {
    if (one instanceof UserFailure) return { refused: one.message, ...one };
    const { grantedMedia: _, past: __, ...upload } = one.upload;
    return upload;
  });
}

const TABLES = {
  uploads: 'dealership_id = $1 order by id',
  media: 'dealership_id = $1 order by id',
  media_jobs: 'dealership_id = $1 order by id',
  vehicles: 'dealership_id = $1 order by id',
  dealerships: 'id = $1',
  upload_tokens: 'dealership_id = $1 order by id',
  idempotency_keys: "dealership_id = $1 order by key, (results ->> '')",
} as const;

/** Rows and answers with ids as numbers, in the order in which they are first named, and without times. */
async function tale(side: Side, answers: unknown[]): Promise<unknown> {
  const rows: Record<string, unknown> = {};
  for (const [table, where] of Object.entries(TABLES)) {
    const found = await server.app.db.pool.query<{ row: object }>(
      `select row_to_json(t) "row" from ${table} t where ${where}`,
      [side.staff.dealershipId],
    );
    rows[table] = found.rows.map(({ row }) => row);
  }
  const known = [side.staff.dealershipId, side.staff.userId, side.integrator.keyId];
  const text = JSON.stringify([known, rows, answers], (name, value: unknown) => {
    if (/(_at|At)$/.test(name)) return value === null ? null : 'a time';
    if (typeof value === 'bigint') return Number(value);
    return value;
  });
  const ids = new Map<string, string>();
  const numbered = text.replace(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, (id) => {
    if (!ids.has(id)) ids.set(id, `#${ids.size}`);
    return ids.get(id) ?? '';
  });
  return JSON.parse(numbered);
}

describe('tickets that are granted at once', () => {
  it('are those that are granted step by step, whatever came before', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { minLength: 10, maxLength: 20, size: 'max' }),
        async (steps) => {
          const tales: unknown[] = [];
          for (const atOnce of [true, false]) {
            const side = await openSide(atOnce);
            const answers: unknown[] = [];
            for (const each of steps) answers.push(await take(side, each));
            tales.push(await tale(side, answers));
          }
          expect(tales[0]).toEqual(tales[1]);
        },
      ),
      { seed: 20_261_122, numRuns: 40 },
    );
  });

  it.each(['staff', 'integrator', 'uploader'] as const)(
    'come as Prisma reads them, to the %s, also again by their key',
    async (who) => {
      const { prisma } = server.app.db;
      await fc.assert(
        fc.asyncProperty(file, async (given) => {
          const side = await openSide(true);
          const actor = side[who];
          const { size, replaces: _, poster: __, key: ___, part: ____, ...rest } = given;
          const request = {
            ...rest,
            vehicleId: side.vehicleIds[0] ?? '',
            byteSize: size,
            md5: 'A'.repeat(22) + '==',
            replaceMediaId: undefined,
            posterFor: undefined,
            key: readIdempotencyKey(actor, 'requestUpload', { idempotencyKey: 'k' }),
          };
          for (let time = 0; time < 2; time += 1) {
            const [outcome] = await side.uploads.request(actor, [request]);
            if (!outcome || outcome instanceof UserFailure) return;
            const { grantedMedia, past, ...upload } = outcome.upload;
            expect(past).toBe(false);
            expect(upload).toEqual(await prisma.upload.findUnique({ where: { id: upload.id } }));
            expect(grantedMedia).toEqual(
              await prisma.media.findUnique({
                where: { id: upload.mediaId },
                include: { renditions: true },
              }),
            );
          }
        }),
        { seed: 20_261_122, numRuns: 20 },
      );
    },
  );
});
