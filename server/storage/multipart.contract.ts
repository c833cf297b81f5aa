import { randomBytes, randomUUID } from 'node:crypto';
import { buffer } from 'node:stream/consumers';
import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { send, signedPlaces, type PutChanges } from './contract-client.ts';
import type { Multipart, PartGrant, StartedMultipart } from './multipart.ts';
import type { OpenStorage, StorageUnderTest } from './storage.contract.ts';
import type { Storage } from './storage.ts';

/** The least that S3 takes of every part but the last. */
const LEAST = 5 * 2 ** 20;
const TYPE = 'video/mp4';

/** Holds a driver to the description of `MultipartStorage`. */
export function describeMultipart(name: string, open: OpenStorage): void {
  describe(`${name}, in parts`, () => {
    let under: StorageUnderTest;
    let storage: Storage;
    let clockOffset = 0;
    let key: string;
    let multipart: Multipart;

    beforeAll(async () => {
      under = await open({ now: () => Date.now() + clockOffset });
      storage = under.storage;
    });
    afterAll(() => under?.close());
    beforeEach(async () => {
      key = `incoming/${randomUUID()}/upload`;
      multipart = { key, multipartId: await storage.multipart.start(key, TYPE) };
    });

    const targetFor = (partNumber: number, byteSize: number, changes: Partial<PartGrant> = {}) =>
      storage.multipart.createPartUpload({
        ...multipart,
        partNumber,
        byteSize,
        expiresInSeconds: 60,
        ...changes,
      });

    const sendPart = async (partNumber: number, bytes: Uint8Array): Promise<number | null> => {
      const { status } = await send(await targetFor(partNumber, bytes.length), bytes);
      return status;
    };

    const expectRefused = async (bytes: Uint8Array, sent: Uint8Array, changes: PutChanges = {}) => {
      const { status } = await send(await targetFor(1, bytes.length), sent, changes);
      const cutOff = (changes.length ?? 0) > sent.length;
      if (status === null) expect(cutOff).toBe(true);
      else expect(Math.floor(status / 100)).toBe(4);
      expect(await storage.multipart.parts(multipart)).toEqual([]);
    };

    const started = async (prefix: string): Promise<StartedMultipart[]> => {
      const found: StartedMultipart[] = [];
      for await (const one of storage.multipart.list(prefix)) found.push(one);
      return found;
    };

    describe('an upload', () => {
      it('becomes one object of its parts, whatever order they came in', async () => {
        const parts = [randomBytes(LEAST), randomBytes(LEAST + 1), randomBytes(10)];
        for (const number of [3, 1, 2])
          expect(await sendPart(number, parts[number - 1]!)).toBe(200);
        expect(await storage.multipart.parts(multipart)).toEqual(
          parts.map((bytes, index) => ({ partNumber: index + 1, byteSize: bytes.length })),
        );
        expect(await storage.stat(key)).toBeNull();
        await storage.multipart.complete(multipart);
        const whole = Buffer.concat(parts);
        expect(await storage.stat(key)).toMatchObject({
          byteSize: whole.length,
          contentType: TYPE,
        });
        expect(whole.equals(await buffer(await storage.read(key)))).toBe(true);
        expect(await storage.multipart.parts(multipart)).toBeNull();
      });

      it('keeps of a part what came last', async () => {
        const bytes = randomBytes(2_000);
        expect(await sendPart(1, randomBytes(1_000))).toBe(200);
        expect(await sendPart(1, bytes)).toBe(200);
        expect(await sendPart(1, bytes)).toBe(200);
        expect(await storage.multipart.parts(multipart)).toEqual([
          { partNumber: 1, byteSize: 2_000 },
        ]);
        await storage.multipart.complete(multipart);
        expect(bytes.equals(await buffer(await storage.read(key)))).toBe(true);
      });

      it('keeps a part when the same one is cut off the next time', async () => {
        const bytes = randomBytes(200_000);
        expect(await sendPart(1, bytes)).toBe(200);
        await send(await targetFor(1, 200_000), randomBytes(150_000), { length: 200_000 });
        await storage.multipart.complete(multipart);
        expect(bytes.equals(await buffer(await storage.read(key)))).toBe(true);
      });

      it('takes many parts at once', async () => {
        const parts = Array.from({ length: 12 }, () => randomBytes(20_000));
        const statuses = await Promise.all(parts.map((bytes, index) => sendPart(index + 1, bytes)));
        expect(new Set(statuses)).toEqual(new Set([200]));
        expect(await storage.multipart.parts(multipart)).toHaveLength(12);
      });

      it('can be completed again', async () => {
        const bytes = randomBytes(1_000);
        await sendPart(1, bytes);
        await storage.multipart.complete(multipart);
        await storage.multipart.complete(multipart);
        expect(bytes.equals(await buffer(await storage.read(key)))).toBe(true);
      });

      it('can be completed by many at once, of whom those that fail may try again', async () => {
        const bytes = randomBytes(100_000);
        await sendPart(1, bytes);
        const ends = await Promise.allSettled(
          Array.from({ length: 10 }, () => storage.multipart.complete(multipart)),
        );
        for (const end of ends) {
          if (end.status === 'rejected') expect(end.reason).toMatchObject({ code: 'UNAVAILABLE' });
        }
        expect(ends.some(({ status }) => status === 'fulfilled')).toBe(true);
        await storage.multipart.complete(multipart);
        expect(bytes.equals(await buffer(await storage.read(key)))).toBe(true);
      });

      it('that has no parts cannot be completed', async () => {
        await expect(storage.multipart.complete(multipart)).rejects.toMatchObject({
          name: 'StorageError',
          code: 'NOT_FOUND',
        });
        expect(await storage.stat(key)).toBeNull();
      });

      it('takes no part once it is completed', async () => {
        await sendPart(1, randomBytes(1_000));
        await storage.multipart.complete(multipart);
        expect(await sendPart(1, randomBytes(1_000))).toBe(404);
        expect(await sendPart(2, randomBytes(1_000))).toBe(404);
        expect(await storage.stat(key)).toMatchObject({ byteSize: 1_000 });
      });

      it('is gone once it is aborted, and aborting again is no error', async () => {
        const target = await targetFor(1, 1_000);
        await sendPart(2, randomBytes(1_000));
        await storage.multipart.abort(multipart);
        await storage.multipart.abort(multipart);
        expect(await storage.multipart.parts(multipart)).toBeNull();
        expect(await send(target, randomBytes(1_000))).toMatchObject({ status: 404 });
        await expect(storage.multipart.complete(multipart)).rejects.toMatchObject({
          code: 'NOT_FOUND',
        });
        expect(await storage.stat(key)).toBeNull();
      });

      it('is another one with every start, also of the same key', async () => {
        const other = { key, multipartId: await storage.multipart.start(key, TYPE) };
        expect(other.multipartId).not.toBe(multipart.multipartId);
        await sendPart(1, randomBytes(1_000));
        expect(await storage.multipart.parts(other)).toEqual([]);
        await storage.multipart.abort(other);
        expect(await storage.multipart.parts(multipart)).toHaveLength(1);
      });

      it('is listed by prefix until it is completed or aborted', async () => {
        const before = Date.now();
        const prefix = `incoming/${randomUUID()}/`;
        const all = await Promise.all(
          ['a', 'b', 'c'].map(async (name) => ({
            key: prefix + name,
            multipartId: await storage.multipart.start(prefix + name, TYPE),
          })),
        );
        const found = await started(prefix);
        expect(found.sort((a, b) => (a.key < b.key ? -1 : 1))).toMatchObject(all);
        for (const { startedAt } of found) {
          expect(Math.abs(startedAt.getTime() - before)).toBeLessThan(60_000);
        }
        expect(await started(`${prefix}b`)).toMatchObject([all[1]!]);
        [multipart] = all as [Multipart];
        await sendPart(1, randomBytes(100));
        await storage.multipart.complete(all[0]!);
        await storage.multipart.abort(all[1]!);
        expect(await started(prefix)).toMatchObject([all[2]!]);
      });

      it('is not started for what no store could keep', async () => {
        for (const bad of ['r/abc/320.webp', '../etc/passwd', 'incoming/a name.mp4', '']) {
          await expect(storage.multipart.start(bad, TYPE)).rejects.toThrow(TypeError);
        }
        await expect(storage.multipart.start(key, 'video/mp4\r\nx-evil: 1')).rejects.toThrow(
          TypeError,
        );
      });

      it('that never was has no parts', async () => {
        const stranger = { key, multipartId: '../../objects' };
        expect(await storage.multipart.parts(stranger)).toBeNull();
        await storage.multipart.abort(stranger);
        await expect(storage.multipart.complete(stranger)).rejects.toMatchObject({
          code: 'NOT_FOUND',
        });
      });
    });

    describe('the URL of a part', () => {
      const bytes = randomBytes(3_000);

      it('says when it expires, and needs no header', async () => {
        const before = Date.now();
        const { headers, expiresAt } = await targetFor(1, 10, { expiresInSeconds: 900 });
        const after = Date.now();
        expect(headers).toEqual([]);
        expect(expiresAt.getTime()).toBeGreaterThanOrEqual(before + 899_000);
        expect(expiresAt.getTime()).toBeLessThanOrEqual(after + 900_000);
      });

      it('refuses bytes added or missing at the end', async () => {
        await expectRefused(bytes, Buffer.concat([bytes, randomBytes(1)]));
        await expectRefused(bytes, bytes.subarray(1));
        await expectRefused(bytes, new Uint8Array());
      });

      it('keeps nothing of a body that ends before its length', async () => {
        const long = randomBytes(200_000);
        await expectRefused(long, long.subarray(0, 150_000), { length: long.length });
      });

      it('refuses a body without a length', async () => {
        await expectRefused(bytes, bytes, { chunked: true });
      });

      it('refuses bytes after its time', async () => {
        clockOffset = -3_600_000;
        const target = await targetFor(1, bytes.length);
        clockOffset = 0;
        expect(await send(target, bytes)).toMatchObject({ status: 403 });
        expect(await storage.multipart.parts(multipart)).toEqual([]);
      });

      it('refuses to be another part', async () => {
        const { url } = await targetFor(1, bytes.length);
        for (const partNumber of [2, 0, 10_001]) {
          const other = under.renumber(url, partNumber);
          expect(other).not.toBe(url);
          await expectRefused(bytes, bytes, { url: other });
        }
      });

      it('refuses to write to another key or another upload', async () => {
        const { url } = await targetFor(1, bytes.length);
        const other = { key, multipartId: await storage.multipart.start(key, TYPE) };
        for (const [from, to] of [
          [key, key.replace('/upload', '/victim')],
          [multipart.multipartId, other.multipartId],
        ] as const) {
          const changed = under.redirect(url, from, to);
          expect(changed).not.toBe(url);
          await expectRefused(bytes, bytes, { url: changed });
        }
        expect(await storage.multipart.parts(other)).toEqual([]);
      });

      it('refuses with any one character of it changed', async () => {
        const { url } = await targetFor(1, bytes.length);
        const places = signedPlaces(url);
        await fc.assert(
          fc.asyncProperty(fc.constantFrom(...places), async (place) => {
            const letter = url[place] === 'A' ? 'B' : 'A';
            const changed = url.slice(0, place) + letter + url.slice(place + 1);
            await expectRefused(bytes, bytes, { url: changed });
          }),
          { numRuns: 40 },
        );
      });

      it('refuses every other method', async () => {
        for (const method of ['POST', 'PATCH', 'GET', 'HEAD', 'DELETE']) {
          const hasBody = method === 'POST' || method === 'PATCH';
          await expectRefused(bytes, hasBody ? bytes : new Uint8Array(), { method });
        }
      });

      it('answers the preflight of any origin, and lets it read the answer', async () => {
        const target = await targetFor(1, bytes.length);
        const origin = 'https://dealer.example';
        const preflight = await send(target, new Uint8Array(), {
          method: 'OPTIONS',
          headers: { origin, 'access-control-request-method': 'PUT' },
        });
        expect(preflight.status).toBeLessThan(300);
        expect(['*', origin]).toContain(preflight.headers['access-control-allow-origin']);
        expect(preflight.headers['access-control-allow-methods']).toContain('PUT');
        const answer = await send(target, bytes, { headers: { origin } });
        expect(answer.status).toBe(200);
        expect(['*', origin]).toContain(answer.headers['access-control-allow-origin']);
      });

      it('is not made for what no store could keep', async () => {
        const changes: Partial<PartGrant>[] = [
          { key: 'r/abc/320.webp' },
          { key: '' },
          { partNumber: 0 },
          { partNumber: 1.5 },
          { partNumber: 10_001 },
          { byteSize: 0 },
          { expiresInSeconds: 0 },
          { expiresInSeconds: 604_801 },
        ];
        for (const change of changes) {
          await expect(targetFor(1, 10, change)).rejects.toThrow(TypeError);
        }
      });
    });
  });
}
