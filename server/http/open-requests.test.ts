import { once } from 'node:events';
import { createServer } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createOpenRequests } from './open-requests.ts';

const requests = createOpenRequests(20, 5);
const server = createServer((req, res) => {
  requests.add(res, req.url === '/upload' ? 'any time' : 'soon');
  req.on('error', () => undefined);
  if (req.url === '/refused') res.end('no');
  else req.resume().on('end', () => res.end('all of it'));
});
beforeAll(async () => {
  server.keepAliveTimeout = 0;
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterAll(() => {
  requests.close();
  server.close();
});

const headOf = (path: string): string =>
  `POST ${path} HTTP/1.1\r\nhost: a\r\nconnection: close\r\ncontent-length: 4\r\n\r\n`;
const HEAD = headOf('/');

function send(text: string): { socket: Socket; answer: Promise<string> } {
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
  let answer = '';
  socket.on('data', (chunk) => (answer += String(chunk)));
  socket.on('error', () => undefined);
  socket.write(text);
  return { socket, answer: once(socket, 'close').then(() => answer) };
}

it('ends the connection of a body that does not come', async () => {
  expect(await send(`${HEAD}ab`).answer).toBe('');
});

it('lets a body that comes be answered', async () => {
  expect(await send(`${HEAD}abcd`).answer).toContain('all of it');
});

it('lets a body that may take its time come later than others may', async () => {
  const { socket, answer } = send(`${headOf('/upload')}ab`);
  expect(await send(`${HEAD}ab`).answer).toBe('');
  socket.write('cd');
  expect(await answer).toContain('all of it');
});

it('ends the connection of a body that does not come after its answer', async () => {
  const head = headOf('/refused').replace('connection: close', 'connection: keep-alive');
  expect(await send(`${head}ab`).answer).toContain('no');
});
