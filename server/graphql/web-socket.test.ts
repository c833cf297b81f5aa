import { once } from 'node:events';
import { createServer } from 'node:http';
import { BlockList } from 'node:net';
import { pino } from 'pino';
import WebSocket from 'ws';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { PUBLIC_DEALERSHIP, startServer, type TestServer } from '../../test/server.ts';
import type { Viewers } from '../accounts/viewer.ts';
import type { Services } from '../context.ts';
import { createGraphQLServer } from './graphql-server.ts';
import { createKeptAnswers } from '../reads/kept-answers.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.stop());

interface Message {
  type: string;
  id?: string;
  payload?: unknown;
}

async function open(
  connectionParams: Record<string, unknown> = {},
  headers: Record<string, string> = {},
) {
  const socket = new WebSocket(
    `${server.url.replace(/^http/, 'ws')}/graphql`,
    'graphql-transport-ws',
    { headers },
  );
  await once(socket, 'open');
  const send = async (message: Message): Promise<Message> => {
    const answer = Promise.race([
      once(socket, 'message').then(([data]) => JSON.parse(String(data)) as Message),
      once(socket, 'close').then(([code, reason]) => {
        throw new Error(`Closed with ${String(code)} ${String(reason)}`);
      }),
    ]);
    socket.send(JSON.stringify(message));
    return answer;
  };
  expect(await send({ type: 'connection_init', payload: connectionParams })).toEqual({
    type: 'connection_ack',
  });
  return { socket, send };
}

const WORKS = { id: 'b', type: 'subscribe', payload: { query: '{ __typename }' } };

it('answers a syntax error to its operation, and goes on', async () => {
  const { socket, send } = await open();
  expect(await send({ id: 'a', type: 'subscribe', payload: { query: '{ __typename' } })).toEqual({
    id: 'a',
    type: 'error',
    payload: [expect.objectContaining({ extensions: { code: 'BAD_USER_INPUT' } })],
  });
  expect(await send(WORKS)).toMatchObject({ id: 'b', type: 'next' });
  socket.close();
});

it('answers a session that ended to the next operation, and goes on', async () => {
  const leaver = await server.dealership(PUBLIC_DEALERSHIP, 'VIEWER');
  const { socket, send } = await open({ token: leaver.token });
  await server.app.db.prisma.membership.deleteMany({ where: { user: { email: leaver.email } } });
  for (const id of ['a', 'b']) {
    expect(await send({ ...WORKS, id })).toMatchObject({
      id,
      type: 'error',
      payload: [{ extensions: { code: 'UNAUTHENTICATED' } }],
    });
  }
  socket.close();
});

it('refuses the operation after the hundredth, and goes on', async () => {
  const { id } = await server.dealership(PUBLIC_DEALERSHIP);
  const { token } = await server.dealership(PUBLIC_DEALERSHIP, 'MANAGER');
  const { socket, send } = await open({ token });
  const query = `subscription { dealershipMediaChanged(dealershipId: "${id}") { cursor } }`;
  for (let count = 0; count < 100; count++)
    socket.send(JSON.stringify({ id: `s${count}`, type: 'subscribe', payload: { query } }));
  expect(await send({ id: 'more', type: 'subscribe', payload: { query } })).toMatchObject({
    id: 'more',
    type: 'error',
    payload: [{ message: expect.stringMatching(/at most 100 operations/) as string }],
  });
  socket.send(JSON.stringify({ id: 's0', type: 'complete' }));
  expect(await send(WORKS)).toMatchObject({ id: 'b', type: 'next' });
  socket.close();
});

describe('a token in the header of the upgrade', () => {
  const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
  const VIEWER = { ...WORKS, payload: { query: '{ viewer { role } }' } };
  const roleOf = async (params: Record<string, unknown>, headers: Record<string, string>) => {
    const { socket, send } = await open(params, headers);
    const answer = await send(VIEWER);
    socket.close();
    return (answer.payload as { data: { viewer: { role: string | null } } }).data.viewer.role;
  };

  it('is the token where connectionParams have none, or the same', async () => {
    const { token } = await server.dealership('taken', 'MANAGER');
    expect(await roleOf({}, bearer(token))).toBe('MANAGER');
    expect(await roleOf({ token }, bearer(token))).toBe('MANAGER');
    expect(await roleOf({ token }, {})).toBe('MANAGER');
  });

  it('is refused when it is wrong, or not the one of connectionParams', async () => {
    const { token } = await server.dealership('refused', 'MANAGER');
    const other = await server.dealership('refused', 'VIEWER');
    await expect(open({}, bearer('nonsense'))).rejects.toThrow('Closed with 4403 This session');
    await expect(open({ token }, bearer(other.token))).rejects.toThrow(
      'Closed with 4403 The connection shows two tokens. Send one.',
    );
  });
});

it('closes a socket whose message is too large with 1009, and says so for who debugs alone', async () => {
  const print = vi.spyOn(console, 'error').mockImplementation(() => undefined);
  const before = server.log().length;
  const { socket } = await open();
  const closed = once(socket, 'close');
  socket.send('x'.repeat(300_000));
  expect((await closed)[0]).toBe(1009);
  const lines = server
    .log()
    .slice(before)
    .split('\n')
    .filter((line) => line.includes('WebSocket'))
    .map((line) => JSON.parse(line) as { level: number; msg: string });
  expect(lines).toMatchObject([{ level: 20, msg: 'a peer broke its WebSocket' }]);
  expect(print).not.toHaveBeenCalled();
  print.mockRestore();
});

it('prints nothing when the port is taken', async () => {
  const print = vi.spyOn(console, 'error').mockImplementation(() => undefined);
  const other = createServer().listen(0);
  await once(other, 'listening');
  const { port } = other.address() as { port: number };
  const late = createServer();
  const sockets = createGraphQLServer({
    services: {} as Services,
    viewers: {} as Viewers,
    mayUseToken: () => true,
    keptAnswers: createKeptAnswers(0),
    https: () => false,
    maxStreamsPerAddress: 1,
    trustedProxies: new BlockList(),
    graphiql: false,
    introspection: true,
    log: pino({ level: 'silent' }),
  }).acceptWebSockets(late);
  const failed = new Promise((resolve) => late.once('error', resolve));
  late.listen(port);
  expect(await failed).toMatchObject({ code: 'EADDRINUSE' });
  await sockets.close();
  expect(print).not.toHaveBeenCalled();
  other.close();
});
