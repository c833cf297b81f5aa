import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PUBLIC_DEALERSHIP, startServer, type TestServer } from '../../test/server.ts';

let server: TestServer;
let token: string;

beforeAll(async () => {
  server = await startServer();
  ({ token } = await server.dealership(PUBLIC_DEALERSHIP));
});
afterAll(() => server.stop());

/** How long caches may keep the answer, and what it depends on. */
async function caching(query: string, init: RequestInit = {}): Promise<(string | null)[]> {
  const response = await fetch(`${server.url}/graphql?${new URLSearchParams({ query })}`, init);
  await response.arrayBuffer();
  return [response.headers.get('cache-control'), response.headers.get('vary')];
}

describe('an answer to GET', () => {
  const vary = 'authorization, x-embed-key, accept';

  it('may be kept for a moment when it is a visitor’s', async () => {
    expect(await caching('{ vehicles(first: 1) { totalCount } }')).toEqual([
      'public, max-age=2',
      vary,
    ]);
  });

  it('is kept nowhere when staff asked, or when something went wrong', async () => {
    const headers = { authorization: `Bearer ${token}` };
    expect(await caching('{ vehicles(first: 1) { totalCount } }', { headers })).toEqual([
      'no-store',
      vary,
    ]);
    for (const query of ['{ nonsense }', '{', '{ vehicles(first: 1000) { totalCount } }']) {
      expect(await caching(query), query).toEqual(['no-store', vary]);
    }
    expect(
      await caching('{ __typename }', { headers: { authorization: 'Bearer nonsense' } }),
    ).toEqual(['no-store', vary]);
  });

  it('is the only one that caches hear of', async () => {
    const response = await fetch(`${server.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query: '{ __typename }' }),
    });
    expect(response.headers.get('cache-control')).toBeNull();
  });
});
