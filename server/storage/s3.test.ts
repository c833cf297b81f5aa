import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freshBucket, noS3Reason, type FreshBucket } from '../../test/s3.ts';
import { createS3Storage, type S3StorageOptions } from './s3.ts';
import type { Storage } from './storage.ts';
import { describeMultipart } from './multipart.contract.ts';
import { describeStorage, type OpenStorage } from './storage.contract.ts';

async function inTurns<T>(things: readonly T[], work: (thing: T) => Promise<void>): Promise<void> {
  const rest = things.values();
  const worker = async () => {
    for (const thing of rest) await work(thing);
  };
  await Promise.all(Array.from({ length: 16 }, worker));
}

if (noS3Reason !== null) {
  describe.skip(`S3 storage (${noS3Reason})`, () => it('keeps to the contract', () => {}));
} else {
  const open: OpenStorage = async ({ now }) => {
    const bucket = (await freshBucket())!;
    const storage = createS3Storage({ ...bucket.config, now });
    return {
      storage,
      refusesUsedKeys: true,
      redirect: (url, from, to) => url.replace(from, to),
      renumber: (url, partNumber) => url.replace(/partNumber=\d+/, `partNumber=${partNumber}`),
      async close() {
        await storage.close();
        await bucket.drop();
      },
    };
  };
  describeStorage('S3 storage', open);
  describeMultipart('S3 storage', open);

  describe('a bucket', () => {
    let bucket: FreshBucket;
    let storage: Storage;

    beforeAll(async () => {
      bucket = (await freshBucket())!;
      storage = createS3Storage(bucket.config);
    });
    afterAll(async () => {
      await storage.close();
      await bucket.drop();
    });

    it('is DENIED with wrong keys, and when it does not exist', async () => {
      const { config } = bucket;
      const wrong: S3StorageOptions[] = [
        { ...config, credentials: { ...config.credentials, secretAccessKey: 'wrong' } },
        { ...config, credentials: { accessKeyId: 'nobody', secretAccessKey: 'wrong' } },
        { ...config, bucket: 'forecourt-test-no-such-bucket' },
      ];
      for (const options of wrong) {
        const storage = createS3Storage(options);
        await expect(storage.check()).rejects.toMatchObject({ code: 'DENIED' });
        await expect(storage.read('incoming/a')).rejects.toMatchObject({ code: 'DENIED' });
        await expect(
          storage.write('r/a', Buffer.from('x'), { contentType: 'image/png' }),
        ).rejects.toMatchObject({ name: 'StorageError', code: 'DENIED' });
        await storage.close();
      }
    });

    it('is listed past the thousand of a page', async () => {
      const keys = Array.from(
        { length: 1_001 },
        (_, i) => `incoming/${String(i).padStart(4, '0')}`,
      );
      await inTurns(keys, (key) =>
        storage.write(key, Buffer.from('x'), { contentType: 'image/png' }),
      );
      const found: string[] = [];
      for await (const { key } of storage.list('incoming/')) found.push(key);
      expect(found).toEqual(keys);
      await storage.delete(keys);
      for await (const { key } of storage.list('incoming/')) expect(key).toBeUndefined();
    });

    it('has more parts of an upload, and more uploads, than a page holds', async () => {
      const multipartId = await storage.multipart.start('incoming/a', 'video/mp4');
      const multipart = { key: 'incoming/a', multipartId };
      const numbers = Array.from({ length: 1_001 }, (_, i) => i + 1);
      await inTurns(numbers, async (partNumber) => {
        const grant = { ...multipart, partNumber, byteSize: 1, expiresInSeconds: 60 };
        const { url } = await storage.multipart.createPartUpload(grant);
        expect((await fetch(url, { method: 'PUT', body: 'x' })).status).toBe(200);
        await storage.multipart.start(`incoming/b/${partNumber}`, 'video/mp4');
      });
      expect((await storage.multipart.parts(multipart))?.map((part) => part.partNumber)).toEqual(
        numbers,
      );
      const started = [];
      for await (const one of storage.multipart.list('incoming/')) started.push(one);
      expect(started).toHaveLength(1_002);
      await inTurns(started, (one) => storage.multipart.abort(one));
      for await (const { key } of storage.multipart.list('incoming/')) expect(key).toBeUndefined();
    });

    it('is not listed to the public', async () => {
      const base = storage.publicUrl('r/x').slice(0, -'r/x'.length);
      for (const url of [base, `${base}?list-type=2&prefix=r/`]) {
        expect((await fetch(url)).status).toBe(403);
      }
    });

    it('works again as soon as the store is back', async () => {
      const sockets = new Set<Socket>();
      const store = new URL(bucket.config.endpoint);
      const proxy = createServer((socket) => {
        const upstream = connect(Number(store.port), store.hostname);
        socket.on('error', () => {}).pipe(upstream);
        upstream.on('error', () => {}).pipe(socket);
        sockets.add(socket).add(upstream);
      });
      const listen = async (port: number) => {
        proxy.listen(port, '127.0.0.1');
        await once(proxy, 'listening');
        return (proxy.address() as AddressInfo).port;
      };
      const cut = async () => {
        proxy.close();
        for (const socket of sockets) socket.destroy();
        await once(proxy, 'close');
      };

      const port = await listen(0);
      const endpoint = `http://127.0.0.1:${port}`;
      const through = createS3Storage({ ...bucket.config, endpoint });
      await through.write('incoming/kept', Buffer.from('kept'), { contentType: 'image/png' });
      await cut();
      await expect(through.stat('incoming/kept')).rejects.toMatchObject({ code: 'UNAVAILABLE' });
      await expect(through.check()).rejects.toMatchObject({ code: 'UNAVAILABLE' });
      await listen(port);
      expect(await through.stat('incoming/kept')).toMatchObject({ byteSize: 4 });
      await through.check();
      await through.close();
      await cut();
    });
  });
}
