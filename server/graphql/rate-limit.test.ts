import { afterEach, expect, it } from 'vitest';
import { createClient } from 'graphql-ws';
import WebSocket from 'ws';
import { PUBLIC_DEALERSHIP, startServer, type TestServer } from '../../test/server.ts';

let server: TestServer;
afterEach(() => server.stop());

const WRITE = 'mutation { deleteMedia(input: { ids: [] }) { userErrors { code } } }';
const READ = '{ __typename }';

interface Sent {
  status: number;
  retryAfter: string | null;
  code: string | undefined;
}

async function send(query: string, headers: Record<string, string> = {}): Promise<Sent> {
  const response = await fetch(`${server.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ query }),
  });
  const { errors } = (await response.json()) as { errors?: { extensions: { code: string } }[] };
  return {
    status: response.status,
    retryAfter: response.headers.get('retry-after'),
    code: errors?.[0]?.extensions.code,
  };
}

it('answers 429 to an account that asks too often, over HTTP and WebSocket', async () => {
  server = await startServer({ env: { RATE_LIMITS: 'account=3/hour' } });
  const { token } = await server.dealership(PUBLIC_DEALERSHIP);
  const headers = { authorization: `Bearer ${token}` };
  for (let count = 0; count < 3; count++)
    expect(await send(READ, headers)).toMatchObject({ status: 200 });
  const refused = await send(READ, headers);
  expect(refused).toMatchObject({ status: 429, code: 'RATE_LIMITED' });
  expect(Number(refused.retryAfter)).toBeGreaterThan(3_000);

  const client = createClient({
    url: `${server.url.replace('http', 'ws')}/graphql`,
    webSocketImpl: WebSocket,
    connectionParams: { token },
  });
  const { value } = await client.iterate({ query: READ }).next();
  expect(value).toMatchObject({ errors: [{ extensions: { code: 'RATE_LIMITED' } }] });
  await client.dispose();
  expect(await send(READ)).toMatchObject({ status: 200 });
});

it('counts what visitors would change by address, and lets them read', async () => {
  server = await startServer({
    env: { RATE_LIMITS: 'visitor-writes=2/hour', TRUSTED_PROXIES: '127.0.0.1, ::1' },
  });
  const from = (address: string) => ({ 'x-forwarded-for': address });
  for (let count = 0; count < 2; count++) {
    expect(await send(WRITE, from('192.0.2.1'))).toMatchObject({ code: 'UNAUTHENTICATED' });
  }
  expect(await send(WRITE, from('192.0.2.1'))).toMatchObject({ status: 429 });
  expect(await send(WRITE, from('8.8.8.8, 192.0.2.1'))).toMatchObject({ status: 429 });
  expect(await send(READ, from('192.0.2.1'))).toMatchObject({ status: 200 });
  expect(await send(WRITE, from('192.0.2.2'))).toMatchObject({ code: 'UNAUTHENTICATED' });
});

it('counts log-ins that fail by address, whatever the account, and none that succeed', async () => {
  server = await startServer({ env: { RATE_LIMITS: 'log-in-address=3/hour' } });
  const { email, password } = await server.dealership(PUBLIC_DEALERSHIP);
  const logIn = async (address: string, guess: string) => {
    const answer = await server.visitor.expect<{ logIn: { userErrors: object[] } }>(
      `mutation ($input: LogInInput!) {
        logIn(input: $input) { userErrors { code ... on RateLimitedError { retryAfterSeconds } } }
      }`,
      { input: { email: address, password: guess } },
    );
    return answer.logIn.userErrors;
  };
  for (let count = 0; count < 5; count++) expect(await logIn(email, password)).toEqual([]);
  for (const name of ['a', 'b', 'c']) {
    expect(await logIn(`${name}@dealer.example`, 'x')).toMatchObject([
      { code: 'INVALID_CREDENTIALS' },
    ]);
  }
  expect(await logIn(email, password)).toMatchObject([
    { code: 'RATE_LIMITED', retryAfterSeconds: expect.any(Number) as number },
  ]);
});

it('counts sign-ups by address', async () => {
  server = await startServer({ env: { RATE_LIMITS: 'sign-up=1/hour' } });
  const signUp = () =>
    server.visitor.expect(
      `mutation { signUp(input: { email: "a", password: "b", name: "c", dealershipName: "d" }) { userErrors { code } } }`,
    );
  expect(await signUp()).not.toMatchObject({ signUp: { userErrors: [{ code: 'RATE_LIMITED' }] } });
  expect(await signUp()).toMatchObject({ signUp: { userErrors: [{ code: 'RATE_LIMITED' }] } });
});

it('counts mails for a new password, and tries with one, by address', async () => {
  server = await startServer({ env: { RATE_LIMITS: 'password-reset=2/hour' } });
  const request = 'requestPasswordReset(input: { email: "a@dealer.example" })';
  const reset = 'resetPassword(input: { token: "x", newPassword: "y" })';
  const codes = async (field: string) =>
    JSON.stringify(await server.visitor.expect(`mutation { ${field} { userErrors { code } } }`));
  expect(await codes(request)).not.toContain('RATE_LIMITED');
  expect(await codes(reset)).not.toContain('RATE_LIMITED');
  expect(await codes(request)).toContain('RATE_LIMITED');
  expect(await codes(reset)).toContain('RATE_LIMITED');
});

it('keeps so many streams of an address open, over WebSocket and server-sent events', async () => {
  server = await startServer({ env: { MAX_STREAMS_PER_ADDRESS: '2' } });
  const address = `${server.url.replace('http', 'ws')}/graphql`;
  const stream = () =>
    fetch(`${server.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'text/event-stream' },
      body: JSON.stringify({
        query: 'subscription { vehicleMediaChanged(vehicleId: "none") { cursor } }',
      }),
    });
  const socket = async (): Promise<number> => {
    const opened = new WebSocket(address, 'graphql-transport-ws');
    sockets.push(opened);
    return new Promise((resolve) => {
      opened.once('open', () => resolve(101));
      opened.once('unexpected-response', (_, { statusCode }) => resolve(statusCode ?? 0));
      opened.on('error', () => undefined);
    });
  };
  const sockets: WebSocket[] = [];
  expect(await socket()).toBe(101);
  expect(await socket()).toBe(101);
  expect(await socket()).toBe(429);
  expect((await stream()).status).toBe(429);
  expect(await send(READ)).toMatchObject({ status: 200 });
  for (const each of sockets) each.terminate();
  await expect.poll(async () => (await stream()).status).toBe(200);
});
