import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { CloseCode, handleProtocols, makeServer, type ServerOptions } from 'graphql-ws';
import type { Logger } from 'pino';
import { WebSocketServer, type WebSocket } from 'ws';
import type { Sink } from '../events/sink.ts';
import type { Connected } from '../events/subscription.ts';
import { createHeartbeat } from '../http/heartbeat.ts';
import { hasUntaken } from '../http/untaken.ts';
import type { EventFrame } from './event-frame.ts';
import type { LiveStream } from './live-streams.ts';

/** How long a peer may take to answer that its socket is closed. */
const CLOSE_MS = 5_000;

/** One connection, as the hooks of the protocol see it. */
export interface SocketExtra {
  request: IncomingMessage;
  socket: WebSocket;
  /** What the frames of `socket` go through; nothing else writes to it. */
  stream: Duplex;
}

export interface WebSocketOptions {
  path: string;
  maxPayload: number;
  /** Of the protocol graphql-transport-ws. */
  hooks: ServerOptions<Record<string, unknown>, SocketExtra>;
  /** Counts an upgrade until the function that it returns is called; null refuses it. */
  enter(req: IncomingMessage): (() => void) | null;
  log: Logger;
}

/** One connection, as the protocol sees it, and whether it lives. */
class Peer {
  readonly protocol: string;
  readonly #socket: WebSocket;
  readonly #log: Logger;
  /** Whether a ping waits for its pong. */
  #asked = false;

  constructor(socket: WebSocket, log: Logger) {
    this.protocol = socket.protocol;
    this.#socket = socket;
    this.#log = log;
    socket.on('pong', () => (this.#asked = false));
  }

  beat(): void {
    if (this.#socket.readyState !== this.#socket.OPEN) return;
    if (this.#asked) {
      this.#socket.terminate();
      return;
    }
    this.#asked = true;
    this.#socket.ping();
  }

  send(data: string): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.#socket.readyState !== this.#socket.OPEN) resolve();
      else this.#socket.send(data, (error) => (error ? reject(error) : resolve()));
    });
  }

  close(code?: number, reason?: string): void {
    this.#socket.close(code, reason);
  }

  onMessage(take: (data: string) => Promise<void>): void {
    this.#socket.on('message', (data) => {
      // As long as a stream is open what asked for it is held: better the message than its text.
      take(parsed(String(data)) as string).catch((error: unknown) => this.fail(error));
    });
  }

  fail(error: unknown): void {
    this.#log.warn({ err: error }, 'a WebSocket broke off');
    this.close(CloseCode.InternalServerError, 'Internal server error');
  }
}

/** The protocol takes messages either way, and refuses texts that are none. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** Takes the upgrades of a server. Peers that do not answer a ping by the next are cut off. */
export function acceptWebSockets(
  server: Server,
  { path, maxPayload, hooks, enter, log }: WebSocketOptions,
): { close(): Promise<void> } {
  const protocol = makeServer(hooks);
  const sockets = new WebSocketServer({ noServer: true, path, maxPayload, handleProtocols });
  const heartbeat = createHeartbeat((peer: Peer) => peer.beat());

  function open(socket: WebSocket, stream: Duplex, request: IncomingMessage): void {
    const peer = new Peer(socket, log);
    const slice = heartbeat.enter(peer);
    const closed = protocol.opened(peer, { request, socket, stream });
    socket
      // Such as a message that is too large; the socket is closed already.
      .on('error', (error) => log.debug({ err: error }, 'a peer broke its WebSocket'))
      .once('close', (code, reason) => {
        slice.delete(peer);
        closed(code, String(reason)).catch((error: unknown) => {
          log.error({ err: error }, 'a WebSocket cannot be tidied up');
        });
      });
  }

  function upgrade(req: IncomingMessage, stream: Duplex, head: Buffer): void {
    const leave = enter(req);
    if (!leave) {
      stream.end('HTTP/1.1 429 Too Many Requests\r\nRetry-After: 60\r\nConnection: close\r\n\r\n');
      return;
    }
    stream.once('close', leave);
    sockets.handleUpgrade(req, stream, head, (socket) => open(socket, stream, req));
  }

  server.on('upgrade', upgrade);
  return {
    async close() {
      server.off('upgrade', upgrade);
      heartbeat.close();
      for (const socket of sockets.clients) socket.close(1001, 'Going away');
      const late = setTimeout(() => {
        for (const socket of sockets.clients) socket.terminate();
      }, CLOSE_MS);
      await new Promise<void>((resolve) => sockets.close(() => resolve()));
      clearTimeout(late);
    },
  };
}

/**
 * A stream of one subscription, written past the protocol: that iterates nothing
 * of it until the end, which it then says.
 */
export class SocketStream implements Sink<EventFrame>, AsyncIterableIterator<never> {
  readonly #extra: SocketExtra;
  readonly #id: string;
  readonly #connected: Connected;
  #ended = false;
  #end: ((result: IteratorReturnResult<undefined>) => void) | null = null;

  constructor(live: LiveStream, extra: SocketExtra, id: string) {
    this.#extra = extra;
    this.#id = id;
    this.#connected = live.connect(this);
  }

  get full(): boolean {
    return hasUntaken(this.#extra.stream);
  }

  send(frame: EventFrame): void {
    const { socket, stream } = this.#extra;
    if (socket.readyState === socket.OPEN) stream.write(frame.webSocket(this.#id));
  }

  onDrained(callback: () => void): void {
    this.#extra.stream.write('', callback);
  }

  end(): void {
    this.#ended = true;
    this.#end?.(NOTHING_MORE);
  }

  cut(): void {
    this.#extra.socket.terminate();
  }

  next(): Promise<IteratorReturnResult<undefined>> {
    if (this.#ended) return Promise.resolve(NOTHING_MORE);
    return new Promise((resolve) => (this.#end = resolve));
  }

  return(): Promise<IteratorReturnResult<undefined>> {
    this.#connected.leave();
    this.end();
    return Promise.resolve(NOTHING_MORE);
  }

  throw(): Promise<IteratorReturnResult<undefined>> {
    return this.return();
  }

  [Symbol.asyncIterator](): this {
    return this;
  }
}

const NOTHING_MORE = { done: true, value: undefined } as const;
