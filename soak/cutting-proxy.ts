import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** What stands between client and server, and cuts replies. */
export interface CuttingProxy {
  readonly port: number;
  /**
   * The connection that comes next is cut once so many bytes of its reply have
   * gone through. Resolves to the whole reply, as the server gave it.
   */
  cutAfter(bytes: number): Promise<Buffer>;
  close(): Promise<void>;
}

/** For one request at a time, whose connection its reply ends. */
export async function cuttingProxy(serverPort: number): Promise<CuttingProxy> {
  const sockets = new Set<Socket>();
  let next: { bytes: number; done(reply: Buffer): void } | null = null;

  const keep = (socket: Socket): void => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => sockets.delete(socket));
  };
  const proxy = createServer((client) => {
    const plan = next;
    next = null;
    keep(client);
    if (!plan) return void client.destroy();
    const server = connect(serverPort, '127.0.0.1');
    keep(server);
    client.on('data', (chunk) => server.write(chunk));
    const reply: Buffer[] = [];
    let left = plan.bytes;
    let isCut = false;
    server.on('data', (chunk) => {
      reply.push(chunk);
      if (isCut) return;
      isCut = chunk.length >= left;
      const passed = chunk.subarray(0, left);
      left -= passed.length;
      if (isCut) client.end(passed);
      else client.write(passed);
    });
    server.on('close', () => {
      client.end();
      plan.done(Buffer.concat(reply));
    });
  });
  proxy.listen(0, '127.0.0.1');
  await once(proxy, 'listening');

  return {
    port: (proxy.address() as AddressInfo).port,
    cutAfter: (bytes) => new Promise((done) => (next = { bytes, done })),
    async close() {
      for (const socket of sockets) socket.destroy();
      proxy.close();
      await once(proxy, 'close');
    },
  };
}
