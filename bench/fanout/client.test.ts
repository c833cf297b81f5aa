import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import type { AddressInfo, Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocketServer, type WebSocket } from 'ws';
import type { Order } from './client.ts';

let server: WebSocketServer;
let client: ChildProcess;
let socket: WebSocket;

beforeAll(async () => {
  server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  await once(server, 'listening');
  client = fork(new URL('client.ts', import.meta.url), { execArgv: ['--import', 'tsx'] });
  const connection = once(server, 'connection');
  const { port } = server.address() as AddressInfo;
  await order({ open: 1, transport: 'raw-ws', port, vehicle: '' });
  [socket] = (await connection) as [WebSocket];
});

afterAll(() => {
  client.kill();
  server.close();
});

async function order(message: Order): Promise<void> {
  const answer = once(client, 'message');
  client.send(message);
  await answer;
}

describe('a subscriber of the bench', () => {
  it('answers pings, so that no server takes it for gone', async () => {
    const pong = once(socket, 'pong');
    socket.ping();
    await pong;
  });

  it('answers a ping that comes together with an event', async () => {
    await order({ event: 1 });
    const both = Promise.all([once(socket, 'pong'), once(client, 'message')]);
    await new Promise<void>((resolve) => {
      const { _socket: stream } = socket as unknown as { _socket: Socket };
      stream.cork();
      socket.ping();
      socket.send('event 1.', () => resolve());
      stream.uncork();
    });
    const [, [arrivals]] = await both;
    expect(arrivals).toMatchObject({ sample: expect.stringContaining('event 1.') });
  });
});
