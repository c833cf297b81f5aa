import { once } from 'node:events';
import { Agent, request, type IncomingMessage } from 'node:http';
import WebSocket from 'ws';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addVehicle } from '../test/gallery.ts';
import { refuseDemoAccount } from './accounts/demo-account.ts';
import { followBySse, followByWebSocket } from '../test/live-client.ts';
import {
  PUBLIC_DEALERSHIP,
  startServer,
  type TestDealership,
  type TestServer,
} from '../test/server.ts';

describe('a server', () => {
  let server: TestServer;
  let north: TestDealership;
  beforeAll(async () => {
    server = await startServer();
    north = await server.dealership(PUBLIC_DEALERSHIP);
  });
  afterAll(() => server.stop());

  it('says that it lives and that it is ready', async () => {
    expect(await (await fetch(`${server.url}/healthz`)).json()).toEqual({ status: 'ok' });
    const ready = await fetch(`${server.url}/readyz`);
    expect(ready.status).toBe(200);
    expect(await ready.json()).toEqual({ status: 'ready', database: 'ok', storage: 'ok' });
  });

  it('answers a wrong password and an unknown address alike', async () => {
    const logIn = async (email: string, password: string) =>
      server.visitor.expect(
        `mutation ($email: String!, $password: String!) {
          logIn(input: { email: $email, password: $password }) { session { token } userErrors { message code field } }
        }`,
        { email, password },
      );
    const wrong = await logIn(north.email, 'wrong');
    expect(wrong).toEqual(await logIn('nobody@dealership.example', 'wrong'));
    expect(wrong).toMatchObject({
      logIn: { session: null, userErrors: [{ code: 'INVALID_CREDENTIALS' }] },
    });
  });

  it('slows down whoever guesses at one account', async () => {
    const guess = () =>
      server.visitor.expect<{
        logIn: { userErrors: { code: string; retryAfterSeconds?: number }[] };
      }>(
        `mutation { logIn(input: { email: "guessed@dealership.example", password: "x" }) {
          userErrors { code ... on RateLimitedError { retryAfterSeconds } }
        } }`,
      );
    const codes = [];
    for (let tries = 0; tries < 12; tries++) codes.push((await guess()).logIn.userErrors[0]?.code);
    expect(codes.slice(0, 10)).toEqual(Array.from({ length: 10 }, () => 'INVALID_CREDENTIALS'));
    expect(codes.slice(10)).toEqual(['RATE_LIMITED', 'RATE_LIMITED']);
  });

  it('knows who is logged in', async () => {
    const viewer = '{ viewer { user { email } dealership { slug } role } }';
    expect(await server.visitor.expect(viewer)).toEqual({ viewer: null });
    expect(await north.staff.expect(viewer)).toEqual({
      viewer: {
        user: { email: north.email },
        dealership: { slug: PUBLIC_DEALERSHIP },
        role: 'OWNER',
      },
    });
  });

  it('closes a socket that comes with a token that is none', async () => {
    const socket = new WebSocket(
      `${server.url.replace('http', 'ws')}/graphql`,
      'graphql-transport-ws',
    );
    await once(socket, 'open');
    socket.send(JSON.stringify({ type: 'connection_init', payload: { token: 'none' } }));
    const [code] = (await once(socket, 'close')) as [number];
    expect(code).toBe(4403);
  });

  it('masks what went wrong inside behind a number', async () => {
    const { prisma } = server.app.db;
    await prisma.$executeRawUnsafe('alter table vehicles rename to vehicles_gone');
    const { errors } = await server.visitor.send('{ vehicles(first: 1) { nodes { id } } }');
    await prisma.$executeRawUnsafe('alter table vehicles_gone rename to vehicles');
    expect(errors?.[0]?.extensions).toMatchObject({
      code: 'INTERNAL_SERVER_ERROR',
      id: expect.stringMatching(/^[0-9a-f-]{36}$/),
    });
    expect(JSON.stringify(errors)).not.toMatch(/vehicles_gone|relation|prisma/i);
  });
});

it('refuses to be real while it has the account of the demo', async () => {
  const demo = await startServer({ demo: true });
  try {
    const { prisma } = demo.app.db;
    await expect(refuseDemoAccount(prisma)).rejects.toThrow(/staff@forecourt\.example/);
    await prisma.user.deleteMany();
    await expect(refuseDemoAccount(prisma)).resolves.toBeUndefined();
  } finally {
    await demo.stop();
  }
});

describe('a server that stops', () => {
  it.each([
    ['WebSocket', followByWebSocket],
    ['server-sent events', followBySse],
  ])('ends the streams over %s and what was begun', async (_, follow) => {
    const server = await startServer();
    const { staff, token } = await server.dealership(PUBLIC_DEALERSHIP);
    const vehicleId = await addVehicle(staff);
    const live = follow({ url: server.url, vehicleId, token, after: 'nonsense' });
    expect((await live.events.next()).value).toMatchObject({ __typename: 'MediaStreamReset' });
    const ended = live.events.next().then(
      ({ done }) => done,
      () => true,
    );
    const asked = Array.from({ length: 20 }, () =>
      fetch(`${server.url}/readyz`).then(({ status }) => status),
    );
    await Promise.all(asked);
    await server.stop();
    expect(await ended).toBe(true);
  });

  it('tells whoever waits for an answer that the connection ends with it', async () => {
    const server = await startServer();
    const agent = new Agent({ keepAlive: true });
    const asking = request(`${server.url}/graphql`, {
      method: 'POST',
      agent,
      headers: { 'content-type': 'application/json', expect: '100-continue' },
    });
    asking.flushHeaders();
    await once(asking, 'continue');
    const answered = once(asking, 'response') as Promise<[IncomingMessage]>;
    const stopped = server.stop();
    asking.end(JSON.stringify({ query: '{ viewer { role } }' }));
    const [answer] = await answered;
    expect(answer.statusCode).toBe(200);
    expect(answer.headers.connection).toBe('close');
    answer.resume();
    await stopped;
    agent.destroy();
  });
  it('answers what comes over connections that are kept, and ends them', async () => {
    const server = await startServer({ lingerMs: 60_000 });
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const ask = async () => {
      const asking = request(`${server.url}/readyz`, { agent }).end();
      const [answer] = (await once(asking, 'response')) as [IncomingMessage];
      answer.resume();
      await once(answer, 'end');
      const { statusCode, headers } = answer;
      return { statusCode, connection: headers.connection, reused: asking.reusedSocket };
    };
    expect(await ask()).toMatchObject({ statusCode: 200, connection: 'keep-alive' });
    const stopped = server.stop();
    expect(await ask()).toEqual({ statusCode: 503, connection: 'close', reused: true });
    await stopped;
    agent.destroy();
  });
});
