import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { md5, send, signedPlaces, type PutChanges } from './contract-client.ts';
import type { Storage, StoredObject, UploadGrant } from './storage.ts';

export interface StorageUnderTest {
  storage: Storage;
  close(): Promise<void>;
  /** The same upload URL, pointed at another key by someone without the secret. */
  redirect(url: string, from: string, to: string): string;
  /** False for a store without `If-None-Match`. */
  refusesUsedKeys: boolean;
  /** The same upload URL, pointed at another part by someone without the secret. */
  renumber(url: string, partNumber: number): string;
}

export type OpenStorage = (options: { now: () => number }) => Promise<StorageUnderTest>;

/** Holds a driver to the description of `Storage`; runs against a store that is empty under new prefixes. */
export function describeStorage(name: string, open: OpenStorage): void {
  describe(name, () => {
    let under: StorageUnderTest;
    let storage: Storage;
    let clockOffset = 0;
    let prefix: string;

    beforeAll(async () => {
      under = await open({ now: () => Date.now() + clockOffset });
      storage = under.storage;
    });
    afterAll(() => under?.close());
    beforeEach(() => {
      prefix = `incoming/${randomUUID()}/`;
    });

    const grantFor = (bytes: Uint8Array, changes: Partial<UploadGrant> = {}): UploadGrant => ({
      key: `${prefix}upload`,
      contentType: 'image/jpeg',
      byteSize: bytes.length,
      md5: md5(bytes),
      expiresInSeconds: 60,
      ...changes,
    });

    const list = async (under: string): Promise<StoredObject[]> => {
      const found: StoredObject[] = [];
      for await (const object of storage.list(under)) found.push(object);
      return found;
    };

    const expectRefused = async (bytes: Uint8Array, sent: Uint8Array, changes: PutChanges = {}) => {
      const target = await storage.createUpload(grantFor(bytes));
      const { status } = await send(target, sent, changes);
      const cutOff = (changes.length ?? 0) > sent.length;
      if (status === null) expect(cutOff).toBe(true);
      else expect(Math.floor(status / 100)).toBe(4);
      expect(await list(prefix)).toEqual([]);
    };

    describe('an upload URL', () => {
      it('takes the bytes it was signed for, of any size and content', async () => {
        await fc.assert(
          fc.asyncProperty(
            fc.oneof(
              fc.uint8Array({ minLength: 1, maxLength: 2_000 }),
              fc.integer({ min: 1, max: 1_000_000 }).map((size) => randomBytes(size)),
            ),
            fc.constantFrom('image/jpeg', 'image/webp', 'video/mp4', 'application/octet-stream'),
            async (bytes, contentType) => {
              const key = `${prefix}${randomUUID()}`;
              const target = await storage.createUpload(grantFor(bytes, { key, contentType }));
              const answer = await send(target, bytes);
              expect(answer).toMatchObject({ status: 200 });
              expect((await buffer(await storage.read(key))).equals(bytes)).toBe(true);
              expect(await storage.stat(key)).toMatchObject({
                key,
                byteSize: bytes.length,
                contentType,
              });
            },
          ),
          { numRuns: 25 },
        );
      });

      it('says when it expires, and never asks for a host or a length', async () => {
        const bytes = randomBytes(10);
        const before = Date.now();
        const target = await storage.createUpload(grantFor(bytes, { expiresInSeconds: 900 }));
        const after = Date.now();
        expect(target.expiresAt.getTime()).toBeGreaterThanOrEqual(before + 899_000);
        expect(target.expiresAt.getTime()).toBeLessThanOrEqual(after + 900_000);
        const names = target.headers.map((header) => header.name);
        expect(names).toEqual(expect.arrayContaining(['content-type', 'content-md5']));
        expect(names).not.toContain('host');
        expect(names).not.toContain('content-length');
      });

      it('refuses bytes with any one bit changed', async () => {
        const bytes = randomBytes(3_000);
        await fc.assert(
          fc.asyncProperty(fc.nat({ max: bytes.length * 8 - 1 }), async (bit) => {
            const sent = Uint8Array.from(bytes);
            sent[bit >> 3]! ^= 1 << (bit & 7);
            await expectRefused(bytes, sent);
          }),
          { numRuns: 10 },
        );
      });

      it('refuses bytes added or missing at the end', async () => {
        const bytes = randomBytes(5_000);
        await fc.assert(
          fc.asyncProperty(fc.integer({ min: 1, max: 4_999 }), async (count) => {
            await expectRefused(bytes, Buffer.concat([bytes, randomBytes(count)]));
            await expectRefused(bytes, bytes.subarray(0, bytes.length - count));
          }),
          { numRuns: 5 },
        );
      });

      it('keeps nothing of a body that ends before its length', async () => {
        const bytes = randomBytes(200_000);
        await expectRefused(bytes, bytes.subarray(0, 150_000), { length: bytes.length });
        await expectRefused(bytes, bytes.subarray(0, 0), { length: bytes.length });
      });

      it('refuses a body without a length', async () => {
        const bytes = randomBytes(1_000);
        await expectRefused(bytes, bytes, { chunked: true });
      });

      it('refuses another type, or none', async () => {
        const bytes = randomBytes(1_000);
        for (const type of ['image/png', 'text/html', 'image/jpeg; charset=utf-8', undefined]) {
          await expectRefused(bytes, bytes, { headers: { 'content-type': type } });
        }
      });

      it('refuses another MD5, or none, also when it is that of the bytes sent', async () => {
        const bytes = randomBytes(1_000);
        const others = randomBytes(1_000);
        await expectRefused(bytes, bytes, { headers: { 'content-md5': md5(others) } });
        await expectRefused(bytes, bytes, { headers: { 'content-md5': undefined } });
        await expectRefused(bytes, others, { headers: { 'content-md5': md5(others) } });
      });

      it('refuses every other method', async () => {
        const bytes = randomBytes(1_000);
        for (const method of ['POST', 'PATCH', 'GET', 'HEAD', 'DELETE']) {
          const hasBody = method === 'POST' || method === 'PATCH';
          await expectRefused(bytes, hasBody ? bytes : new Uint8Array(), { method });
        }
      });

      it('refuses to delete or give out what it stored', async () => {
        const bytes = randomBytes(1_000);
        const target = await storage.createUpload(grantFor(bytes));
        expect(await send(target, bytes)).toMatchObject({ status: 200 });
        for (const method of ['GET', 'HEAD', 'DELETE']) {
          const answer = await send(target, new Uint8Array(), { method });
          expect(answer.status).toBeGreaterThanOrEqual(400);
        }
        expect(await storage.stat(`${prefix}upload`)).toMatchObject({ byteSize: 1_000 });
      });

      it('refuses to write to another key', async () => {
        const bytes = randomBytes(1_000);
        const target = await storage.createUpload(grantFor(bytes));
        const url = under.redirect(target.url, `${prefix}upload`, `${prefix}victim`);
        expect(url).not.toBe(target.url);
        await expectRefused(bytes, bytes, { url });
      });

      it('refuses with any one character of it changed', async () => {
        const bytes = randomBytes(100);
        const { url } = await storage.createUpload(grantFor(bytes));
        const places = signedPlaces(url);
        const letters = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'];
        await fc.assert(
          fc.asyncProperty(
            fc.constantFrom(...places),
            fc.constantFrom(...letters),
            async (place, letter) => {
              fc.pre(url[place] !== letter);
              const changed = url.slice(0, place) + letter + url.slice(place + 1);
              await expectRefused(bytes, bytes, { url: changed });
            },
          ),
          { numRuns: 60 },
        );
        const last = url.at(-1) === 'A' ? 'B' : 'A';
        await expectRefused(bytes, bytes, { url: url.slice(0, -1) + last });
      });

      it('refuses bytes after its time', async () => {
        const bytes = randomBytes(1_000);
        clockOffset = -3_600_000;
        const target = await storage.createUpload(grantFor(bytes));
        clockOffset = 0;
        const answer = await send(target, bytes);
        expect(answer.status).toBe(403);
        expect(await list(prefix)).toEqual([]);
      });

      it('refuses a second PUT to the same key, also of the same bytes and with a new URL', async (test) => {
        if (!under.refusesUsedKeys) return test.skip();
        const bytes = randomBytes(1_000);
        const others = randomBytes(1_000);
        const target = await storage.createUpload(grantFor(bytes));
        expect(await send(target, bytes)).toMatchObject({ status: 200 });
        expect(await send(target, bytes)).toMatchObject({ status: 412 });
        const renewed = await storage.createUpload(grantFor(others));
        expect(await send(renewed, others)).toMatchObject({ status: 412 });
        expect(bytes.equals(await buffer(await storage.read(`${prefix}upload`)))).toBe(true);
      });

      it('lets one of many PUTs at once win', async (test) => {
        if (!under.refusesUsedKeys) return test.skip();
        const bytes = randomBytes(50_000);
        const target = await storage.createUpload(grantFor(bytes));
        const answers = await Promise.all(Array.from({ length: 20 }, () => send(target, bytes)));
        const statuses = answers.map((answer) => answer.status);
        expect(statuses.filter((status) => status === 200)).toHaveLength(1);
        expect(bytes.equals(await buffer(await storage.read(`${prefix}upload`)))).toBe(true);
        expect(await list(prefix)).toHaveLength(1);
      });

      it('answers the preflight of any origin, and lets it read the answer', async () => {
        const bytes = randomBytes(100);
        const target = await storage.createUpload(grantFor(bytes));
        const origin = 'https://dealer.example';
        const preflight = await send({ ...target, headers: [] }, new Uint8Array(), {
          method: 'OPTIONS',
          headers: {
            origin,
            'access-control-request-method': 'PUT',
            'access-control-request-headers': target.headers.map(({ name }) => name).join(','),
          },
        });
        expect(preflight.status).toBeLessThan(300);
        expect(['*', origin]).toContain(preflight.headers['access-control-allow-origin']);
        expect(preflight.headers['access-control-allow-methods']).toContain('PUT');
        const allowed = String(preflight.headers['access-control-allow-headers']).toLowerCase();
        for (const { name } of target.headers) expect(allowed).toContain(name);

        const answer = await send(target, bytes, { headers: { origin } });
        expect(answer.status).toBe(200);
        expect(['*', origin]).toContain(answer.headers['access-control-allow-origin']);
      });

      it('is not made for what no store could keep', async () => {
        const bytes = randomBytes(10);
        const changes: Partial<UploadGrant>[] = [
          { key: 'r/abc/320.webp' },
          { key: '../etc/passwd' },
          { key: 'incoming/a name.jpg' },
          { key: '' },
          { contentType: 'image/jpeg\r\nx-evil: 1' },
          { byteSize: 0 },
          { byteSize: 1.5 },
          { md5: 'nonsense' },
          { expiresInSeconds: 0 },
          { expiresInSeconds: 604_801 },
        ];
        for (const change of changes) {
          await expect(storage.createUpload(grantFor(bytes, change))).rejects.toThrow(TypeError);
        }
      });
    });

    describe('objects', () => {
      it('come back as they were written, of any size', async () => {
        await fc.assert(
          fc.asyncProperty(fc.integer({ min: 0, max: 2_000_000 }), async (size) => {
            const bytes = randomBytes(size);
            const key = `${prefix}${randomUUID()}`;
            await storage.write(key, bytes, { contentType: 'image/webp' });
            expect((await buffer(await storage.read(key))).equals(bytes)).toBe(true);
          }),
          { numRuns: 10, examples: [[0], [1]] },
        );
      });

      it('come back as the file that they were written from', async () => {
        const folder = await mkdtemp(join(tmpdir(), 'forecourt-write-'));
        try {
          const filePath = join(folder, 'file');
          for (const size of [0, 1, 5_000_000]) {
            const bytes = randomBytes(size);
            await writeFile(filePath, bytes);
            const key = `${prefix}${randomUUID()}`;
            await storage.write(key, { filePath }, { contentType: 'video/mp4' });
            expect((await buffer(await storage.read(key))).equals(bytes)).toBe(true);
            expect(await storage.stat(key)).toMatchObject({
              byteSize: size,
              contentType: 'video/mp4',
            });
          }
        } finally {
          await rm(folder, { recursive: true });
        }
      });

      it('tell their size, type and time', async () => {
        const key = `${prefix}object`;
        await storage.write(key, Buffer.from('hello'), { contentType: 'text/plain' });
        const stored = await storage.stat(key);
        expect(stored).toMatchObject({ key, byteSize: 5, contentType: 'text/plain' });
        expect(Math.abs(stored!.lastModified.getTime() - Date.now())).toBeLessThan(60_000);
      });

      it('are replaced by a later write', async () => {
        const key = `${prefix}object`;
        await storage.write(key, Buffer.from('first'), { contentType: 'text/plain' });
        await storage.write(key, Buffer.from('second one'), { contentType: 'image/png' });
        expect((await buffer(await storage.read(key))).toString()).toBe('second one');
        expect(await storage.stat(key)).toMatchObject({ byteSize: 10, contentType: 'image/png' });
      });

      it('are listed by prefix in ascending order, whatever their keys', async () => {
        const segment = fc.stringMatching(/^[A-Za-z0-9_-][A-Za-z0-9._-]{0,12}$/);
        const path = fc
          .array(segment, { minLength: 1, maxLength: 4 })
          .map((parts) => parts.join('/'));
        await fc.assert(
          fc.asyncProperty(fc.uniqueArray(path, { minLength: 1, maxLength: 12 }), async (paths) => {
            const here = `${prefix}${randomUUID()}/`;
            const keys = paths.map((path) => here + path);
            await Promise.all(
              keys.map((key) =>
                storage.write(key, Buffer.from(key), { contentType: 'text/plain' }),
              ),
            );
            const found = await list(here);
            expect(found.map(({ key }) => key)).toEqual([...keys].sort());
            expect(found.map(({ byteSize }) => byteSize)).toEqual(
              [...keys].sort().map((key) => key.length),
            );
            const one = keys[0]!;
            const part = one.slice(0, here.length + 1);
            expect((await list(part)).map(({ key }) => key)).toEqual(
              keys.filter((key) => key.startsWith(part)).sort(),
            );
          }),
          { numRuns: 10 },
        );
      });

      it('are gone once deleted, and deleting them again is no error', async () => {
        const keys = ['a', 'b', 'c'].map((name) => `${prefix}${name}`);
        for (const key of keys) {
          await storage.write(key, Buffer.from(key), { contentType: 'text/plain' });
        }
        await storage.delete([keys[0]!, keys[2]!, `${prefix}never-there`]);
        expect((await list(prefix)).map(({ key }) => key)).toEqual([keys[1]]);
        expect(await storage.stat(keys[0]!)).toBeNull();
        await storage.delete(keys);
        await storage.delete(keys);
        await storage.delete([]);
        expect(await list(prefix)).toEqual([]);
      });

      it('that are not there read as NOT_FOUND and have no stat', async () => {
        await expect(storage.read(`${prefix}nothing`)).rejects.toMatchObject({
          name: 'StorageError',
          code: 'NOT_FOUND',
        });
        expect(await storage.stat(`${prefix}nothing`)).toBeNull();
        expect(await list(prefix)).toEqual([]);
      });

      it('have keys of one grammar', async () => {
        for (const key of [
          '',
          '/',
          'a/',
          '/a',
          'a//b',
          'a/../b',
          './a',
          'ä',
          'a b',
          'a\0',
          '%2e',
        ]) {
          await expect(storage.read(key)).rejects.toThrow(TypeError);
          await expect(storage.stat(key)).rejects.toThrow(TypeError);
          await expect(storage.delete([key])).rejects.toThrow(TypeError);
          await expect(
            storage.write(key, Buffer.from('x'), { contentType: 'text/plain' }),
          ).rejects.toThrow(TypeError);
        }
      });

      it('are not read or written for a caller that has gone', async () => {
        const key = `${prefix}object`;
        const signal = AbortSignal.abort();
        const write = storage.write(key, Buffer.from('x'), { contentType: 'text/plain', signal });
        await expect(write).rejects.toMatchObject({ name: 'AbortError' });
        expect(await storage.stat(key)).toBeNull();
        await storage.write(key, Buffer.from('x'), { contentType: 'text/plain' });
        await expect(storage.read(key, { signal })).rejects.toMatchObject({ name: 'AbortError' });
      });
    });

    describe('the public address', () => {
      it('serves what was written, for ever', async () => {
        const key = `r/${randomUUID()}/320.webp`;
        const bytes = randomBytes(40_000);
        await storage.write(key, bytes, { contentType: 'image/webp' });
        const response = await fetch(storage.publicUrl(key), {
          headers: { origin: 'https://dealer.example' },
        });
        expect(response.status).toBe(200);
        expect(bytes.equals(Buffer.from(await response.arrayBuffer()))).toBe(true);
        expect(response.headers.get('content-type')).toBe('image/webp');
        expect(response.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
        expect(response.headers.get('etag')).toMatch(/^"[0-9a-f]{32}"$/);
        expect(response.headers.get('access-control-allow-origin')).not.toBeNull();
      });

      it('serves one range, and nothing to who has it already', async () => {
        const key = `r/${randomUUID()}/640.jpeg`;
        const bytes = randomBytes(10_000);
        await storage.write(key, bytes, { contentType: 'image/jpeg' });
        const url = storage.publicUrl(key);
        const part = await fetch(url, { headers: { range: 'bytes=100-199' } });
        expect(part.status).toBe(206);
        expect(part.headers.get('content-range')).toBe('bytes 100-199/10000');
        expect(Buffer.from(await part.arrayBuffer())).toEqual(bytes.subarray(100, 200));
        const again = await fetch(url, {
          headers: { 'if-none-match': part.headers.get('etag')! },
        });
        expect(again.status).toBe(304);
      });

      it('does not serve uploaded bytes, whatever the path', async () => {
        const bytes = randomBytes(100);
        const key = `${prefix}upload`;
        const target = await storage.createUpload(grantFor(bytes, { key }));
        expect(await send(target, bytes)).toMatchObject({ status: 200 });
        const address = storage.publicUrl('r/x').slice(0, -'r/x'.length);
        for (const path of [key, `r/../${key}`, `r/%2e%2e/${key}`, encodeURIComponent(key)]) {
          const response = await fetch(address + path);
          expect([400, 403, 404]).toContain(response.status);
        }
      });

      it('does not serve uploaded bytes that asked to be public', async () => {
        const bytes = randomBytes(100);
        const key = `${prefix}upload`;
        const target = await storage.createUpload(grantFor(bytes, { key }));
        await send(target, bytes, { headers: { 'x-amz-acl': 'public-read' } });
        const address = storage.publicUrl('r/x').slice(0, -'r/x'.length);
        expect([403, 404]).toContain((await fetch(address + key)).status);
      });

      it('is given for renditions alone', () => {
        expect(() => storage.publicUrl('incoming/a/b')).toThrow(TypeError);
        expect(() => storage.publicUrl('originals/a')).toThrow(TypeError);
        expect(() => storage.publicUrl('r/../incoming/a')).toThrow(TypeError);
      });
    });

    it('checks out', async () => {
      await storage.check();
      await storage.check(AbortSignal.timeout(10_000));
    });
  });
}
