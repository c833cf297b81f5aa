import { serverAudits } from 'graphql-http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startServer, type TestServer } from '../../test/server.ts';

const PRODUCTION = {
  NODE_ENV: 'production',
  // The test has a database of its own.
  DATABASE_URL: 'postgres://nobody@127.0.0.1/none',
  STORAGE_DRIVER: 'disk',
  PUBLIC_URL: 'https://media.example.com',
};

describe.each([
  ['as tests run it', {}],
  ['as production runs it', PRODUCTION],
])('GraphQL over HTTP, %s', (_, env) => {
  let server: TestServer;
  beforeAll(async () => {
    // Browsers would come to another address; the audits come to the server’s own.
    server = await startServer({ env, change: (config) => ({ ...config, publicUrl: null }) });
  });
  afterAll(() => server.stop());

  const audits = serverAudits({ url: () => `${server.url}/graphql` });

  it('tells its schema to tests alone', async () => {
    const { errors } = await server.visitor.send('{ __schema { types { name } } }');
    expect(errors !== undefined).toBe(env === PRODUCTION);
  });

  it('is audited in 61 points', () => {
    expect(audits).toHaveLength(61);
  });

  it.each(audits)('$id $name', async (audit) => {
    const result = await audit.fn();
    expect(result.status === 'ok' ? 'ok' : `${result.status}: ${result.reason}`).toBe('ok');
  });

  it.each([
    'application/x-www-form-urlencoded',
    'text/plain',
    'multipart/form-data; boundary=x',
    'application/graphql',
    'text/plain; application/json',
    'application/jsonp',
    '',
  ])('takes nothing as "%s", only JSON, which no foreign page sends unasked', async (type) => {
    const response = await fetch(`${server.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': type },
      body: 'query=%7B__typename%7D',
    });
    expect(response.status).toBe(415);
  });

  it('takes at most 256 kB', async () => {
    const response = await fetch(`${server.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query: `{ __typename } # ${'x'.repeat(300_000)}` }),
    });
    expect(response.status).toBe(413);
  });

  it('lets pages of every origin in, without their cookies', async () => {
    const response = await fetch(`${server.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', origin: 'https://dealer.example' },
      body: JSON.stringify({ query: '{ __typename }' }),
    });
    expect(response.headers.get('access-control-allow-origin')).toBe('*');
    expect(response.headers.get('access-control-allow-credentials')).toBeNull();
  });

  it('refuses a token that is not its own', async () => {
    const response = await fetch(`${server.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: 'Bearer x.y.z' },
      body: JSON.stringify({ query: '{ viewer { role } }' }),
    });
    const { errors } = (await response.json()) as { errors: { extensions: { code: string } }[] };
    expect(errors[0]?.extensions.code).toBe('UNAUTHENTICATED');
  });
});
