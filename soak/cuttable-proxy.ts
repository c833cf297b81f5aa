import { once } from 'node:events';
import { createServer, request, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';

/** One PUT as it came by. */
export interface PassedPut {
  readonly path: string;
  readonly expectedBytes: number;
  bytes: number;
  over: boolean;
  /** Of the store's answer; null when none came. */
  status: number | null;
}

/** What stands between browser and store: it counts, slows down, and cuts. */
export interface CuttableProxy {
  readonly origin: string;
  /** Every PUT so far, in order. */
  readonly puts: readonly PassedPut[];
  /** Where requests go on to. */
  to(origin: string): void;
  /** Ends every connection; until `mend` no other is taken. */
  cut(): void;
  mend(): void;
  /** Lets no byte of a PUT pass, and keeps its connection. */
  hold(): void;
  release(): void;
  close(): Promise<void>;
}

/** `bytesPerSecond` bounds each PUT's body. */
export async function cuttableProxy(bytesPerSecond: number): Promise<CuttableProxy> {
  const puts: PassedPut[] = [];
  const sockets = new Set<Socket>();
  let upstream = new URL('http://127.0.0.1:9');
  let isCut = false;
  let released = Promise.resolve();
  let release = () => {};

  const server = createServer((incoming, response) => void forward(incoming, response));
  server.on('connection', (socket) => {
    if (isCut) return void socket.resetAndDestroy();
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => sockets.delete(socket));
  });
  async function forward(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    // The host stays as the browser wrote it: it is signed.
    const onward = request({
      host: upstream.hostname,
      port: upstream.port,
      method: incoming.method,
      path: incoming.url,
      headers: incoming.rawHeaders,
      agent: false,
    });
    let put: PassedPut | null = null;
    const gone = new AbortController();
    onward.on('close', () => gone.abort());
    onward.on('error', () => response.destroy());
    onward.on('response', (answer) => {
      if (put) put.status = answer.statusCode ?? null;
      response.writeHead(answer.statusCode ?? 502, answer.rawHeaders);
      answer.pipe(response);
      answer.on('error', () => response.destroy());
    });
    response.on('close', () => onward.destroy());
    try {
      // What nobody takes does not count.
      const [socket] = (await once(onward, 'socket', { signal: gone.signal })) as [Socket];
      if (socket.connecting) await once(socket, 'connect', { signal: gone.signal });
      if (incoming.method === 'PUT') {
        const expectedBytes = Number(incoming.headers['content-length']);
        put = { path: incoming.url ?? '', expectedBytes, bytes: 0, over: false, status: null };
        puts.push(put);
      }
      for await (const chunk of incoming) {
        const { length } = chunk as Buffer;
        if (put) {
          put.bytes += length;
          await pause((length / bytesPerSecond) * 1_000);
          await released;
        }
        if (!onward.write(chunk)) await once(onward, 'drain', { signal: gone.signal });
      }
      onward.end();
    } catch {
      onward.destroy();
      response.destroy();
    } finally {
      if (put) put.over = true;
    }
  }

  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    origin: `http://localhost:${(server.address() as AddressInfo).port}`,
    puts,
    to(origin) {
      upstream = new URL(origin);
      if (upstream.hostname === 'localhost') upstream.hostname = '127.0.0.1';
    },
    cut() {
      isCut = true;
      for (const socket of sockets) socket.resetAndDestroy();
    },
    mend() {
      isCut = false;
    },
    hold() {
      released = new Promise((resolve) => (release = resolve));
    },
    release: () => release(),
    async close() {
      release();
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
