/** The least that a WebSocket server does: one text, sent to every socket by `ws`. */
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { WebSocketServer } from 'ws';

const text = process.env.EVENT ?? '';
const sockets = new WebSocketServer({ port: 0, host: '127.0.0.1', perMessageDeflate: false });
await once(sockets, 'listening');
process.on('message', ({ first }: { first: number }) => {
  const message = text.replaceAll(/event \d+\./g, `event ${first}.`);
  for (const socket of sockets.clients) socket.send(message);
});
process.send?.({ url: `http://127.0.0.1:${(sockets.address() as AddressInfo).port}` });
