import { v7 as uuid } from 'uuid';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { addVehicle, describeFile, ticketFor } from '../../test/gallery.ts';
import { makeApiKey, makeEmbedKey } from '../../test/keys.ts';
import { noteSecrets } from '../../test/secret-watch.ts';
import { startServer, type TestDealership, type TestServer } from '../../test/server.ts';
import { recordStatements } from '../../test/statements.ts';
import { SHA256 } from '../../test/upload-desk.ts';
import { uuidOf } from '../node-id.ts';
import { claimUpload } from '../uploads/claim-upload.ts';
import { hashOf } from './key-text.ts';

let server: TestServer;
let shop: TestDealership;
let vehicleId: string;

beforeAll(async () => {
  server = await startServer({ env: { MEDIA_CONCURRENCY: '0', MAX_MEDIA_PER_VEHICLE: '1000' } });
  shop = await server.dealership('recalled');
  vehicleId = await addVehicle(shop.staff);
  const { prisma } = server.app.db;
  const { id } = await ticketFor(shop.staff, describeFile(vehicleId, Buffer.from('stored')));
  const where = { id: uuidOf('Upload', id) ?? '' };
  await claimUpload(prisma, await prisma.upload.findUniqueOrThrow({ where }), SHA256);
});
afterAll(() => server.stop());

const ONE = `mutation ($input: RequestUploadInput!) { requestUpload(input: $input) {
  upload { id } userErrors { code } } }`;
const SEVERAL = `mutation ($input: RequestUploadsInput!) { requestUploads(input: $input) {
  results { upload { id } userErrors { code } } } }`;

interface Answer {
  status: number;
  body: {
    data?: { requestUpload?: { upload: { id: string } | null; userErrors: { code: string }[] } };
    errors?: { extensions: { code: string } }[];
  };
}

const ask = (key: string, query: string, input: object) => send(key, query, { input });

async function send(
  key: string,
  query: string,
  variables: object,
  headers: Record<string, string> = {},
): Promise<Answer> {
  noteSecrets(key);
  const response = await fetch(`${server.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${key}`, ...headers },
    body: JSON.stringify({ query, variables }),
  });
  const body = (await response.json()) as Answer['body'];
  noteSecrets(body.data);
  return { status: response.status, body };
}

const file = (): object => describeFile(vehicleId, Buffer.from(uuid()));
/** What takes more than one statement. */
const inParts = () => ({ ...file(), contentType: 'video/mp4', byteSize: 2 ** 25, md5: undefined });
const stored = () => ({ ...file(), sha256: SHA256 });
const uploadsThere = () => server.app.db.prisma.upload.count();

/** A key that has just been used, for documents that are known. */
async function usedKey(...scopes: Parameters<typeof makeApiKey>[1]): Promise<string> {
  const { key } = await makeApiKey(shop.staff, scopes);
  for (let time = 0; time < 2; time += 1) {
    await ask(key, ONE, file());
    await ask(key, SEVERAL, { uploads: [file()] });
  }
  return key;
}

const isLookUp = ({ text }: { text: string }): boolean => text.includes('from api_keys where hash');
const isGrant = ({ text }: { text: string }): boolean => text.includes('grant_ticket');

it('is looked up once for many tickets', async () => {
  const key = await usedKey('MEDIA_WRITE');
  const statements = await recordStatements(async () => {
    for (let time = 0; time < 3; time += 1) await ask(key, ONE, file());
    await ask(key, SEVERAL, { uploads: [file(), file()] });
  });
  expect(statements.filter(isGrant)).toHaveLength(4);
  expect(statements.filter(isLookUp)).toEqual([]);
});

const ENDS = {
  'is revoked': 'update api_keys set revoked_at = now() where hash = $1',
  'is past its time': `update api_keys set expires_at = now() - interval '1 second' where hash = $1`,
  'is gone': 'delete from api_keys where hash = $1',
};

/** By another process, which tells this one nothing. */
const end = (how: keyof typeof ENDS, key: string) =>
  server.app.db.pool.query(ENDS[how], [hashOf(key)]);

describe.each(Object.keys(ENDS) as (keyof typeof ENDS)[])('a known key that %s', (how) => {
  let key: string;
  beforeEach(async () => {
    key = await usedKey('MEDIA_WRITE');
  });

  it.each([
    ['a ticket', ONE, file],
    ['several tickets', SEVERAL, () => ({ uploads: [file(), file()] })],
    ['a ticket of what is no picture', ONE, () => ({ ...file(), contentType: 'text/plain' })],
    ['a ticket for no vehicle', ONE, () => ({ ...file(), vehicleId: 'nonsense' })],
    ['no ticket at all', SEVERAL, () => ({ uploads: [] })],
    ['a file in parts', ONE, inParts],
    ['files in one piece and in parts', SEVERAL, () => ({ uploads: [file(), inParts()] })],
    ['a new version', ONE, () => ({ ...file(), replaceMediaId: 'nonsense' })],
    ['bytes that are stored', ONE, stored],
  ])('is refused when it asks for %s', async (_, query, input) => {
    const before = await uploadsThere();
    await end(how, key);
    const refused = await ask(key, query, input());
    // As where nobody is known.
    expect(refused).toEqual(await ask(key, `${query} # looked up`, input()));
    expect(refused.body.errors?.[0]?.extensions.code).toBe('UNAUTHENTICATED');
    expect(refused.body.data ?? null).toBeNull();
    expect(await uploadsThere()).toBe(before);
  });

  it.each([
    ['one ticket', ONE, file],
    ['several tickets', SEVERAL, () => ({ uploads: [file(), file()] })],
  ])('is not told %s that it was granted before', async (_, query, input) => {
    const asked = { ...input(), idempotencyKey: uuid() };
    const granted = await ask(key, query, asked);
    expect(JSON.stringify(granted.body.data)).toMatch(/"upload":{"id":"/);
    expect(await ask(key, query, asked)).toEqual(granted);
    await end(how, key);
    const refused = await ask(key, query, asked);
    expect(refused.body.errors?.[0]?.extensions.code).toBe('UNAUTHENTICATED');
    expect(refused.body.data ?? null).toBeNull();
  });
});

it('is looked up once when its ticket is declined', async () => {
  const key = await usedKey('MEDIA_WRITE');
  await end('is revoked', key);
  const statements = await recordStatements(() => ask(key, ONE, file()));
  expect(statements.filter(isLookUp)).toHaveLength(1);
});

it('is not recalled once it was refused', async () => {
  const key = await usedKey('MEDIA_WRITE');
  await end('is revoked', key);
  await ask(key, ONE, file());
  const statements = await recordStatements(() => ask(key, ONE, file()));
  expect(statements.filter(isGrant)).toEqual([]);
});

it('is refused when its scopes are not those that are known', async () => {
  const key = await usedKey('MEDIA_WRITE');
  await server.app.db.pool.query(`update api_keys set scopes = '{VEHICLES_READ}' where hash = $1`, [
    hashOf(key),
  ]);
  const codes: unknown[] = [];
  for (let time = 0; time < 2; time += 1) {
    const { body } = await ask(key, ONE, { ...file(), vehicleId: 'nonsense' });
    codes.push(body.errors?.[0]?.extensions.code);
  }
  expect(codes).toEqual(['UNAUTHENTICATED', 'FORBIDDEN']);
});

it('is told what is wrong with what it asks, as long as it is in force', async () => {
  const key = await usedKey('MEDIA_WRITE');
  const refused = await ask(key, ONE, { ...file(), vehicleId: 'nonsense' });
  expect(refused.body.data?.requestUpload?.userErrors).toEqual([{ code: 'NOT_FOUND' }]);
});

it.each([
  ['a file in parts', inParts],
  ['bytes that are stored', stored],
])('is granted %s step by step, as long as it is in force', async (_, input) => {
  const key = await usedKey('MEDIA_WRITE');
  const granted = await ask(key, ONE, input());
  expect(granted.body.data?.requestUpload?.upload?.id).toEqual(expect.any(String));
});

it('is not recalled beside an embed key, which counts', async () => {
  const key = await usedKey('MEDIA_WRITE');
  const { key: embedKey } = await makeEmbedKey(shop.staff);
  const before = await uploadsThere();
  const headers = { 'x-embed-key': embedKey };
  const refused = await send(key, ONE, { input: file() }, headers);
  expect(refused.body.errors?.[0]?.extensions.code).toBe('FORBIDDEN');
  expect(await uploadsThere()).toBe(before);
});

it('is refused when its dealership is gone', async () => {
  const gone = await server.dealership('gone');
  const input = describeFile(await addVehicle(gone.staff), Buffer.from('a picture'));
  const { key } = await makeApiKey(gone.staff, ['MEDIA_WRITE']);
  await ask(key, ONE, input);
  await server.app.db.pool.query('delete from dealerships where id = $1', [gone.uuid]);
  const refused = await ask(key, ONE, input);
  expect(refused.body.errors?.[0]?.extensions.code).toBe('UNAUTHENTICATED');
  expect(refused.body.data ?? null).toBeNull();
});

it('grants nothing without the scope', async () => {
  const key = await usedKey('VEHICLES_READ');
  const refused = await ask(key, ONE, file());
  expect(refused.body.errors?.[0]?.extensions.code).toBe('FORBIDDEN');
});

/** Has every new media do this, as the owner of the tables. */
async function withNewMedia(statement: string, work: () => Promise<void>): Promise<void> {
  const { pool } = server.app.db;
  await pool.query(
    `create function upon_media() returns trigger language plpgsql security definer as $$
     begin ${statement}; return new; end $$`,
  );
  await pool.query(
    'create trigger upon_media after insert on media for each row execute function upon_media()',
  );
  try {
    await work();
  } finally {
    await pool.query('drop function upon_media() cascade');
  }
}

const TWO = `mutation ($a: RequestUploadInput!, $b: RequestUploadInput!) {
  a: requestUpload(input: $a) { upload { id } } b: requestUpload(input: $b) { upload { id } } }`;

describe('a known key that is revoked upon its first ticket', () => {
  const other = () => addVehicle(shop.staff);
  it.each([
    ['two fields', TWO, async () => ({ a: file(), b: { ...file(), vehicleId: await other() } })],
    [
      'two vehicles',
      SEVERAL,
      async () => ({ input: { uploads: [file(), { ...file(), vehicleId: await other() }] } }),
    ],
    ['two files', SEVERAL, () => ({ input: { uploads: [file(), file()] } })],
  ])('is granted no second one of %s', async (_, query, variables) => {
    const key = await usedKey('MEDIA_WRITE');
    await send(key, query, await variables());
    const asked = await variables();
    const before = await uploadsThere();
    await withNewMedia(
      'update api_keys set revoked_at = now() where dealership_id = new.dealership_id',
      async () => {
        const refused = await send(key, query, asked);
        expect(refused.body.errors?.[0]?.extensions.code).toBe('UNAUTHENTICATED');
        expect(refused.body.data ?? null).toBeNull();
      },
    );
    expect(await uploadsThere()).toBe(before + 1);
  });
});

it('does not wait twice for a database that is busy', async () => {
  const key = await usedKey('MEDIA_WRITE');
  await withNewMedia("raise exception 'no time' using errcode = '57014'", async () => {
    const statements = await recordStatements(async () => {
      const { status, body } = await ask(key, ONE, file());
      expect(status).toBe(503);
      expect(body.errors?.[0]?.extensions.code).toBe('SERVICE_UNAVAILABLE');
    });
    expect(statements.filter(isGrant).length).toBeGreaterThan(0);
    expect(statements.filter(isLookUp)).toEqual([]);
  });
});
