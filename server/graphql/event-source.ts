import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Connected } from '../events/subscription.ts';
import type { Sink } from '../events/sink.ts';
import type { Heartbeat } from '../http/heartbeat.ts';
import { hasUntaken } from '../http/untaken.ts';
import type { EventFrame } from './event-frame.ts';
import type { LiveStream } from './live-streams.ts';

const COMMENT = Buffer.from(':\n\n');
/** The same as a chunk of HTTP/1.1. */
const COMMENT_CHUNK = Buffer.from('3\r\n:\n\n\r\n');

/** Server-sent events to one response. What is sent is written past it, as whole chunks. */
export class EventSource implements Sink<EventFrame> {
  readonly #res: ServerResponse;
  readonly #socket: Socket;

  constructor(res: ServerResponse, socket: Socket) {
    this.#res = res;
    this.#socket = socket;
  }

  get full(): boolean {
    return hasUntaken(this.#socket);
  }

  send(frame: EventFrame): void {
    if (this.#open) this.#socket.write(this.#res.chunkedEncoding ? frame.sseChunk : frame.sse);
  }

  beat(): void {
    if (!this.#open || this.full) return;
    this.#socket.write(this.#res.chunkedEncoding ? COMMENT_CHUNK : COMMENT);
  }

  get #open(): boolean {
    return !this.#res.writableEnded && !this.#socket.destroyed;
  }

  onDrained(callback: () => void): void {
    this.#socket.write('', callback);
  }

  end(): void {
    this.#res.end('event: complete\ndata:\n\n');
  }

  cut(): void {
    this.#res.destroy();
  }
}

/** Sends a stream, once the headers are set, until either side ends it. */
export function sendEvents(
  res: ServerResponse,
  stream: LiveStream,
  heartbeat: Heartbeat<EventSource>,
): void {
  // Written alone, they are kept as one text, not as the parts that it was put together from.
  res.flushHeaders();
  // Some browsers do not take headers alone for a beginning.
  res.write(COMMENT);
  if (res.socket) follow(res, res.socket, stream, heartbeat);
  // Answers to requests that came before it on this connection go first.
  else res.once('socket', (socket: Socket) => follow(res, socket, stream, heartbeat));
}

function follow(
  res: ServerResponse,
  socket: Socket,
  stream: LiveStream,
  heartbeat: Heartbeat<EventSource>,
): void {
  if (res.closed || res.destroyed) return;
  socket.setNoDelay(true);
  const source = new EventSource(res, socket);
  const slice = heartbeat.enter(source);
  const connected: Connected = stream.connect(source);
  res.once('close', () => {
    slice.delete(source);
    connected.leave();
  });
}
