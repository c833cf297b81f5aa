import { getIntrospectionQuery, parse } from 'graphql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startServer, type TestServer } from '../../test/server.ts';
import { schema } from '../schema/index.ts';
import { excessOfDocument } from '../documents/document-size.ts';
import { costOf } from './query-cost.ts';

function excess(query: string, variables = {}): string | null {
  const document = parse(query);
  return (
    excessOfDocument(document) ??
    costOf(schema, document, undefined, variables, 'by Postgres').excess
  );
}

const aliased = (count: number, field: string) =>
  Array.from({ length: count }, (_, index) => `a${index}: ${field}`).join(' ');

describe('the limits of a query', () => {
  it.each([
    [
      'a full page of vehicles, each with a dozen pictures',
      '{ vehicles(first: 100) { nodes { id title media(first: 12) { nodes { id preview { url } } } } } }',
    ],
    [
      'every picture of 20 vehicles',
      '{ vehicles(first: 20) { nodes { id media(first: 100) { nodes { id alt preview { url } } } } } }',
    ],
    ['ten root fields', `{ ${'abcdefghij'.replace(/./g, '$&: __typename ')} }`],
    ['introspection', getIntrospectionQuery()],
    [
      'one log-in',
      'mutation { logIn(input: { email: "a", password: "b" }) { session { token } } }',
    ],
  ])('let %s pass', (_, query) => {
    expect(excess(query)).toBeNull();
  });

  it.each([
    [
      'four lists in each other',
      '{ vehicles { nodes { media { nodes { vehicle { media { nodes { vehicle { media { nodes { id } } } } } } } } } } }',
      /Nest at most 3 lists/,
    ],
    [
      'lists in each other behind fragments',
      `{ vehicles { ...List } }
        fragment List on VehicleConnection { nodes { ...Vehicle } }
        fragment Vehicle on Vehicle { media(first: 100) { nodes { vehicle { media(first: 100) { ...Page } } } } }
        fragment Page on VehicleMediaConnection { nodes { id } }`,
      /It costs \d+, and 100000 is the most/,
    ],
    [
      'two full lists in each other',
      '{ vehicles(first: 100) { nodes { media(first: 100) { nodes { id } } } } }',
      /It costs \d+/,
    ],
    [
      'lists beside each other, of which each takes a statement for every vehicle',
      '{ vehicles(first: 100) { nodes { a: media(first: 1) { totalCount } b: media(first: 2) { totalCount } c: media(first: 3) { totalCount } } } }',
      /It costs \d+/,
    ],
    [
      '101 aliases of __typename',
      `{ vehicles { ${aliased(101, '__typename')} } }`,
      /at most 50 aliases/,
    ],
    [
      'aliases in a fragment that is spread again and again',
      `{ vehicles { ...A ...A ...A } } fragment A on VehicleConnection { ${aliased(20, '__typename')} }`,
      /at most 50 aliases/,
    ],
    [
      'many directives',
      `{ __typename ${'@include(if: true) '.repeat(51)} }`,
      /at most 50 directives/,
    ],
    [
      'many operations',
      Array.from({ length: 21 }, (_, index) => `query Q${index} { __typename }`).join(' '),
      /at most 20 operations/,
    ],
    [
      'many fragments',
      `{ __typename } ${Array.from({ length: 51 }, (_, index) => `fragment F${index} on Query { __typename }`).join(' ')}`,
      /at most 50 fragments/,
    ],
    [
      'the same field again and again',
      `{ vehicles { ${'__typename '.repeat(1_000)} } }`,
      /at most 1000 fields/,
    ],
    [
      'an introspection that goes round in circles',
      '{ __schema { types { fields { type { fields { type { fields { type { fields { name } } } } } } } } } }',
      /It costs \d+/,
    ],
    [
      '400 aliases',
      `{ ${Array.from({ length: 400 }, (_, index) => `a${index}: __typename`).join(' ')} }`,
      /at most 50 aliases/,
    ],
    [
      'eleven root fields',
      `{ ${'abcdefghijk'.replace(/./g, '$&: __typename ')} }`,
      /at most 10 root/,
    ],
    [
      'two log-ins',
      `mutation {
        a: logIn(input: { email: "a", password: "b" }) { session { token } }
        b: logIn(input: { email: "a", password: "c" }) { session { token } }
      }`,
      /Send one of logIn, /,
    ],
    [
      'a log-in beside a new password',
      'mutation { logIn(input: {}) { session { token } } changePassword(input: {}) { userErrors { code } } }',
      /Send one of logIn, /,
    ],
    [
      'a fragment that contains itself, deep down',
      `{ ...F } fragment F on Query { a: node(id: "") { ${'... on Node { '.repeat(60)} ...F ${'}'.repeat(60)} } ${aliased(60, '__typename')} }`,
      /at most 50 aliases/,
    ],
    [
      'deep nesting',
      `{ viewer { dealership ${'{ a '.repeat(15)}${'}'.repeat(15)} } }`,
      /Nest at most 15 fields/,
    ],
    [
      'fragments that multiply',
      `{ ...F0 } ${Array.from({ length: 30 }, (_, i) => `fragment F${i} on Query { ...F${i + 1} ...F${i + 1} }`).join(' ')}
        fragment F30 on Query { __typename }`,
      /at most 1000 fields/,
    ],
  ])('refuse %s', (_, query, reason) => {
    expect(excess(query)).toMatch(reason);
  });

  it('count a page size that comes in a variable, and its default', () => {
    const query = (declared: string) =>
      `query (${declared}) { vehicles(first: $n) { nodes { media(first: $n) { nodes { vehicle { media(last: 20) { nodes { id } } } } } } } }`;
    expect(excess(query('$n: Int'), { n: 10 })).toBeNull();
    expect(excess(query('$n: Int'), { n: 100 })).toMatch(/It costs/);
    expect(excess(query('$n: Int = 100'))).toMatch(/It costs/);
  });
});

describe('a server', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startServer();
  });
  afterAll(() => server.stop());

  it.each([
    ['a query that asks for too much', `{ ${'abcdefghijk'.replace(/./g, '$&: __typename ')} }`],
    ['a document of many tokens', `{ ${'__typename '.repeat(2_001)} }`],
  ])('answers BAD_USER_INPUT to %s', async (_, query) => {
    const { data, errors } = await server.visitor.send(query);
    expect(data ?? null).toBeNull();
    expect(errors?.[0]?.extensions?.code).toBe('BAD_USER_INPUT');
  });

  it('answers BAD_USER_INPUT to variables that are nested deep', async () => {
    const query = 'query ($filter: VehicleFilter) { vehicles(filter: $filter) { totalCount } }';
    const filter = '['.repeat(50_000) + ']'.repeat(50_000);
    const response = await fetch(server.visitor.endpoint, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: `{"query":${JSON.stringify(query)},"variables":{"filter":${filter}}}`,
    });
    expect(await response.json()).toMatchObject({
      errors: [{ extensions: { code: 'BAD_USER_INPUT' } }],
    });
  });

  it('answers what is within the limits', async () => {
    await server.visitor.expect(getIntrospectionQuery());
    await server.visitor.expect(
      '{ vehicles(first: 20) { nodes { media(first: 100) { nodes { id } } } } }',
    );
  });

  it('says with every answer what it cost, and with a refusal what it would have', async () => {
    const costOfAnswer = async (first: number) => {
      const query = `{ vehicles(first: ${first}) { nodes { media(first: 100) { nodes { id } } } } }`;
      const { extensions } = (await server.visitor.send(query)) as {
        extensions?: { cost: { requested: number; limit: number } };
      };
      return extensions?.cost;
    };
    expect(await costOfAnswer(10)).toEqual({ requested: 27_271, limit: 100_000 });
    expect(await costOfAnswer(100)).toEqual({ requested: 272_701, limit: 100_000 });
  });

  it('prices what is executed field by field higher', async () => {
    const pages = (page: string) =>
      `{ vehicles(first: 20) { nodes { media(${page}) { nodes { id } } } } }`;
    expect((await server.visitor.send(pages('first: 100'))).errors).toBeUndefined();
    const { errors } = await server.visitor.send(pages('last: 100'));
    expect(errors?.[0]?.message).toMatch(/It costs 155541, and 100000 is the most/);
  });

  it('refuses a document of very many characters', async () => {
    const { errors } = await server.visitor.send(`{ __typename } # ${'x'.repeat(50_000)}`);
    expect(errors?.[0]?.message).toMatch(/at most 50000 characters/);
  });

  it('takes one operation in a request', async () => {
    const response = await fetch(server.visitor.endpoint, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify([{ query: '{ __typename }' }, { query: '{ __typename }' }]),
    });
    expect(response.status).toBe(400);
    expect(await response.json()).not.toHaveProperty('data');
  });
});

describe('a server that keeps its schema to itself', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startServer({ env: { INTROSPECTION: 'false' } });
  });
  afterAll(() => server.stop());

  it.each([
    ['the types', '{ __schema { types { name } } }'],
    ['the fields of a type', '{ __type(name: "Vehicle") { name fields { name } } }'],
    ['what a type is for', '{ __type(name: "Vehicle") { ... { about: description } } }'],
  ])('does not tell %s', async (_, query) => {
    const { data, errors } = await server.visitor.send(query);
    expect(data ?? null).toBeNull();
    expect(errors?.[0]?.message).toMatch(/introspection has been disabled/);
  });

  it('says the name of a type to whoever knows it', async () => {
    const { data } = await server.visitor.send('{ __type(name: "Vehicle") { __typename name } }');
    expect(data).toEqual({ __type: { __typename: '__Type', name: 'Vehicle' } });
  });

  it.each([
    ['field', '{ vehicle(vin: "1") { titel } }', {}],
    ['argument', '{ vehicle(vim: "1") { title } }', {}],
    ['enum value', '{ vehicles(filter: { status: [PUBLISHD] }) { totalCount } }', {}],
    [
      'field of a variable',
      'query ($filter: VehicleFilter) { vehicles(filter: $filter) { totalCount } }',
      { filter: { serch: 'x' } },
    ],
    [
      'enum value of a variable',
      'query ($filter: VehicleFilter) { vehicles(filter: $filter) { totalCount } }',
      { filter: { status: ['PUBLISHD'] } },
    ],
  ])('does not put right the name of a %s', async (_, query, variables) => {
    const { errors } = await server.visitor.send(query, variables);
    expect(errors?.[0]?.extensions?.code).toBe('BAD_USER_INPUT');
    expect(JSON.stringify(errors)).not.toMatch(/did you mean/i);
  });
});
