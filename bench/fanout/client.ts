/**
 * Opens many subscribers and times events at each, with as little work as Node
 * allows: bare sockets that read into one buffer. A process of its own.
 */
import { connect, type Socket } from 'node:net';
import { vehicleMediaChanged } from '../../widget/api/live/documents.ts';

export type Transport = 'sse' | 'graphql-ws' | 'raw-ws';

/** From the parent: how many more to open, then which event is to come to all. */
export type Order =
  | { open: number; transport: Transport; port: number; vehicle: string }
  | { event: number };

/** To the parent, once all have the event: when it came, in milliseconds of the machine's clock. */
export interface Arrivals {
  firstMs: number;
  medianMs: number;
  lastMs: number;
  /** What one of them got. */
  sample: string;
}

/** Handshakes at once. */
const AT_ONCE = 50;
const MS = 1_000_000;

/** Masked; the mask is zero. */
const PONG = Buffer.from([0x8a, 0x80, 0, 0, 0, 0]);

const buffer = Buffer.allocUnsafeSlow(65_536);
let marker: Buffer | null = null;
let sample = '';
let arrivals: number[] = [];
let awaited = 0;
const now = () => Number(process.hrtime.bigint()) / MS;

/** A masked text frame; the mask is zero. */
function textFrame(text: string): Buffer {
  const length = Buffer.byteLength(text);
  const head = length < 126 ? [0x81, 0x80 | length] : [0x81, 0x80 | 126, length >> 8, length & 255];
  return Buffer.concat([Buffer.from([...head, 0, 0, 0, 0]), Buffer.from(text)]);
}

/** What is said, each as soon as the answer to what was said before is there. */
function conversation(transport: Transport, vehicle: string): (string | Buffer)[] {
  const subscription = JSON.stringify({
    query: vehicleMediaChanged,
    variables: { vehicleId: vehicle },
  });
  if (transport === 'sse')
    return [
      `POST /graphql HTTP/1.1\r\nHost: a\r\nAccept: text/event-stream\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(subscription)}\r\n\r\n${subscription}`,
    ];
  const upgrade = [
    'GET /graphql HTTP/1.1',
    'Host: a',
    'Connection: Upgrade',
    'Upgrade: websocket',
    'Sec-WebSocket-Version: 13',
    'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
    ...(transport === 'raw-ws' ? [] : ['Sec-WebSocket-Protocol: graphql-transport-ws']),
    '\r\n',
  ].join('\r\n');
  if (transport === 'raw-ws') return [upgrade];
  return [
    upgrade,
    textFrame('{"type":"connection_init"}'),
    // A ping is answered once the subscription was taken.
    Buffer.concat([
      textFrame(`{"id":"1","type":"subscribe","payload":${subscription}}`),
      textFrame('{"type":"ping"}'),
    ]),
  ];
}

/** Whether a server asks if its WebSocket lives, before or behind the one text that may come with it. */
function hasPing(length: number): boolean {
  return isPing(0) || isPing(length - 2);
}

function isPing(at: number): boolean {
  return buffer[at] === 0x89 && buffer[at + 1] === 0;
}

function open(port: number, said: (string | Buffer)[]): Promise<Socket> {
  return new Promise((resolve, reject) => {
    let step = 0;
    const socket = connect({
      port,
      host: '127.0.0.1',
      onread: {
        buffer,
        callback(length) {
          if (hasPing(length)) socket.write(PONG);
          if (step < said.length) {
            if (step === 0 && !/^HTTP\/1.1 (101|200) /.test(buffer.toString('latin1', 0, 16)))
              reject(new Error(buffer.toString('latin1', 0, length)));
            step += 1;
            if (step < said.length) socket.write(said[step] as string);
            else resolve(socket);
          } else if (marker) {
            const at = buffer.indexOf(marker);
            if (at >= 0 && at < length) {
              sample ||= buffer.toString('utf8', 0, length);
              arrivals.push(now());
              if (arrivals.length === awaited) tell();
            }
          }
          return true;
        },
      },
    });
    socket.setNoDelay(true);
    const since = now();
    socket.once('error', reject).once('close', () => {
      const seconds = Math.round((now() - since) / 1_000);
      console.error(`The server cut off a subscriber after ${seconds} seconds.`);
      process.exit(1);
    });
    socket.once('connect', () => socket.write(said[0] as string));
  });
}

function tell(): void {
  marker = null;
  process.send?.({
    firstMs: arrivals[0] as number,
    medianMs: arrivals[arrivals.length >> 1] as number,
    lastMs: arrivals.at(-1) as number,
    sample,
  } satisfies Arrivals);
}

process.on('message', (order: Order) => void obey(order));

async function obey(order: Order): Promise<void> {
  if ('event' in order) {
    arrivals = [];
    marker = Buffer.from(`event ${order.event}.`);
    process.send?.({ waits: true });
    return;
  }
  awaited += order.open;
  const said = conversation(order.transport, order.vehicle);
  let left = order.open;
  await Promise.all(
    Array.from({ length: AT_ONCE }, async () => {
      while (left-- > 0) await open(order.port, said);
    }),
  );
  process.send?.({ opened: true });
}
