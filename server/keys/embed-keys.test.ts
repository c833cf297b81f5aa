import { createClient } from 'graphql-ws';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import WebSocket from 'ws';
import { addVehicle, uploadPhoto } from '../../test/gallery.ts';
import { GraphQLClient, type GraphQLAnswer } from '../../test/graphql-client.ts';
import { makeApiKey, makeEmbedKey, updateEmbedKey } from '../../test/keys.ts';
import { photo } from '../../test/pictures.ts';
import {
  PUBLIC_DEALERSHIP,
  startServer,
  type TestDealership,
  type TestServer,
} from '../../test/server.ts';

import { newEmbedKey } from './key-text.ts';

const SITE = 'https://www.dealer.example';

let server: TestServer;
let north: TestDealership;
let south: TestDealership;
let published: string;
let draft: string;
let ofNorth: string;
/** For pages of any origin, and for those of one. */
let open: string;
let closed: string;

beforeAll(async () => {
  server = await startServer();
  north = await server.dealership(PUBLIC_DEALERSHIP);
  south = await server.dealership('south');
  published = await addVehicle(south.staff, { stockNumber: 'S-1' });
  draft = await addVehicle(south.staff, { status: 'DRAFT' });
  ofNorth = await addVehicle(north.staff);
  open = (await makeEmbedKey(south.staff)).key;
  closed = (await makeEmbedKey(south.staff, [SITE])).key;
});
afterAll(() => server.stop());

const READ = 'query ($id: ID!) { vehicle(id: $id) { id } viewer { rights } }';

type Answer = GraphQLAnswer<{ vehicle: object | null; viewer: object | null }>;

async function post(
  headers: Record<string, string>,
  query = READ,
  variables: object = { id: published },
): Promise<Answer> {
  const response = await fetch(`${server.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ query, variables }),
  });
  const { data, errors } = (await response.json()) as Answer;
  return { ...(data !== undefined && { data }), ...(errors && { errors }) };
}

function get(parameters: Record<string, string>, headers = {}): Promise<Response> {
  const search = new URLSearchParams({
    query: READ,
    variables: JSON.stringify({ id: published }),
    ...parameters,
  });
  return fetch(`${server.url}/graphql?${search}`, { headers });
}

/** What one operation over a WebSocket gives; rejects when the socket is closed. */
async function overSocket(
  connectionParams: Record<string, unknown>,
  headers: Record<string, string> = {},
  query = '{ vehicles(first: 10) { nodes { id } } }',
): Promise<unknown> {
  class Page extends WebSocket {
    constructor(address: string, protocol: string) {
      super(address, protocol, { headers });
    }
  }
  const client = createClient({
    url: `${server.url.replace(/^http/, 'ws')}/graphql`,
    webSocketImpl: Page,
    retryAttempts: 0,
    connectionParams,
  });
  try {
    for await (const { data } of client.iterate({ query })) return { data };
    return null;
  } finally {
    await client.dispose();
  }
}

const SEEN = { data: { vehicle: { id: expect.any(String) }, viewer: null } };
const REFUSED = {
  errors: [
    { message: expect.stringContaining('embed key'), extensions: { code: 'UNAUTHENTICATED' } },
  ],
};

describe('an embed key', () => {
  it('reads what its dealership has published, and nothing else', async () => {
    const headers = { 'x-embed-key': open };
    expect(await post(headers)).toMatchObject(SEEN);
    expect(await post(headers, READ, { id: draft })).toMatchObject({ data: { vehicle: null } });
    expect(await post(headers, READ, { id: ofNorth })).toMatchObject({ data: { vehicle: null } });
    expect(
      await post(
        headers,
        '{ vehicles { nodes { id } } dealership { slug storageUsage { limitBytes } embedKeys { id } } }',
      ),
    ).toEqual({
      data: {
        vehicles: { nodes: [{ id: published }] },
        dealership: { slug: 'south', storageUsage: null, embedKeys: null },
      },
    });
  });

  it('travels in a header, in the address of a GET, and in connectionParams', async () => {
    expect(await post({ 'x-embed-key': open })).toMatchObject(SEEN);
    expect(await (await get({ key: open })).json()).toMatchObject(SEEN);
    const list = { data: { vehicles: { nodes: [{ id: published }] } } };
    expect(await overSocket({ embedKey: open })).toEqual(list);
  });

  it('makes a visitor of whoever shows it, whatever is shown beside it', async () => {
    const { key } = await makeApiKey(south.staff, ['VEHICLES_READ', 'VEHICLES_WRITE']);
    for (const token of [south.token, north.token, key, 'nonsense']) {
      const headers = { 'x-embed-key': open, authorization: `Bearer ${token}` };
      expect(await post(headers), token).toMatchObject(SEEN);
      expect(await post(headers, READ, { id: draft })).toMatchObject({ data: { vehicle: null } });
      const list = { data: { vehicles: { nodes: [{ id: published }] } } };
      expect(await overSocket({ embedKey: open, token })).toEqual(list);
    }
  });

  it.each([
    [
      'a vehicle',
      'mutation { upsertVehicle(input: { vehicle: { stockNumber: "X" } }) { vehicle { id } } }',
    ],
    [
      'a session',
      'mutation { logIn(input: { email: "a@b.example", password: "x" }) { session { token } } }',
    ],
    ['an embed key', 'mutation { createEmbedKey(input: { name: "x" }) { embedKey { id } } }'],
  ])('writes nothing: no %s', async (_, document) => {
    for (const authorization of ['', `Bearer ${south.token}`]) {
      const headers = { 'x-embed-key': open, ...(authorization && { authorization }) };
      expect(await post(headers, document, {})).toEqual({
        errors: [
          expect.objectContaining({
            message: expect.stringContaining('An embed key only reads'),
            extensions: expect.objectContaining({ code: 'FORBIDDEN' }),
          }),
        ],
      });
    }
  });

  it.each([
    ['mistyped', () => `${open.slice(0, -1)}${open.endsWith('a') ? 'b' : 'a'}`],
    ['empty', () => ''],
    ['nonsense', () => 'pk_1'],
    ['nobody’s', newEmbedKey],
  ])('that is %s is refused, and never the public dealership’s instead', async (_, wrong) => {
    expect(await post({ 'x-embed-key': wrong() }, READ, { id: ofNorth })).toMatchObject(REFUSED);
    expect(await (await get({ key: wrong() })).json()).toMatchObject(REFUSED);
    await expect(overSocket({ embedKey: wrong() })).rejects.toMatchObject({ code: 4403 });
  });

  it('that is no text is refused', async () => {
    await expect(overSocket({ embedKey: 1 })).rejects.toMatchObject({ code: 4403 });
    expect(await overSocket({ embedKey: null })).toEqual({
      data: { vehicles: { nodes: [{ id: ofNorth }] } },
    });
  });

  it('is refused in the address of a POST, and beside another one', async () => {
    const response = await fetch(`${server.url}/graphql?key=${open}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query: '{ __typename }' }),
    });
    expect(await response.json()).toMatchObject({
      errors: [{ extensions: { code: 'UNAUTHENTICATED' } }],
    });
    const two = await get({ key: open }, { 'x-embed-key': closed, origin: SITE });
    expect(await two.json()).toMatchObject({
      errors: [{ extensions: { code: 'UNAUTHENTICATED' } }],
    });
    expect(await (await get({ key: open }, { 'x-embed-key': open })).json()).toMatchObject(SEEN);
  });

  it('is no token', async () => {
    expect(await new GraphQLClient(server.url, open).send('{ __typename }')).toMatchObject({
      errors: [
        {
          message: expect.stringContaining('X-Embed-Key'),
          extensions: { code: 'UNAUTHENTICATED' },
        },
      ],
    });
  });

  it('is made, changed and revoked by its own dealership alone', async () => {
    const { id } = await makeEmbedKey(south.staff);
    const foreign = await updateEmbedKey(north.staff, 'update', { id, origins: [] });
    expect(foreign).toMatchObject([{ code: 'NOT_FOUND' }]);
    expect(await updateEmbedKey(north.staff, 'update', { id: 'x', origins: [] })).toEqual(foreign);
    expect(await updateEmbedKey(north.staff, 'revoke', { id })).toMatchObject([
      { code: 'NOT_FOUND' },
    ]);
    expect(await north.staff.expect('query ($id: ID!) { node(id: $id) { id } }', { id })).toEqual({
      node: null,
    });
    await updateEmbedKey(south.staff, 'revoke', { id });
  });

  it('is refused once it is revoked, and is in no list', async () => {
    const { id, key } = await makeEmbedKey(south.staff);
    expect(await post({ 'x-embed-key': key })).toMatchObject(SEEN);
    expect(await updateEmbedKey(south.staff, 'revoke', { id })).toEqual([]);
    expect(await updateEmbedKey(south.staff, 'revoke', { id })).toEqual([]);
    expect(await post({ 'x-embed-key': key })).toMatchObject(REFUSED);
    expect(await updateEmbedKey(south.staff, 'update', { id, origins: [] })).toMatchObject([
      { code: 'NOT_FOUND' },
    ]);
    const { dealership } = await south.staff.expect<{
      dealership: { embedKeys: { key: string }[] };
    }>('{ dealership { embedKeys { key } } }');
    expect(dealership.embedKeys.map((one) => one.key)).toEqual([closed, open]);
  });
});

describe('an embed key of one origin', () => {
  it.each([
    ['in Origin', { origin: SITE }],
    ['in the Referer alone', { referer: `${SITE}/cars/1?x` }],
  ])('is for pages that say it %s', async (_, headers) => {
    expect(await post({ 'x-embed-key': closed, ...headers })).toMatchObject(SEEN);
    expect(await (await get({ key: closed }, headers)).json()).toMatchObject(SEEN);
  });

  it.each([
    ['of another', { origin: 'https://www.dealer.example.evil.example' }],
    ['of no', { origin: 'null', referer: `${SITE}/` }],
    ['that say nothing of their', {}],
  ])('is not for pages %s origin', async (_, headers) => {
    expect(await post({ 'x-embed-key': closed, ...headers })).toMatchObject(REFUSED);
    expect(await (await get({ key: closed }, headers)).json()).toMatchObject(REFUSED);
  });

  it('holds WebSockets to it', async () => {
    expect(await overSocket({ embedKey: closed }, { origin: SITE })).toMatchObject({ data: {} });
    for (const headers of [{ origin: 'https://evil.example' }, {}] as Record<string, string>[]) {
      await expect(overSocket({ embedKey: closed }, headers)).rejects.toMatchObject({ code: 4403 });
    }
  });

  it('lets others in from the moment on that they are added', async () => {
    const { id, key } = await makeEmbedKey(south.staff, [SITE]);
    const headers = { 'x-embed-key': key, origin: 'https://shop.dealer.example' };
    expect(await post(headers)).toMatchObject(REFUSED);
    const origins = [SITE, 'https://*.dealer.example'];
    expect(await updateEmbedKey(south.staff, 'update', { id, origins })).toEqual([]);
    expect(await post(headers)).toMatchObject(SEEN);
    expect(
      await updateEmbedKey(south.staff, 'update', { id, origins: ['nonsense'] }),
    ).toMatchObject([{ code: 'INVALID_INPUT', field: ['input', 'origins', '0'] }]);
    await updateEmbedKey(south.staff, 'revoke', { id });
  });
});

describe('caches', () => {
  it('keep the answers of two keys, and of pages of two origins, apart', async () => {
    const kept = async (key: string, headers = {}) => {
      const response = await get({ key }, headers);
      await response.arrayBuffer();
      return [response.headers.get('cache-control'), response.headers.get('vary')];
    };
    const vary = 'authorization, x-embed-key, accept';
    expect(await kept(open)).toEqual(['public, max-age=2', vary]);
    expect(await kept(closed, { origin: SITE })).toEqual([
      'public, max-age=2',
      `${vary}, origin, referer`,
    ]);
    expect((await kept(closed, { origin: 'https://evil.example' }))[0]).toBe('no-store');
  });
});

describe('a static manifest', () => {
  const manifest = (id: string, key?: string, headers = {}) =>
    fetch(`${server.url}/embed/vehicles/${id}.json${key === undefined ? '' : `?key=${key}`}`, {
      headers,
    });

  it('is had with the key of its dealership, for pages that the key is for', async () => {
    const { bytes } = await photo({ width: 64, height: 48, seed: 1 });
    await uploadPhoto(south.staff, published, bytes);
    expect((await manifest(published)).status).toBe(404);
    expect((await manifest(published, open)).status).toBe(200);
    expect((await manifest(published, closed, { origin: SITE })).status).toBe(200);
    expect((await manifest(published, closed)).status).toBe(401);
    expect((await manifest(published, 'nonsense')).status).toBe(401);
    expect((await manifest(ofNorth, open)).status).toBe(404);
    const response = await manifest(draft, open);
    expect([response.status, response.headers.get('vary')]).toEqual([
      404,
      'x-embed-key, origin, referer',
    ]);
  });
});
