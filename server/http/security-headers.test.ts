import type { IncomingMessage, ServerResponse } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startServer, type TestServer } from '../../test/server.ts';
import { dataHeaders, setSecurityHeaders } from './security-headers.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.stop());

const JSON_POST = {
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: '{"query":"{ __typename }"}',
};

describe('every answer', () => {
  it.each<[string, RequestInit?]>([
    ['/'],
    ['/vehicles/none'],
    ['/staff'],
    ['/assets/nothing.js'],
    ['/graphql?query={__typename}'],
    ['/graphql', JSON_POST],
    ['/graphql?query={__typename}', { headers: { accept: 'application/json' } }],
    ['/graphql', { ...JSON_POST, body: '{' }],
    ['/graphql', { method: 'OPTIONS' }],
    ['/graphql', { headers: { accept: 'text/html' } }],
    ['/embed/v1.js'],
    ['/embed/nothing.js'],
    ['/embed/vehicles/none.json'],
    ['/healthz'],
    ['/readyz'],
    ['/media/r/none/640.jpg'],
    ['/storage/upload/none', { method: 'PUT', body: 'x' }],
    ['/nothing', { method: 'POST', body: 'x' }],
    ['/%E0%A4%A'],
  ])('of %s says how browsers are to take it', async (path, init) => {
    const { headers } = await fetch(`${server.url}${path}`, init);
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('strict-transport-security')).toBeNull();
    expect(headers.get('referrer-policy')).toMatch(
      /^(no-referrer|strict-origin-when-cross-origin)$/,
    );
    expect(headers.get('content-security-policy')).toMatch(/frame-ancestors 'none'/);
    expect(headers.get('cross-origin-resource-policy')).toMatch(/^(same-origin|cross-origin)$/);
    expect(headers.get('x-powered-by')).toBeNull();
  });
});

it('is said with an answer that has not changed', async () => {
  const ask = (headers: Record<string, string> = {}) =>
    fetch(`${server.url}/graphql?query={__typename}`, { headers });
  await ask();
  const etag = (await ask()).headers.get('etag') ?? '';
  const same = await ask({ 'if-none-match': etag });
  expect(same.status).toBe(304);
  const names = [...dataHeaders(false), 'access-control-allow-origin', '*'].filter(
    (_, at) => !(at % 2),
  );
  expect(names.filter((name) => !same.headers.has(name))).toEqual([]);
});

it('asks for HTTPS from then on where browsers come by HTTPS', () => {
  const said = new Map<string, unknown>();
  const res = { setHeader: (name: string, value: unknown) => said.set(name, value) };
  setSecurityHeaders({ headers: {} } as IncomingMessage, res as unknown as ServerResponse, true);
  expect(said.get('strict-transport-security')).toBe('max-age=31536000');
  expect(dataHeaders(true)).toEqual([...said].flat());
});
