import { createHash } from 'node:crypto';
import { v4 as uuid } from 'uuid';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  addVehicle,
  completeUpload,
  describeFile,
  put,
  requestUpload,
  ticketFor,
  uploadPhoto,
} from '../../test/gallery.ts';
import { GraphQLClient } from '../../test/graphql-client.ts';
import {
  askForUploadToken,
  makeApiKey,
  makeUploadToken,
  revokeApiKey,
  revokeUploadToken,
} from '../../test/keys.ts';
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
import { createUploads } from '../uploads/uploads.ts';

let server: TestServer;
let north: TestDealership;
let south: TestDealership;
let vehicleId: string;
let other: string;
let picture: Buffer;

beforeAll(async () => {
  server = await startServer();
  north = await server.dealership(PUBLIC_DEALERSHIP);
  south = await server.dealership('south');
  vehicleId = await addVehicle(north.staff, { status: 'DRAFT' });
  other = await addVehicle(north.staff, { stockNumber: 'OTHER' });
  picture = (await photo({ width: 64, height: 48, seed: 1 })).bytes;
});
afterAll(() => server.stop());

const page = (token: string): GraphQLClient => new GraphQLClient(server.url, token);

async function tokenFor(vehicle = vehicleId, maxUploads?: number): Promise<GraphQLClient> {
  return page((await makeUploadToken(north.staff, vehicle, maxUploads)).token);
}

const query = (text: string, values: unknown[] = []) =>
  server.app.db.pool.query<Record<string, unknown>>(text, values);

const codeOf = async (client: GraphQLClient, document: string, variables = {}): Promise<string> =>
  (await client.send(document, variables)).errors?.[0]?.extensions?.code ?? 'OK';

describe('an upload token', () => {
  it('sends a file to its vehicle, resumes, and cancels', async () => {
    const client = await tokenFor();
    await uploadPhoto(client, vehicleId, picture);
    const begun = await ticketFor(client, describeFile(vehicleId, picture));
    const { openUploads } = await client.expect<{ openUploads: { id: string }[] }>(
      '{ openUploads { id } }',
    );
    expect(openUploads).toEqual([{ id: begun.id }]);
    const refreshed = `mutation ($id: ID!) {
      refreshUpload(input: { uploadId: $id }) { upload { id } userErrors { code } }
      cancelUpload(input: { uploadId: $id }) { upload { status } userErrors { code } }
    }`;
    expect(await client.expect(refreshed, { id: begun.id })).toEqual({
      refreshUpload: { upload: { id: begun.id }, userErrors: [] },
      cancelUpload: { upload: { status: 'CANCELLED' }, userErrors: [] },
    });
  });

  it('says who it is, and what may be uploaded', async () => {
    expect(
      await (
        await tokenFor()
      ).expect(
        '{ viewer { user { id } role rights dealership { slug uploadPolicy { maxImageBytes } storageUsage { limitBytes } apiKeys { id } } } }',
      ),
    ).toMatchObject({
      viewer: {
        user: null,
        role: null,
        rights: ['READ', 'READ_POLICY', 'UPLOAD'],
        dealership: {
          slug: PUBLIC_DEALERSHIP,
          uploadPolicy: {},
          storageUsage: null,
          apiKeys: null,
        },
      },
    });
  });

  it('reads its vehicle, a draft too, and no other', async () => {
    const client = await tokenFor();
    const read = 'query ($id: ID!) { vehicle(id: $id) { id } vehicles { nodes { id } } }';
    expect(await client.expect(read, { id: vehicleId })).toEqual({
      vehicle: { id: vehicleId },
      vehicles: { nodes: [{ id: vehicleId }] },
    });
    expect(await client.expect(read, { id: other })).toMatchObject({ vehicle: null });
  });

  it.each([
    ['another vehicle of the dealership', () => other],
    ['one of another dealership', () => addVehicle(south.staff)],
    ['none', () => 'nonsense'],
  ])('adds nothing to %s', async (_, vehicle) => {
    const { userErrors } = await requestUpload(
      await tokenFor(),
      describeFile(await vehicle(), picture),
    );
    expect(userErrors).toMatchObject([{ code: 'NOT_FOUND', field: ['input', 'vehicleId'] }]);
  });

  it.each([
    'mutation { upsertVehicle(input: { vehicle: { stockNumber: "X" } }) { vehicle { id } } }',
    'mutation { deleteMedia(input: { ids: ["x"] }) { deletedIds } }',
    'mutation { updateMedia(input: { id: "x" }) { media { id } } }',
    'mutation { createUploadToken(input: { vehicleId: "x" }) { token } }',
    'mutation { createApiKey(input: { name: "x", scopes: [VEHICLES_READ] }) { key } }',
    'mutation { logOut(input: {}) { userErrors { code } } }',
  ])('does nothing else: %s', async (document) => {
    expect(await codeOf(await tokenFor(), document)).toBe('FORBIDDEN');
  });

  it('sees and ends no upload of somebody else, and replaces nothing', async () => {
    const client = await tokenFor();
    const ofStaff = await ticketFor(north.staff, describeFile(vehicleId, picture));
    expect(await client.expect('{ openUploads { id } }')).toMatchObject({ openUploads: [] });
    const read = 'query ($id: ID!) { upload(id: $id) { id } node(id: $id) { id } }';
    expect(await client.expect(read, { id: ofStaff.id })).toEqual({ upload: null, node: null });
    const end = (id: string) =>
      client.expect(
        `mutation ($id: ID!) { cancelUpload(input: { uploadId: $id }) { userErrors { code } } }`,
        { id },
      );
    expect(await end(ofStaff.id)).toEqual(await end('nonsense'));
    expect(await completeUpload(client, ofStaff.id)).toMatchObject({
      userErrors: [{ code: 'NOT_FOUND' }],
    });
    const mediaId = await uploadPhoto(north.staff, vehicleId, picture);
    expect(
      await requestUpload(client, describeFile(vehicleId, picture, { replaceMediaId: mediaId })),
    ).toMatchObject({ upload: null, userErrors: [{ code: 'INVALID_INPUT' }] });
  });

  it('learns nothing of the files of other vehicles', async () => {
    const { bytes } = await photo({ width: 80, height: 48, seed: 2 });
    await uploadPhoto(north.staff, other, bytes);
    await expect
      .poll(async () => (await query('select count(*)::int n from media_jobs')).rows)
      .toEqual([{ n: 0 }]);
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    const { upload } = await requestUpload(
      await tokenFor(),
      describeFile(vehicleId, bytes, { sha256 }),
    );
    expect(upload?.status).toBe('AWAITING_BYTES');
    const staff = await requestUpload(north.staff, describeFile(vehicleId, bytes, { sha256 }));
    expect(staff.upload?.status).toBe('COMPLETED');
  });
});

describe('the number of uploads', () => {
  const used = async (id: string): Promise<unknown> =>
    (await query('select used_uploads from upload_tokens where id = $1', [decodeId(id)?.uuid]))
      .rows[0]?.['used_uploads'];

  it('is held to by 50 requests at once for the last one', async () => {
    const fresh = await addVehicle(north.staff);
    const { id, token } = await makeUploadToken(north.staff, fresh, 3);
    const client = page(token);
    for (let count = 0; count < 2; count++) await ticketFor(client, describeFile(fresh, picture));
    const answers = await Promise.all(
      Array.from({ length: 50 }, () => requestUpload(client, describeFile(fresh, picture))),
    );
    expect(answers.filter(({ upload }) => upload !== null)).toHaveLength(1);
    expect(
      answers.flatMap(({ userErrors }) => userErrors).map(({ code, limit }) => [code, limit]),
    ).toEqual(Array.from({ length: 49 }, () => ['QUOTA_EXCEEDED', 3]));
    expect(await used(id)).toBe(3);
  });

  it('counts those of one batch each, and gives what there is', async () => {
    const fresh = await addVehicle(north.staff);
    const client = await tokenFor(fresh, 2);
    const { requestUploads } = await client.expect<{
      requestUploads: { results: { upload: object | null }[] };
    }>(
      'mutation ($uploads: [RequestUploadInput!]!) { requestUploads(input: { uploads: $uploads }) { results { upload { id } userErrors { code } } } }',
      { uploads: Array.from({ length: 3 }, () => describeFile(fresh, picture)) },
    );
    expect(requestUploads.results.map(({ upload }) => upload !== null)).toEqual([
      true,
      true,
      false,
    ]);
  });

  it('counts a request that is sent again once, also with the next token', async () => {
    const fresh = await addVehicle(north.staff);
    const { id, token } = await makeUploadToken(north.staff, fresh, 1);
    const file = describeFile(fresh, picture, { idempotencyKey: uuid() });
    const first = await ticketFor(page(token), file);
    expect((await ticketFor(page(token), file)).id).toBe(first.id);
    expect(await used(id)).toBe(1);
    expect((await ticketFor(await tokenFor(fresh), file)).id).toBe(first.id);
  });

  it('does not count what was refused', async () => {
    const fresh = await addVehicle(north.staff);
    const { id, token } = await makeUploadToken(north.staff, fresh, 1);
    await requestUpload(page(token), describeFile(fresh, picture, { posterFor: 'x' }));
    expect(await used(id)).toBe(0);
  });
});

describe('an upload token is refused', () => {
  const isRefused = async (token: string): Promise<void> => {
    expect(await page(token).send('{ openUploads { id } }')).toMatchObject({
      errors: [
        {
          message: expect.stringContaining('This upload token'),
          extensions: { code: 'UNAUTHENTICATED' },
        },
      ],
    });
  };

  it('when it is mistyped', async () => {
    const { token } = await makeUploadToken(north.staff, vehicleId);
    await isRefused(`${token.slice(0, -1)}${token.endsWith('a') ? 'b' : 'a'}`);
  });

  it('once it is revoked', async () => {
    const { id, token } = await makeUploadToken(north.staff, vehicleId);
    expect(await revokeUploadToken(south.staff, id)).toMatchObject([{ code: 'NOT_FOUND' }]);
    expect(await codeOf(page(token), '{ openUploads { id } }')).toBe('OK');
    expect(await revokeUploadToken(north.staff, id)).toEqual([]);
    await isRefused(token);
  });

  it('when its time has come', async () => {
    const { id, token } = await makeUploadToken(north.staff, vehicleId);
    await query("update upload_tokens set expires_at = now() - interval '1 second' where id = $1", [
      decodeId(id)?.uuid,
    ]);
    await isRefused(token);
  });

  it('with the API key that made it', async () => {
    const { id, key } = await makeApiKey(north.staff, ['MEDIA_WRITE']);
    const { token } = await makeUploadToken(page(key), vehicleId);
    expect(await codeOf(page(token), '{ openUploads { id } }')).toBe('OK');
    await revokeApiKey(north.staff, id);
    await isRefused(token);
  });

  it('when who made it may not upload any more', async () => {
    const photographer = await server.dealership(PUBLIC_DEALERSHIP, 'PHOTOGRAPHER');
    const { token } = await makeUploadToken(photographer.staff, vehicleId);
    expect(await codeOf(page(token), '{ openUploads { id } }')).toBe('OK');
    await query(
      "update memberships set role = 'VIEWER' where user_id = (select id from users where email = $1)",
      [photographer.email],
    );
    await isRefused(token);
  });
});

describe('a new upload token', () => {
  it('is good for 15 minutes, and told again to the same request alone', async () => {
    const input = { vehicleId, idempotencyKey: uuid() };
    const first = await askForUploadToken(north.staff, input);
    expect(first.token).toMatch(/^fcu_[0-9A-Za-z]{49}$/);
    expect(await askForUploadToken(north.staff, input)).toEqual(first);
    const { rows } = await query(
      'select extract(epoch from expires_at - created_at)::int seconds, max_uploads from upload_tokens where id = $1',
      [decodeId(first.uploadToken?.id ?? '')?.uuid],
    );
    expect(rows).toEqual([{ seconds: 900, max_uploads: 20 }]);
  });

  it.each([
    ['maxUploads', 0],
    ['maxUploads', 101],
    ['expiresInSeconds', 59],
    ['expiresInSeconds', 86_401],
  ])('has no %s of %i', async (field, value) => {
    expect(await askForUploadToken(north.staff, { vehicleId, [field]: value })).toMatchObject({
      token: null,
      userErrors: [{ code: 'INVALID_INPUT', field: ['input', field] }],
    });
  });

  it('is for a vehicle that is there', async () => {
    const foreign = await askForUploadToken(south.staff, { vehicleId });
    expect(foreign).toMatchObject({ token: null, userErrors: [{ code: 'NOT_FOUND' }] });
    expect(await askForUploadToken(south.staff, { vehicleId: 'nonsense' })).toEqual(foreign);
  });

  it('needs MEDIA_WRITE of a key, and more than looking of a person', async () => {
    const document =
      'mutation ($id: ID!) { createUploadToken(input: { vehicleId: $id }) { token } }';
    const { key } = await makeApiKey(north.staff, ['VEHICLES_READ', 'VEHICLES_WRITE']);
    expect(await codeOf(page(key), document, { id: vehicleId })).toBe('FORBIDDEN');
    const viewer = await server.dealership(PUBLIC_DEALERSHIP, 'VIEWER');
    expect(await codeOf(viewer.staff, document, { id: vehicleId })).toBe('FORBIDDEN');
  });
});

it('completes what was sent with a token whose page has gone', async () => {
  const fresh = await addVehicle(north.staff);
  const ticket = await ticketFor(await tokenFor(fresh), describeFile(fresh, picture));
  await put(ticket.target, picture);
  await query('update upload_tokens set expires_at = now()');
  await query("update uploads set bytes_seen_at = now() - interval '1 hour' where id = $1", [
    decodeId(ticket.id)?.uuid,
  ]);
  const { uploads: limits } = loadConfig({ NODE_ENV: 'test', APP_SECRET: 'x'.repeat(32) });
  const { db, storage } = server.app;
  await createUploads(db, storage, limits, createLog('silent')).adopt();
  const read = 'query ($id: ID!) { upload(id: $id) { status } }';
  expect(await north.staff.expect(read, { id: ticket.id })).toEqual({
    upload: { status: 'COMPLETED' },
  });
});
