import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { createServer, type RequestListener } from 'node:http';
import { createServer as createTcpServer, type AddressInfo, type Server } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { createS3Storage } from './s3.ts';
import type { Storage } from './storage.ts';

const closers: (() => void)[] = [];
afterEach(() => {
  for (const close of closers.splice(0)) close();
});

async function listen(server: Server): Promise<string> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  closers.push(() => server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const hurried = { connectMs: 300, answerMs: 150, idleMs: 150 };
const patient = { connectMs: 60_000, answerMs: 60_000, idleMs: 60_000 };

function storageAt(endpoint: string, timeouts = hurried): Storage {
  const storage = createS3Storage({
    endpoint,
    region: 'us-east-1',
    bucket: 'photos',
    credentials: { accessKeyId: 'id', secretAccessKey: 'secret' },
    forcePathStyle: true,
    timeouts,
  });
  closers.push(() => void storage.close());
  return storage;
}

async function storageAnswering(listener: RequestListener): Promise<Storage> {
  const server = createServer(listener);
  const storage = storageAt(await listen(server), patient);
  closers.push(() => server.closeAllConnections());
  return storage;
}

const answer =
  (status: number, code: string): RequestListener =>
  (req, res) => {
    req.resume();
    res.writeHead(status, { 'content-type': 'application/xml' });
    res.end(req.method === 'HEAD' || code === '' ? '' : `<Error><Code>${code}</Code></Error>`);
  };

const multipart = { key: 'incoming/a', multipartId: '2~abc' };

const operations: Record<string, (storage: Storage) => Promise<unknown>> = {
  stat: (storage) => storage.stat('incoming/a'),
  read: (storage) => storage.read('incoming/a'),
  write: (storage) => storage.write('r/a', Buffer.from('x'), { contentType: 'image/png' }),
  delete: (storage) => storage.delete(['incoming/a', 'incoming/b']),
  list: async (storage) => {
    for await (const _ of storage.list('incoming/'));
  },
  check: (storage) => storage.check(),
  'multipart.start': (storage) => storage.multipart.start('incoming/a', 'image/png'),
  'multipart.parts': (storage) => storage.multipart.parts(multipart),
  'multipart.complete': (storage) => storage.multipart.complete(multipart),
  'multipart.abort': (storage) => storage.multipart.abort(multipart),
  'multipart.list': async (storage) => {
    for await (const _ of storage.multipart.list('incoming/'));
  },
};

describe.each(Object.entries(operations))('%s', (_, run) => {
  it('is UNAVAILABLE when nothing listens', async () => {
    const server = createTcpServer();
    const endpoint = await listen(server);
    server.close();
    await once(server, 'close');
    await expect(run(storageAt(endpoint))).rejects.toMatchObject({
      name: 'StorageError',
      code: 'UNAVAILABLE',
    });
  });

  it('is UNAVAILABLE when the store accepts and never answers', async () => {
    const server = createTcpServer((socket) => closers.push(() => socket.destroy()));
    const storage = storageAt(await listen(server));
    await expect(run(storage)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  });

  it('is UNAVAILABLE when the store hangs up', async () => {
    const server = createTcpServer((socket) => socket.destroy());
    const storage = storageAt(await listen(server));
    await expect(run(storage)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  });

  it.each([
    [500, 'InternalError', 'UNAVAILABLE'],
    [503, 'SlowDown', 'UNAVAILABLE'],
    [403, 'AccessDenied', 'DENIED'],
    [403, 'RequestTimeTooSkewed', 'DENIED'],
    [301, 'PermanentRedirect', 'DENIED'],
  ])('names a %i %s', async (status, said, code) => {
    const storage = await storageAnswering(answer(status, said));
    await expect(run(storage)).rejects.toMatchObject({ name: 'StorageError', code });
  });
});

describe('an S3 store', () => {
  it('that is down still hands out upload URLs and public addresses', async () => {
    const storage = storageAt('http://127.0.0.1:9');
    const target = await storage.createUpload({
      key: 'incoming/a',
      contentType: 'image/png',
      byteSize: 1,
      md5: '1B2M2Y8AsgTpgAmY7PhCfg==',
      expiresInSeconds: 60,
    });
    expect(target.url).toContain('http://127.0.0.1:9/photos/incoming/a?');
    const part = await storage.multipart.createPartUpload({
      ...multipart,
      partNumber: 1,
      byteSize: 1,
      expiresInSeconds: 60,
    });
    expect(part.url).toContain('http://127.0.0.1:9/photos/incoming/a?');
    expect(storage.publicUrl('r/a')).toBe('http://127.0.0.1:9/photos/r/a');
  });

  it('that has no room is FULL', async () => {
    for (const [status, said] of [
      [507, 'XMinioStorageFull'],
      [403, 'QuotaExceeded'],
    ] as const) {
      const storage = await storageAnswering(answer(status, said));
      await expect(operations.write!(storage)).rejects.toMatchObject({ code: 'FULL' });
    }
  });

  it('without the bucket is DENIED, though absent objects are merely absent', async () => {
    const storage = await storageAnswering(answer(404, 'NoSuchBucket'));
    await expect(storage.check()).rejects.toMatchObject({ code: 'DENIED' });
    await expect(storage.read('incoming/a')).rejects.toMatchObject({ code: 'DENIED' });
    await expect(operations.write!(storage)).rejects.toMatchObject({ code: 'DENIED' });
    await expect(operations.list!(storage)).rejects.toMatchObject({ code: 'DENIED' });
    expect(await storage.stat('incoming/a')).toBeNull();
  });

  it.each(['cuts', 'stalls'])('that %s in mid-object fails the reader', async (how) => {
    const storage = await storageAnswering((req, res) => {
      res.writeHead(200, { 'content-length': 1_000 });
      res.write('half');
      if (how === 'cuts') res.socket!.end();
    });
    const body = await storage.read('incoming/a');
    await expect(buffer(body)).rejects.toMatchObject({
      name: 'StorageError',
      code: 'UNAVAILABLE',
    });
  });

  it('that busies itself once is asked again', async () => {
    let asked = 0;
    const storage = await storageAnswering((req, res) => {
      asked += 1;
      if (asked === 1) return answer(503, 'SlowDown')(req, res);
      res.writeHead(200, { 'content-length': 2, 'content-type': 'image/png' }).end();
    });
    expect(await storage.stat('r/a')).toMatchObject({ byteSize: 2, contentType: 'image/png' });
  });

  it.each([
    ['refuses the condition as unknown', answer(501, 'NotImplemented')],
    ['takes the condition and ignores it', answer(200, '')],
  ])('that %s is no longer sent it once checked', async (_, onPut) => {
    const storage = await storageAnswering((req, res) => {
      if (req.method === 'PUT') onPut(req, res);
      else res.writeHead(req.method === 'HEAD' ? 200 : 204).end();
    });
    const grant = {
      key: 'incoming/a',
      contentType: 'image/png',
      byteSize: 1,
      md5: '1B2M2Y8AsgTpgAmY7PhCfg==',
      expiresInSeconds: 60,
    };
    const names = async () => (await storage.createUpload(grant)).headers.map(({ name }) => name);
    expect(await names()).toContain('if-none-match');
    await storage.check();
    expect(await names()).not.toContain('if-none-match');
  });

  it('that cuts off a file leaves the console to the caller', async () => {
    const warn = vi.spyOn(console, 'warn');
    const storage = await storageAnswering((req) => req.socket.destroy());
    const filePath = fileURLToPath(import.meta.url);
    await expect(
      storage.write('originals/a', { filePath }, { contentType: 'image/png' }),
    ).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    expect(warn).not.toHaveBeenCalled();
    warn.mockRestore();
  });

  it('that waits for a caller who has gone is let go', async () => {
    const storage = await storageAnswering(() => {});
    const caller = new AbortController();
    const reading = storage.read('incoming/a', { signal: caller.signal });
    caller.abort();
    await expect(reading).rejects.toMatchObject({ name: 'AbortError' });
  });
});
