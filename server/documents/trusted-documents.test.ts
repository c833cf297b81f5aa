import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { auditOf } from '../../test/accounts.ts';
import { addVehicle } from '../../test/gallery.ts';
import {
  PUBLIC_DEALERSHIP,
  startServer,
  type TestDealership,
  type TestServer,
} from '../../test/server.ts';
import { recordStatements } from '../../test/statements.ts';
import { vehicleMedia } from '../../widget/api/documents.ts';
import { documentId } from './document-id.ts';
import type { Database } from '../db/database.ts';
import { createTrustedDocuments, hashOf, MAX_DOCUMENTS } from './trusted-documents.ts';

let server: TestServer;
let north: TestDealership;
let south: TestDealership;
let vehicleId: string;

beforeAll(async () => {
  server = await startServer();
  north = await server.dealership(PUBLIC_DEALERSHIP);
  south = await server.dealership('south');
  vehicleId = await addVehicle(north.staff, { model: 'Strada' });
});
afterAll(() => server.stop());

interface Registered {
  registerDocuments: {
    documentIds: string[];
    userErrors: { code: string; field: string[]; message: string }[];
  };
}

const REGISTER = `mutation ($documents: [String!]!) {
  registerDocuments(input: { documents: $documents }) { documentIds userErrors { code field message } }
}`;

async function register(
  documents: readonly string[],
  by = north,
): Promise<Registered['registerDocuments']> {
  return (await by.staff.expect<Registered>(REGISTER, { documents })).registerDocuments;
}

async function post(body: object, headers: Record<string, string> = {}) {
  const response = await fetch(`${server.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
  return (await response.json()) as {
    data?: { vehicle?: { model: string } };
    errors?: { message: string; extensions: { code: string } }[];
  };
}

const get = (parameters: Record<string, string>) =>
  fetch(`${server.url}/graphql?${new URLSearchParams(parameters)}`);

let count = 0;
/** A query that nobody has asked before. */
const anyQuery = () => `query Q${++count}($id: ID!) { vehicle(id: $id) { model } }`;

describe('a query that is registered', () => {
  it('is named by its hash over POST', async () => {
    const { documentIds, userErrors } = await register([anyQuery()]);
    expect(userErrors).toEqual([]);
    const body = { documentId: documentIds[0], variables: { id: vehicleId } };
    expect((await post(body)).data?.vehicle?.model).toBe('Strada');
    expect((await post(body)).data?.vehicle?.model).toBe('Strada');
  });

  it('is named by its hash over GET, and caches may keep the answer', async () => {
    const { documentIds } = await register([anyQuery()]);
    const parameters = {
      documentId: documentIds[0] ?? '',
      variables: JSON.stringify({ id: vehicleId }),
    };
    await get(parameters);
    const response = await get(parameters);
    expect(await response.json()).toMatchObject({ data: { vehicle: { model: 'Strada' } } });
    expect(response.headers.get('cache-control')).toMatch(/^public/);
    expect(response.headers.get('etag')).toMatch(/^".+"$/);
  });

  it('is named as clients of automatically persisted queries do', async () => {
    const query = anyQuery();
    await register([query]);
    const extensions = { persistedQuery: { version: 1, sha256Hash: hashOf(query) } };
    expect((await post({ extensions, variables: { id: vehicleId } })).data?.vehicle?.model).toBe(
      'Strada',
    );
  });

  it('is read with one statement once it was asked', async () => {
    const { documentIds } = await register([anyQuery()]);
    const body = { documentId: documentIds[0], variables: { id: vehicleId } };
    const headers = { authorization: `Bearer ${north.token}` };
    await post(body, headers);
    const seen = await recordStatements(() => post(body, headers));
    expect(seen.filter(({ role }) => role === 'forecourt_tenant')).toHaveLength(1);
  });

  it('is not known to another dealership', async () => {
    const { documentIds } = await register([anyQuery()]);
    const { errors } = await post(
      { documentId: documentIds[0], variables: { id: vehicleId } },
      { authorization: `Bearer ${south.token}` },
    );
    expect(errors?.[0]?.extensions.code).toBe('PERSISTED_QUERY_NOT_FOUND');
  });

  it('is listed for who may register, and for nobody else', async () => {
    await register([anyQuery()]);
    const LIST = '{ dealership { trustedDocuments { id text } } }';
    const own = await north.staff.expect<{
      dealership: { trustedDocuments: { id: string; text: string }[] };
    }>(LIST);
    expect(own.dealership.trustedDocuments.length).toBeGreaterThan(0);
    for (const { id, text } of own.dealership.trustedDocuments)
      expect(id).toBe(documentId(hashOf(text)));
    const { dealership } = await server.visitor.expect<{ dealership: { trustedDocuments: null } }>(
      LIST,
    );
    expect(dealership.trustedDocuments).toBeNull();
  });

  it('is forgotten when it is unregistered', async () => {
    const query = anyQuery();
    const { documentIds } = await register([query]);
    const UNREGISTER = `mutation ($documentIds: [String!]!) {
      unregisterDocuments(input: { documentIds: $documentIds }) { documentIds userErrors { code } }
    }`;
    const theirs = await south.staff.expect<{ unregisterDocuments: { documentIds: string[] } }>(
      UNREGISTER,
      { documentIds },
    );
    expect(theirs.unregisterDocuments.documentIds).toEqual([]);
    const ours = await north.staff.expect<{ unregisterDocuments: { documentIds: string[] } }>(
      UNREGISTER,
      { documentIds },
    );
    expect(ours.unregisterDocuments.documentIds).toEqual(documentIds);
    const { errors } = await post({ documentId: documentIds[0], variables: { id: vehicleId } });
    expect(errors?.[0]?.message).toBe('PersistedQueryNotFound');
  });
});

describe('the audit log', () => {
  const UNREGISTER = `mutation ($documentIds: [String!]!) {
    unregisterDocuments(input: { documentIds: $documentIds }) { userErrors { code } }
  }`;
  const documentsOf = async (shop: TestDealership) =>
    (await auditOf(server, shop)).filter(({ action }) => action.startsWith('DOCUMENTS_'));

  it('has who registered and unregistered what, and nothing of what changed nothing', async () => {
    const shop = await server.dealership('documented');
    const [known, fresh] = [anyQuery(), anyQuery()];
    await register([known], shop);
    await register([known], shop);
    await register([fresh, known, fresh], shop);
    await register([anyQuery(), 'mutation { nothing }'], shop);
    const documentIds = [known, anyQuery()].map((text) => documentId(hashOf(text)));
    await shop.staff.expect(UNREGISTER, { documentIds });
    await shop.staff.expect(UNREGISTER, { documentIds });
    const entry = (action: string, text: string) => ({
      action,
      actor_name: 'documented',
      subject_kind: 'DEALERSHIP',
      details: { documents: 1, hashes: hashOf(text).slice(0, 12) },
    });
    expect(await documentsOf(shop)).toEqual([
      entry('DOCUMENTS_REGISTERED', known),
      entry('DOCUMENTS_REGISTERED', fresh),
      entry('DOCUMENTS_UNREGISTERED', known),
    ]);
  });

  it('has one entry of what two unregister at once', async () => {
    const shop = await server.dealership('together');
    const { documentIds } = await register([anyQuery()], shop);
    await Promise.all(
      Array.from({ length: 8 }, () => shop.staff.expect(UNREGISTER, { documentIds })),
    );
    expect((await documentsOf(shop)).map(({ action }) => action)).toEqual([
      'DOCUMENTS_REGISTERED',
      'DOCUMENTS_UNREGISTERED',
    ]);
  });
});

it('the element’s own query is known to every dealership', async () => {
  const body = { documentId: documentId(hashOf(vehicleMedia)), variables: { id: vehicleId } };
  const { data, errors } = await post(body);
  expect(errors).toBeUndefined();
  expect(data?.vehicle).toMatchObject({ id: vehicleId, model: 'Strada' });
});

it.each([
  ['no id', 'not-a-hash'],
  ['a hash that nobody registered', `sha256:${'0'.repeat(64)}`],
  ['a number', 5],
])('%s is told to send its text', async (_, id) => {
  const { errors } = await post({ documentId: id, variables: {} });
  expect(errors?.[0]?.extensions.code).toBe('PERSISTED_QUERY_NOT_FOUND');
});

describe('what is not registered', () => {
  it.each([
    ['a mutation', 'mutation { logOut(input: {}) { userErrors { code } } }', 'Only queries'],
    ['a text with a mistake in it', 'query { vehicle(', 'Syntax Error'],
    ['a field that is not there', '{ nothing }', 'nothing'],
    ['a long text', `{ viewer { __typename } } #${'x'.repeat(10_000)}`, '10000'],
  ])('is %s', async (_, document, message) => {
    const { documentIds, userErrors } = await register(['{ viewer { __typename } }', document]);
    expect(documentIds).toEqual([]);
    expect(userErrors[0]).toMatchObject({
      code: 'INVALID_INPUT',
      field: ['input', 'documents', '1'],
      message: expect.stringContaining(message),
    });
  });

  it('is one more than there may be', async () => {
    const west = await server.dealership('west');
    await server.app.db.prisma.trustedDocument.createMany({
      data: Array.from({ length: MAX_DOCUMENTS }, (_, index) => ({
        dealershipId: west.uuid,
        hash: String(index).padStart(64, '0'),
        text: '{ viewer { __typename } }',
      })),
    });
    const { documentIds, userErrors } = await register([anyQuery()], west);
    expect(documentIds).toEqual([]);
    expect(userErrors[0]?.code).toBe('QUOTA_EXCEEDED');
  });
});

describe('a look for a document', () => {
  function documentsOf(answers: Promise<{ text: string } | null>[]) {
    const trustedDocument = {
      findFirst: () => answers.shift(),
      findMany: () => Promise.resolve([]),
    };
    const tx = { trustedDocument, $queryRaw: () => Promise.resolve([]) };
    const asTenant = () => ({
      ...tx,
      $transaction: (work: (client: typeof tx) => Promise<unknown>) => work(tx),
    });
    return createTrustedDocuments({ asTenant } as unknown as Database, () =>
      Promise.resolve(['{ __typename }']),
    );
  }
  const actor = { dealershipId: 'north' } as Parameters<
    ReturnType<typeof documentsOf>['unregister']
  >[0];

  it('is shared by those who ask at the same moment', async () => {
    const documents = documentsOf([Promise.resolve({ text: '{ a }' })]);
    const found = await Promise.all([1, 2].map(() => documents.find('north', 'a')));
    expect(found).toEqual(['{ a }', '{ a }']);
  });

  it('that began before documents changed is nobody else’s', async () => {
    let answer: (found: null) => void = () => {};
    const before = new Promise<null>((resolve) => (answer = resolve));
    const documents = documentsOf([before, Promise.resolve({ text: '{ a }' })]);
    const early = documents.find('north', 'a');
    await documents.unregister(actor, []);
    expect(await documents.find('north', 'a')).toBe('{ a }');
    answer(null);
    expect(await early).toBeNull();
  });
});
