import { request } from 'node:http';
import { v7 as uuid } from 'uuid';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { addVehicle, describeFile } from '../../test/gallery.ts';
import {
  PUBLIC_DEALERSHIP,
  startServer,
  type TestDealership,
  type TestServer,
} from '../../test/server.ts';

let server: TestServer;
let north: TestDealership;
let vehicleId: string;
beforeAll(async () => {
  server = await startServer();
  north = await server.dealership(PUBLIC_DEALERSHIP);
  vehicleId = await addVehicle(north.staff, { model: 'Strada' });
});
afterAll(() => server.stop());

interface Answered {
  status: number | undefined;
  /** But those of the moment and of the length. */
  headers: Record<string, unknown>;
  said: unknown;
}

/** Directly when it is plain JSON; otherwise through Yoga's Request. */
function ask(
  contentType: 'application/json' | 'application/graphql+json',
  body: object,
  headers: Record<string, string> = {},
): Promise<Answered> {
  return new Promise((resolve, reject) => {
    const sent = request(
      `${server.url}/graphql`,
      { method: 'POST', headers: { 'content-type': contentType, ...headers } },
      (res) => {
        const chunks: Buffer[] = [];
        res.on('data', (chunk: Buffer) => chunks.push(chunk));
        res.once('end', () => {
          const {
            date: _,
            'content-length': __,
            'transfer-encoding': ___,
            ...others
          } = res.headers;
          resolve({
            status: res.statusCode,
            headers: others,
            said: JSON.parse(Buffer.concat(chunks).toString()),
          });
        });
      },
    );
    sent.once('error', reject);
    sent.end(JSON.stringify(body));
  });
}

const TITLE = `mutation ($stockNumber: String!, $model: String) {
  upsertVehicle(input: { vehicle: { stockNumber: $stockNumber, model: $model } }) { vehicle { model } userErrors { code field } } }`;
const NODE = 'query ($id: ID!) { node(id: $id) { __typename id } }';

describe('a request in plain JSON whose document was executed before', () => {
  const cases: [string, () => object, () => Record<string, string>][] = [
    ['a query', () => ({ query: NODE, variables: { id: vehicleId } }), () => ({})],
    ['a query with a variable too few', () => ({ query: NODE, variables: {} }), () => ({})],
    [
      'a variable of another type',
      () => ({ query: NODE, variables: { id: { a: 1 } } }),
      () => ({ accept: 'application/graphql-response+json' }),
    ],
    [
      'half of a character in a text',
      () => ({ query: NODE, variables: { id: '\ud800' } }),
      () => ({}),
    ],
    [
      'a mutation of nobody',
      () => ({ query: TITLE, variables: { stockNumber: 'S-1', model: 'x' } }),
      () => ({}),
    ],
    [
      'a mutation with a token that is none',
      () => ({ query: TITLE, variables: { stockNumber: 'S-1', model: 'x' } }),
      () => ({ authorization: 'Bearer fk_nothing' }),
    ],
    [
      'a mutation that is refused',
      () => ({ query: TITLE, variables: { stockNumber: 'S-1', model: 'm'.repeat(5_000) } }),
      () => ({ authorization: `Bearer ${north.token}` }),
    ],
    [
      'a mutation',
      () => ({ query: TITLE, variables: { stockNumber: 'S-1', model: 'Tipo' } }),
      () => ({ authorization: `Bearer ${north.token}` }),
    ],
    [
      'a type that no answer has',
      () => ({ query: NODE, variables: { id: vehicleId } }),
      () => ({ accept: 'application/graphql-response+json, application/json;q=0.5' }),
    ],
  ];
  beforeAll(async () => {
    const headers = { authorization: `Bearer ${north.token}` };
    await ask(
      'application/json',
      { query: TITLE, variables: { stockNumber: 'S-1', model: 'a' } },
      headers,
    );
    await ask('application/json', { query: NODE, variables: { id: vehicleId } });
  });

  it.each(cases)('is answered as all others are: %s', async (_, body, headers) => {
    const directly = await ask('application/json', body(), headers());
    const through = await ask('application/graphql+json', body(), headers());
    expect(directly).toEqual(through);
    expect(directly.status).toBeTypeOf('number');
    expect(directly.headers).toMatchObject({ 'access-control-allow-origin': '*' });
  });

  describe.each(['application/json', 'application/graphql-response+json'])('as %s', (accept) => {
    it.each([
      ['a query', 'too few', NODE, {}],
      ['a query', 'of another type', NODE, { id: { a: 1 } }],
      ['a mutation', 'too few', TITLE, {}],
      ['a mutation', 'of another type', TITLE, { stockNumber: { a: 1 } }],
    ])('has the status 400 for %s with a variable %s', async (_, __, query, variables) => {
      for (const contentType of ['application/json', 'application/graphql+json'] as const) {
        const headers = { accept, authorization: `Bearer ${north.token}` };
        const { status, said } = await ask(contentType, { query, variables }, headers);
        expect(status).toBe(400);
        expect(said).not.toHaveProperty('data');
        expect(said).toMatchObject({ errors: [{ extensions: { code: 'BAD_USER_INPUT' } }] });
      }
    });
  });

  it('changes something once', async () => {
    const headers = { authorization: `Bearer ${north.token}` };
    const query =
      'mutation ($name: String!) { createEmbedKey(input: { name: $name }) { embedKey { name } } }';
    for (const name of ['first', 'second']) {
      const { said } = await ask('application/json', { query, variables: { name } }, headers);
      expect(said).toMatchObject({ data: { createEmbedKey: { embedKey: { name } } } });
    }
    const { dealership } = await north.staff.expect<{
      dealership: { embedKeys: { name: string }[] };
    }>(`{ dealership(id: "${north.id}") { embedKeys { name } } }`);
    expect(dealership.embedKeys.map(({ name }) => name).sort()).toEqual(['first', 'second']);
  });

  it('fails with what a page of any origin may read', async () => {
    const query = `mutation ($input: RequestUploadInput!) {
      requestUpload(input: $input) { upload { target { ... on PutTarget { expiresAt } } } } }`;
    const input = () => describeFile(vehicleId, Buffer.from(uuid()));
    await north.staff.expect(query, { input: input() });
    // No JSON can say it.
    const expiresAt = { toISOString: () => 1n } as unknown as Date;
    vi.spyOn(server.app.storage, 'createUpload').mockResolvedValue({
      url: '',
      headers: [],
      expiresAt,
    });
    const response = await fetch(`${server.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${north.token}` },
      body: JSON.stringify({ query, variables: { input: input() } }),
    });
    expect(response.status).toBe(500);
    expect(response.headers.get('access-control-allow-origin')).toBe('*');
    expect(response.headers.get('x-content-type-options')).toBe('nosniff');
  });

  it('is a stream still when it subscribes', async () => {
    const query = 'subscription ($id: ID!) { vehicleMediaChanged(vehicleId: $id) { __typename } }';
    for (let times = 0; times < 2; times++) {
      const aborted = new AbortController();
      const response = await fetch(`${server.url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', accept: 'text/event-stream' },
        body: JSON.stringify({ query, variables: { id: vehicleId } }),
        signal: aborted.signal,
      });
      expect(response.headers.get('content-type')).toMatch('text/event-stream');
      aborted.abort();
    }
  });
});
