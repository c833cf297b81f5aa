import { v4 as uuid } from 'uuid';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  addVehicle,
  describeFile,
  put,
  requestUpload,
  ticketFor,
  uploadPhoto,
} from '../../test/gallery.ts';
import { GraphQLClient, type GraphQLAnswer } from '../../test/graphql-client.ts';
import { askForApiKey, makeApiKey, revokeApiKey } from '../../test/keys.ts';
import { eventsUntil, followBySse, followByWebSocket } from '../../test/live-client.ts';
import { photo } from '../../test/pictures.ts';
import {
  PUBLIC_DEALERSHIP,
  startServer,
  type TestDealership,
  type TestServer,
} from '../../test/server.ts';
import { ApiScope } from '../../generated/prisma/enums.ts';
import { loadConfig } from '../config.ts';
import { createLog } from '../log.ts';
import { decodeId } from '../node-id.ts';
import { createUploads } from '../uploads/uploads.ts';
import { createToldOnce } from './told-once.ts';
import { createApiKeys } from './api-keys.ts';
import { hashOf } from './key-text.ts';

let server: TestServer;
let north: TestDealership;
let south: TestDealership;
let draft: string;
let picture: Buffer;

beforeAll(async () => {
  server = await startServer({ env: { HOUSEKEEPING_SECONDS: '3600' } });
  north = await server.dealership(PUBLIC_DEALERSHIP);
  south = await server.dealership('south');
  draft = await addVehicle(north.staff, { status: 'DRAFT' });
  picture = (await photo({ width: 64, height: 48, seed: 1 })).bytes;
});
afterAll(() => server.stop());

const withKey = (key: string): GraphQLClient => new GraphQLClient(server.url, key);

async function keyed(...scopes: ApiScope[]): Promise<GraphQLClient> {
  return withKey((await makeApiKey(north.staff, scopes)).key);
}

const codeOf = ({ errors }: GraphQLAnswer<unknown>): string =>
  errors?.[0]?.extensions?.code ?? 'OK';

const query = (text: string, values: unknown[] = []) =>
  server.app.db.pool.query<Record<string, unknown>>(text, values);

const READ = 'query ($id: ID!) { vehicle(id: $id) { id status } }';

describe('a new API key', () => {
  it('is shown once, and kept as a hash', async () => {
    const { apiKey, key } = await askForApiKey(north.staff, {
      name: '  Inventory ',
      scopes: ['VEHICLES_READ', 'MEDIA_WRITE', 'VEHICLES_READ'],
    });
    expect(key).toMatch(new RegExp(`^${apiKey?.prefix}_[0-9A-Za-z]{49}$`));
    const { rows } = await query('select * from api_keys where prefix = $1', [apiKey?.prefix]);
    expect(rows[0]).toMatchObject({
      name: 'Inventory',
      hash: hashOf(key ?? ''),
      scopes: '{VEHICLES_READ,MEDIA_WRITE}',
    });
    expect(JSON.stringify(rows)).not.toContain(key);
  });

  it('is told again to the same request alone', async () => {
    const input = { name: 'Feed', scopes: ['VEHICLES_READ'], idempotencyKey: uuid() };
    const first = await askForApiKey(north.staff, input);
    expect(first.key).toEqual(expect.any(String));
    expect(await askForApiKey(north.staff, input)).toEqual(first);
    const other = await askForApiKey(north.staff, { ...input, idempotencyKey: uuid() });
    expect(other.key).not.toBe(first.key);
    const { rows } = await query('select results::text from idempotency_keys where key = $1', [
      input.idempotencyKey,
    ]);
    const secret = first.key?.split('_')[2] ?? '';
    expect(JSON.stringify(rows)).not.toContain(secret.slice(0, 43));
  });

  it('is not made up anew once the secret of the server has changed', async () => {
    const { prisma } = server.app.db;
    const { userId } = await prisma.membership.findFirstOrThrow({
      where: { dealershipId: north.uuid },
    });
    const owner = {
      kind: 'staff' as const,
      dealershipId: north.uuid,
      actorId: userId,
      userId,
      sessionId: userId,
      name: 'Owner',
      role: 'OWNER' as const,
      expiresAt: new Date(8.64e15),
    };
    const key = {
      dealershipId: north.uuid,
      actorId: userId,
      key: uuid(),
      mutation: 'createApiKey',
      inputHash: '0'.repeat(64),
      part: '',
    };
    const input = { name: 'Feed', scopes: ['VEHICLES_READ' as const], expiresAt: null };
    const keysWith = (secret: string) =>
      createApiKeys(server.app.db, createToldOnce(Buffer.from(secret.padEnd(32))));
    const first = await keysWith('before').create(owner, input, key);
    expect(first.text).toEqual(expect.any(String));
    expect(await keysWith('after').create(owner, input, key)).toEqual({ id: first.id, text: null });
  });

  it.each([
    ['a name', { name: ' ', scopes: ['VEHICLES_READ'] }, 'name'],
    ['a scope', { name: 'x', scopes: [] }, 'scopes'],
    [
      'a time to come',
      { name: 'x', scopes: ['VEHICLES_READ'], expiresAt: '2020-01-01T00:00:00Z' },
      'expiresAt',
    ],
  ])('needs %s', async (_, input, field) => {
    expect(await askForApiKey(north.staff, input)).toMatchObject({
      apiKey: null,
      key: null,
      userErrors: [{ code: 'INVALID_INPUT', field: ['input', field] }],
    });
  });

  it('is one of a hundred at most, of which those that are revoked are none', async () => {
    const shop = await server.dealership('many-keys');
    await query(
      `insert into api_keys (id, dealership_id, name, prefix, hash, scopes)
        select gen_random_uuid(), $1, 'x', 'many' || n, 'many' || n, '{VEHICLES_READ}' from generate_series(1, 99) n`,
      [shop.uuid],
    );
    const ask = () => askForApiKey(shop.staff, { name: 'x', scopes: ['VEHICLES_READ'] });
    const answers = await Promise.all([ask(), ask(), ask()]);
    const made = answers.flatMap(({ apiKey }) => apiKey ?? []);
    expect(made).toHaveLength(1);
    expect(answers.flatMap(({ userErrors }) => userErrors)).toMatchObject([
      { __typename: 'QuotaExceededError' },
      { __typename: 'QuotaExceededError' },
    ]);
    expect(await revokeApiKey(shop.staff, made[0]?.id ?? '')).toEqual([]);
    expect((await ask()).key).toEqual(expect.any(String));
  });

  it.each(['PHOTOGRAPHER', 'VIEWER'] as const)(
    'is none that a %s can make or see',
    async (role) => {
      const member = await server.dealership('roles', role);
      const answer = await member.staff.send(
        'mutation { createApiKey(input: { name: "x", scopes: [VEHICLES_READ] }) { key } }',
      );
      expect(codeOf(answer)).toBe('FORBIDDEN');
      expect(await member.staff.expect('{ dealership { apiKeys { id } } }')).toEqual({
        dealership: { apiKeys: null },
      });
    },
  );

  it('is none that a key can make, whatever its scopes', async () => {
    const client = await keyed(...Object.values(ApiScope));
    for (const document of [
      'mutation { createApiKey(input: { name: "x", scopes: [VEHICLES_READ] }) { key } }',
      `mutation { revokeApiKey(input: { id: "${draft}" }) { userErrors { code } } }`,
    ]) {
      expect(await client.send(document)).toMatchObject({
        errors: [
          { message: expect.stringContaining('No API key may'), extensions: { code: 'FORBIDDEN' } },
        ],
      });
    }
    expect(await client.expect('{ dealership { apiKeys { id } } }')).toEqual({
      dealership: { apiKeys: null },
    });
  });
});

describe('an API key', () => {
  it('says who it is', async () => {
    const client = await keyed('MEDIA_WRITE');
    const { viewer } = await client.expect<{ viewer: object }>(
      '{ viewer { user { id } role rights expiresAt dealership { slug } } }',
    );
    expect(viewer).toEqual({
      user: null,
      role: null,
      rights: ['READ_POLICY', 'UPLOAD', 'EDIT_MEDIA', 'ISSUE_UPLOAD_TOKENS'],
      expiresAt: null,
      dealership: { slug: PUBLIC_DEALERSHIP },
    });
  });

  it('reads drafts with VEHICLES_READ, and what is public of its dealership without', async () => {
    const published = await addVehicle(north.staff);
    const reader = await keyed('VEHICLES_READ');
    const writer = await keyed('MEDIA_WRITE');
    expect(await reader.expect(READ, { id: draft })).toMatchObject({
      vehicle: { status: 'DRAFT' },
    });
    expect(await writer.expect(READ, { id: draft })).toEqual({ vehicle: null });
    expect(await writer.expect(READ, { id: published })).toMatchObject({
      vehicle: { id: published },
    });
  });

  it('sees nothing of another dealership', async () => {
    const foreign = await addVehicle(south.staff);
    const client = await keyed(...Object.values(ApiScope));
    expect(await client.expect(READ, { id: foreign })).toEqual({ vehicle: null });
    const { userErrors } = await requestUpload(client, describeFile(foreign, picture));
    expect(userErrors).toMatchObject([{ code: 'NOT_FOUND' }]);
  });

  it.each<[string, ApiScope, string]>([
    [
      'VEHICLES_WRITE',
      'VEHICLES_WRITE',
      'mutation { upsertVehicle(input: { vehicle: { stockNumber: "K-1" } }) { vehicle { id } userErrors { code } } }',
    ],
    [
      'MEDIA_WRITE',
      'MEDIA_WRITE',
      'mutation { deleteMedia(input: { ids: ["x"] }) { deletedIds userErrors { code } } }',
    ],
    ['MEDIA_WRITE for uploads', 'MEDIA_WRITE', '{ openUploads { id } }'],
  ])('needs the scope %s, and is told so', async (_, scope, document) => {
    const others = Object.values(ApiScope).filter((other) => other !== scope);
    expect(await (await keyed(...others)).send(document)).toMatchObject({
      errors: [{ message: expect.stringContaining(scope), extensions: { code: 'FORBIDDEN' } }],
    });
    expect(codeOf(await (await keyed(scope)).send(document))).toBe('OK');
  });

  it('sees usage and limits with ACCOUNT_READ', async () => {
    const document =
      '{ dealership { storageUsage { limitBytes } uploadPolicy { maxImageBytes } } }';
    expect(await (await keyed('ACCOUNT_READ')).expect(document)).toMatchObject({
      dealership: { storageUsage: {}, uploadPolicy: {} },
    });
    expect(await (await keyed('VEHICLES_READ')).expect(document)).toEqual({
      dealership: { storageUsage: null, uploadPolicy: null },
    });
  });

  it('uploads, and what it left behind is completed as long as it is in force', async () => {
    const vehicleId = await addVehicle(north.staff);
    await uploadPhoto(await keyed('MEDIA_WRITE'), vehicleId, picture);
    const [kept, revoked] = await Promise.all(
      [0, 1].map(() => makeApiKey(north.staff, ['MEDIA_WRITE'])),
    );
    const tickets: string[] = [];
    for (const made of [kept, revoked]) {
      const ticket = await ticketFor(withKey(made?.key ?? ''), describeFile(vehicleId, picture));
      tickets.push(ticket.id);
      await put(ticket.target, picture);
    }
    await revokeApiKey(north.staff, revoked?.id ?? '');
    const { db, storage } = server.app;
    const { uploads: limits } = loadConfig({ NODE_ENV: 'test', APP_SECRET: 'x'.repeat(32) });
    await createUploads(db, storage, { ...limits, adoptSeconds: 0 }, createLog('silent')).adopt();
    const read = (name: string, id = '') => `${name}: upload(id: "${id}") { status }`;
    expect(
      await north.staff.expect(`{ ${read('kept', tickets[0])} ${read('revoked', tickets[1])} }`),
    ).toEqual({ kept: { status: 'COMPLETED' }, revoked: { status: 'AWAITING_BYTES' } });
  });

  it('travels in the connectionParams of a WebSocket too', async () => {
    const { key, id } = await makeApiKey(north.staff, ['VEHICLES_READ']);
    const live = followByWebSocket({ url: server.url, token: key, vehicleId: draft, after: 'x' });
    await eventsUntil(live, ({ __typename }) => __typename === 'MediaStreamReset');
    live.cut();
    await revokeApiKey(north.staff, id);
    const refused = followByWebSocket({ url: server.url, token: key, vehicleId: draft });
    await expect(refused.events.next()).rejects.toMatchObject({
      code: 4403,
      reason: expect.stringContaining('This API key'),
    });
  });
});

describe('an API key is refused', () => {
  const isRefused = async (key: string): Promise<void> => {
    const answer = await withKey(key).send('{ vehicles(first: 1) { totalCount } }');
    expect(codeOf(answer)).toBe('UNAUTHENTICATED');
    expect(answer.errors?.[0]?.message).toContain('This API key is');
  };

  it('when it is mistyped or nobody’s', async () => {
    const { key } = await makeApiKey(north.staff, ['VEHICLES_READ']);
    await isRefused(`${key.slice(0, -1)}${key.endsWith('a') ? 'b' : 'a'}`);
    await isRefused('fck_');
    await isRefused("fck_x' or true --");
  });

  it('from the moment on that it is revoked, for good', async () => {
    const { id, key } = await makeApiKey(north.staff, ['VEHICLES_READ']);
    expect(codeOf(await withKey(key).send(READ, { id: draft }))).toBe('OK');
    expect(await revokeApiKey(north.staff, id)).toEqual([]);
    await isRefused(key);
    expect(await revokeApiKey(north.staff, id)).toEqual([]);
    await isRefused(key);
  });

  it('when its time has come', async () => {
    const expiresAt = new Date(Date.now() + 3_600_000).toISOString();
    const { key } = await makeApiKey(north.staff, ['VEHICLES_READ'], expiresAt);
    expect(codeOf(await withKey(key).send(READ, { id: draft }))).toBe('OK');
    await query("update api_keys set expires_at = now() - interval '1 second' where hash = $1", [
      hashOf(key),
    ]);
    await isRefused(key);
  });

  it('to whoever is of another dealership, like one that is not there', async () => {
    const { id, key } = await makeApiKey(north.staff, ['VEHICLES_READ']);
    const foreign = await revokeApiKey(south.staff, id);
    expect(foreign).toMatchObject([{ code: 'NOT_FOUND' }]);
    expect(await revokeApiKey(south.staff, 'nonsense')).toEqual(foreign);
    expect(codeOf(await withKey(key).send(READ, { id: draft }))).toBe('OK');
    expect(await south.staff.expect('query ($id: ID!) { node(id: $id) { id } }', { id })).toEqual({
      node: null,
    });
  });
});

describe('the list of API keys', () => {
  it('shows those in force, by whom, and when they were last used', async () => {
    const shop = await server.dealership('lists');
    const list = async () => {
      const { dealership } = await shop.staff.expect<{
        dealership: { apiKeys: { id: string; lastUsedAt: string | null }[] };
      }>('{ dealership { apiKeys { id lastUsedAt createdBy { name } } } }');
      return dealership.apiKeys;
    };
    const first = await makeApiKey(shop.staff, ['VEHICLES_READ']);
    const second = await makeApiKey(shop.staff, ['VEHICLES_READ']);
    const third = await makeApiKey(shop.staff, ['VEHICLES_READ']);
    await revokeApiKey(shop.staff, second.id);
    expect(await list()).toEqual(
      [third, first].map(({ id }) => ({ id, lastUsedAt: null, createdBy: { name: 'lists' } })),
    );
    await withKey(first.key).expect('{ __typename }');
    expect((await list())[1]?.lastUsedAt).toEqual(expect.any(String));
  });

  it('writes the last use down every 30 seconds', async () => {
    const { key } = await makeApiKey(north.staff, ['VEHICLES_READ']);
    const lastUse = async () =>
      (await query('select last_used_at from api_keys where hash = $1', [hashOf(key)])).rows[0]?.[
        'last_used_at'
      ];
    await withKey(key).expect('{ __typename }');
    const first = await lastUse();
    await withKey(key).expect('{ __typename }');
    expect(await lastUse()).toEqual(first);
    await query(
      "update api_keys set last_used_at = now() - interval '31 seconds' where hash = $1",
      [hashOf(key)],
    );
    const before = await lastUse();
    await withKey(key).expect('{ __typename }');
    expect(await lastUse()).not.toEqual(before);
  });
});

it('is in the audit log with its name, and without its secret', async () => {
  const { id, key } = await makeApiKey(north.staff, ['VEHICLES_READ', 'MEDIA_WRITE']);
  await revokeApiKey(north.staff, id);
  await revokeApiKey(north.staff, id);
  const { rows } = await query(
    `select action, actor_kind, subject_kind, details from audit_entries
      where subject_id = $1 order by at`,
    [decodeId(id)?.uuid],
  );
  expect(rows).toEqual([
    {
      action: 'API_KEY_CREATED',
      actor_kind: 'USER',
      subject_kind: 'API_KEY',
      details: { name: 'A program', scopes: 'VEHICLES_READ MEDIA_WRITE' },
    },
    {
      action: 'API_KEY_REVOKED',
      actor_kind: 'USER',
      subject_kind: 'API_KEY',
      details: { name: 'A program' },
    },
  ]);
  expect(JSON.stringify(rows)).not.toContain(key.slice(0, 12));
});

it('ends a live stream when its key is revoked', async () => {
  const { id, key } = await makeApiKey(north.staff, ['VEHICLES_READ']);
  const vehicleId = await addVehicle(north.staff, { status: 'DRAFT' });
  const mediaId = await uploadPhoto(north.staff, vehicleId, picture);
  const live = followBySse({ url: server.url, token: key, vehicleId, after: 'x' });
  await eventsUntil(live, ({ __typename }) => __typename === 'MediaStreamReset');
  await revokeApiKey(north.staff, id);
  let ended = false;
  const end = (async () => {
    while (!(await live.events.next()).done);
    ended = true;
  })();
  await expect
    .poll(async () => {
      await north.staff.expect(
        'mutation ($id: ID!, $alt: String) { updateMedia(input: { id: $id, alt: $alt }) { userErrors { code } } }',
        { id: mediaId, alt: `${performance.now()}` },
      );
      return ended;
    })
    .toBe(true);
  await end;
});
