import { once } from 'node:events';
import { createServer } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { cutSlowBody } from './cut-slow-body.ts';

const server = createServer((req, res) => {
  cutSlowBody(req, 20);
  req.on('error', () => undefined);
  req.resume().on('end', () => res.end('all of it'));
});
beforeAll(async () => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterAll(() => {
  server.close();
});

const HEAD = 'POST / HTTP/1.1\r\nhost: a\r\nconnection: close\r\ncontent-length: 4\r\n\r\n';

async function answerTo(text: string): Promise<string> {
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
  let answer = '';
  socket.on('data', (chunk) => (answer += String(chunk)));
  socket.on('error', () => undefined);
  socket.write(text);
  await once(socket, 'close');
  return answer;
}

it('ends the connection of a body that does not come', async () => {
  expect(await answerTo(`${HEAD}ab`)).toBe('');
});

it('lets a body that comes be answered', async () => {
  expect(await answerTo(`${HEAD}abcd`)).toContain('all of it');
});
