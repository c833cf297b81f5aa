import { getIntrospectionQuery, parse } from 'graphql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startServer, type TestServer } from '../../test/server.ts';
import { schema } from '../schema/index.ts';
import { excessOf } from './query-limits.ts';

const excess = (query: string, variables = {}) =>
  excessOf(schema, parse(query), undefined, variables);

describe('the limits of a query', () => {
  it.each([
    [
      'two full lists in each other',
      '{ vehicles(first: 100) { nodes { media(first: 100) { nodes { id } } } } }',
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
      /more than 25000 rows/,
    ],
    [
      'lists beside each other',
      `{ vehicles(first: 100) { nodes { ${['a', 'b', 'c'].map((a) => `${a}: media(first: 100) { nodes { id } }`).join(' ')} } } }`,
      /more than 25000 rows/,
    ],
    [
      '400 aliases',
      `{ ${Array.from({ length: 400 }, (_, index) => `a${index}: __typename`).join(' ')} }`,
      /at most 10 root fields/,
    ],
    [
      'two log-ins',
      `mutation {
        a: logIn(input: { email: "a", password: "b" }) { session { token } }
        b: logIn(input: { email: "a", password: "c" }) { session { token } }
      }`,
      /Log in once/,
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
      /unfold to too many|at most 10 root/,
    ],
  ])('refuse %s', (_, query, reason) => {
    expect(excess(query)).toMatch(reason);
  });

  it('count a page size that comes in a variable, and its default', () => {
    const query = (declared: string) =>
      `query (${declared}) { vehicles(first: $n) { nodes { media(first: $n) { nodes { vehicle { media(last: 20) { nodes { id } } } } } } } }`;
    expect(excess(query('$n: Int'), { n: 30 })).toBeNull();
    expect(excess(query('$n: Int'), { n: 100 })).toMatch(/rows/);
    expect(excess(query('$n: Int = 100'))).toMatch(/rows/);
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
      '{ vehicles(first: 100) { nodes { media(first: 100) { nodes { id } } } } }',
    );
  });
});
