import { once } from 'node:events';
import WebSocket from 'ws';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  PUBLIC_DEALERSHIP,
  startServer,
  type TestDealership,
  type TestServer,
} from '../../test/server.ts';
import { parseOrigins } from './origins.ts';

const FOREIGN = [
  'null',
  'https://evil.example',
  'http://www.dealer.example',
  'https://dealer.example',
  'https://www.dealer.example:8443',
  'https://www.dealer.example:443.evil.example',
  'https://www.dealer.example.evil.example',
  'https://www.dealer.example.',
  'https://www.dealer.examples',
  'https://www.dealer.exampl',
  'https://evil-www.dealer.example',
  'https://evilwww.dealer.example',
  'https://sub.www.dealer.example',
  'https://www.dealer.example/',
  'https://www.dealer.example/path',
  'https://www.dealer.example@evil.example',
  'https://evil.example#https://www.dealer.example',
  'https://evil.example?https://www.dealer.example',
  'https://www.dealer.example https://evil.example',
  'https://evil.example, https://www.dealer.example',
  'https://WWW.DEALER.EXAMPLE',
  'HTTPS://www.dealer.example',
  'https://www.dealer.example%00.evil.example',
  'https://www.dealer.example%2eevil.example',
  'https://wwwxdealer.example',
  'https://www-dealer.example',
  'ftp://www.dealer.example',
  'file://',
  'chrome-extension://abcdefghijklmnop',
  'https://www.dealer.example:443',
  'http://localhost',
  '*',
];

let server: TestServer;
let north: TestDealership;
beforeAll(async () => {
  server = await startServer({
    env: { STAFF_ORIGINS: 'https://www.dealer.example, https://shop.dealer.example' },
  });
  north = await server.dealership(PUBLIC_DEALERSHIP);
});
afterAll(() => server.stop());

async function overHttp(origin: string | null): Promise<{ role: string | null; headers: Headers }> {
  const response = await fetch(`${server.url}/graphql`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      authorization: `Bearer ${north.token}`,
      ...(origin !== null && { origin }),
    },
    body: JSON.stringify({ query: '{ viewer { role } }' }),
  });
  const { data } = (await response.json()) as { data?: { viewer: { role: string } | null } | null };
  return { role: data?.viewer?.role ?? null, headers: response.headers };
}

async function overWebSocket(origin: string | null): Promise<string> {
  const socket = new WebSocket(
    `${server.url.replace('http', 'ws')}/graphql`,
    'graphql-transport-ws',
    origin === null ? {} : { headers: { origin } },
  );
  await once(socket, 'open');
  socket.send(JSON.stringify({ type: 'connection_init', payload: { token: north.token } }));
  const outcome = await Promise.race([
    once(socket, 'message').then(([data]) => String(data)),
    once(socket, 'close').then(([code]) => String(code)),
  ]);
  socket.close();
  return outcome;
}

describe('where STAFF_ORIGINS names pages', () => {
  it.each(FOREIGN)('%s uses no token, over HTTP and WebSocket', async (origin) => {
    const { role, headers } = await overHttp(origin);
    expect(role).toBeNull();
    expect(headers.get('access-control-allow-origin')).toBe('*');
    expect(headers.get('access-control-allow-credentials')).toBeNull();
    expect(await overWebSocket(origin)).toBe('4403');
  });

  it('has more than 30 of them', () => {
    expect(new Set(FOREIGN).size).toBeGreaterThanOrEqual(30);
  });

  it('those use tokens, and the server’s own pages, and programs', async () => {
    for (const origin of [
      'https://www.dealer.example',
      'https://shop.dealer.example',
      server.url,
      null,
    ]) {
      expect((await overHttp(origin)).role, String(origin)).toBe('OWNER');
      expect(await overWebSocket(origin), String(origin)).toContain('connection_ack');
    }
  });

  it('visitors of any page read', async () => {
    const response = await fetch(`${server.url}/graphql?query={__typename}`, {
      headers: { origin: 'https://evil.example' },
    });
    expect(response.status).toBe(200);
  });
});

it.each(['https://a.example/', 'a.example', 'https://a.example,', 'https://*.a.example/x', 'null'])(
  'is not written as %s',
  (text) => {
    expect(parseOrigins(text)).toBeNull();
  },
);
