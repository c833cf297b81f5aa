import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { md5, send } from './contract-client.ts';
import { createDiskStorage, type DiskStorage, type DiskStorageOptions } from './disk.ts';
import { createDiskEndpoint, type DiskEndpointOptions } from './disk-endpoint.ts';
import type { UploadGrant } from './storage.ts';

const DAY_MS = 86_400_000;
const secret = Buffer.from('a secret of the tests');

let dir: string;
let storage: DiskStorage;
let server: Server;
let base: string;
let clockOffset: number;

async function start(
  changes: Partial<DiskStorageOptions> = {},
  endpointOptions: DiskEndpointOptions = {},
): Promise<void> {
  storage = createDiskStorage({
    dir,
    publicUrl: () => base,
    secret,
    now: () => Date.now() + clockOffset,
    ...changes,
  });
  const endpoint = createDiskEndpoint(storage, endpointOptions);
  server = createServer((req, res) => {
    void endpoint(req, res).then((owned) => {
      if (!owned) res.writeHead(418).end();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function stop(): Promise<void> {
  server.closeAllConnections();
  server.close();
  await storage.close();
}

beforeEach(async () => {
  clockOffset = 0;
  dir = await mkdtemp(join(tmpdir(), 'forecourt-disk-'));
  await start();
});
afterEach(async () => {
  await stop();
  await rm(dir, { recursive: true });
});

function grantFor(bytes: Uint8Array, changes: Partial<UploadGrant> = {}): UploadGrant {
  return {
    key: 'incoming/dealer/upload',
    contentType: 'image/jpeg',
    byteSize: bytes.length,
    md5: md5(bytes),
    expiresInSeconds: 60,
    ...changes,
  };
}

async function files(): Promise<string[]> {
  const entries = await readdir(dir, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => entry.name);
}

/** Sends the head of a PUT; the caller sends what it likes of the body. */
function openPut(url: string, body: Uint8Array, length = `content-length: ${body.length}`): Socket {
  const { hostname, port, pathname } = new URL(url);
  const socket = connect(Number(port), hostname);
  const head = [
    `PUT ${pathname} HTTP/1.1`,
    'host: localhost',
    'content-type: image/jpeg',
    `content-md5: ${md5(body)}`,
    length,
  ];
  socket.write(`${head.join('\r\n')}\r\n\r\n`);
  return socket;
}

/** The same URL, of the server as it is started now. */
const moved = (url: string) => base + new URL(url).pathname;

const codeIn = (body: string): unknown => JSON.parse(body).error.code;

describe('PUT /storage/upload/{token}', () => {
  const bytes = randomBytes(2_000);

  it('says in JSON what was wrong, to every origin', async () => {
    const target = await storage.createUpload(grantFor(bytes));
    const other = randomBytes(2_000);
    const tries = {
      LENGTH_REQUIRED: await send(target, bytes, { chunked: true }),
      SIZE_MISMATCH: await send(target, bytes.subarray(1)),
      TYPE_MISMATCH: await send(target, bytes, { headers: { 'content-type': 'image/png' } }),
      MD5_MISMATCH: await send(target, other),
      SIGNATURE_INVALID: await send(target, bytes, { url: `${target.url}x` }),
      METHOD_NOT_ALLOWED: await send(target, bytes, { method: 'POST' }),
    };
    for (const [code, answer] of Object.entries(tries)) {
      expect(codeIn(answer.body)).toBe(code);
      expect(JSON.parse(answer.body).error.message).toMatch(/^[A-Z].*\.$/);
      expect(answer.headers).toMatchObject({
        'access-control-allow-origin': '*',
        'x-content-type-options': 'nosniff',
        'content-type': 'application/json; charset=utf-8',
      });
    }
    expect(Object.values(tries).map(({ status }) => status)).toEqual([
      411, 400, 400, 400, 403, 405,
    ]);
    clockOffset = 61_000;
    const late = await send(target, bytes);
    expect([late.status, codeIn(late.body)]).toEqual([403, 'URL_EXPIRED']);
    expect(await files()).toEqual([]);
  });

  it('answers an early refusal even when the client is still sending', async () => {
    const large = randomBytes(8_000_000);
    const target = await storage.createUpload(grantFor(large));
    const answer = await send(target, large, { headers: { 'content-type': 'image/png' } });
    expect(answer.status).toBe(400);
    expect(codeIn(answer.body)).toBe('TYPE_MISMATCH');
  });

  it('refuses by the head alone, and cuts off who goes on sending', async () => {
    await stop();
    await start({}, { stallMs: 50 });
    const { url } = await storage.createUpload(grantFor(bytes));
    for (const [length, code] of [
      ['content-length: 999999999999', 'SIZE_MISMATCH'],
      ['transfer-encoding: chunked', 'LENGTH_REQUIRED'],
    ] as const) {
      const socket = openPut(url, bytes, length);
      const drip = setInterval(() => socket.write('1\r\nx\r\n'), 5);
      socket.on('error', () => {});
      let answer = '';
      socket.on('data', (chunk) => (answer += chunk));
      await new Promise((resolve) => socket.once('close', resolve));
      clearInterval(drip);
      expect(answer).toContain(`"${code}"`);
    }
  });

  it('takes no other spelling of a signature', async () => {
    const target = await storage.createUpload(grantFor(bytes));
    const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_=';
    for (const letter of letters) {
      const url = target.url.slice(0, -1) + letter;
      if (url === target.url) continue;
      expect(await send(target, bytes, { url })).toMatchObject({ status: 403 });
    }
    expect(await send(target, bytes, { url: `${target.url}=` })).toMatchObject({ status: 403 });
    expect(await files()).toEqual([]);
  });

  it('refuses a used key until its URL expires, also after the object has gone', async () => {
    const target = await storage.createUpload(grantFor(bytes, { expiresInSeconds: 7 * 86_400 }));
    expect(await send(target, bytes)).toMatchObject({ status: 200 });
    await storage.delete(['incoming/dealer/upload']);
    expect(await storage.stat('incoming/dealer/upload')).toBeNull();

    for (const days of [0, 1, 6]) {
      clockOffset = days * DAY_MS;
      await storage.sweep();
      const answer = await send(target, bytes);
      expect([answer.status, codeIn(answer.body)]).toEqual([412, 'KEY_USED']);
    }
    await stop();
    await start();
    expect(await send(target, bytes, { url: moved(target.url) })).toMatchObject({ status: 412 });
    clockOffset = 7 * DAY_MS + 1_000;
    await storage.sweep();
    expect(await files()).toEqual([]);
    expect(await send(target, bytes, { url: moved(target.url) })).toMatchObject({ status: 403 });
  });

  it('takes no URL of another secret', async () => {
    const { url, ...target } = await storage.createUpload(grantFor(bytes));
    await stop();
    await start({ secret: Buffer.from('another secret') });
    const answer = await send({ url, ...target }, bytes, {
      url: moved(url),
    });
    expect([answer.status, codeIn(answer.body)]).toEqual([403, 'SIGNATURE_INVALID']);
  });

  it('ends a body that stalls, and keeps nothing', async () => {
    await stop();
    await start({}, { stallMs: 50, minBytesPerSecond: 1 });
    const target = await storage.createUpload(grantFor(bytes));
    const socket = openPut(target.url, bytes);
    socket.write('only this');
    const answer = await text(socket);
    expect(answer).toMatch(/^HTTP\/1\.1 408 /);
    expect(answer).toContain('"TIMED_OUT"');
    expect(await files()).toEqual([]);
  });

  it('ends a body that trickles', async () => {
    await stop();
    await start({}, { stallMs: 200, minBytesPerSecond: 1_000_000 });
    const target = await storage.createUpload(grantFor(bytes));
    const socket = openPut(target.url, bytes);
    const drip = setInterval(() => socket.write('x'), 20);
    const answer = await text(socket);
    clearInterval(drip);
    expect(answer).toMatch(/^HTTP\/1\.1 408 /);
    expect(await files()).toEqual([]);
  });

  it('keeps nothing of a client that goes in mid-body', async () => {
    const large = randomBytes(3_000_000);
    const target = await storage.createUpload(grantFor(large));
    const socket = openPut(target.url, large);
    socket.write(large.subarray(0, 1_000_000));
    await expect.poll(files).toHaveLength(1);
    socket.resetAndDestroy();
    await expect.poll(files).toEqual([]);
    expect(await send(target, large)).toMatchObject({ status: 200 });
  });

  it('answers 507 without room, keeps nothing, and takes the same PUT when there is room again', async () => {
    const target = await storage.createUpload(grantFor(bytes));
    await stop();
    await start({ minFreeBytes: Number.MAX_SAFE_INTEGER });
    const here = () => ({ url: moved(target.url) });
    const answer = await send(target, bytes, here());
    expect([answer.status, codeIn(answer.body)]).toEqual([507, 'STORAGE_FULL']);
    expect(await files()).toEqual([]);
    await expect(storage.write('r/a', bytes, { contentType: 'image/png' })).rejects.toMatchObject({
      name: 'StorageError',
      code: 'FULL',
    });
    await expect(storage.check()).rejects.toMatchObject({ code: 'FULL' });
    await stop();
    await start();
    expect(await send(target, bytes, here())).toMatchObject({ status: 200 });
  });

  it('leaves no name of a key or person on the disk', async () => {
    const key = 'incoming/dealer/secret-name.jpg';
    const target = await storage.createUpload(grantFor(bytes, { key }));
    await send(target, bytes);
    const names = await readdir(dir, { recursive: true });
    expect(names.join('\n')).not.toMatch(/dealer|secret|jpg|incoming/);
  });
});

describe('GET /media/{key}', () => {
  const key = 'r/0123abcd/640.webp';
  const bytes = randomBytes(700_000);

  beforeEach(async () => {
    await storage.write(key, bytes, { contentType: 'image/webp' });
  });

  it('serves with headers that keep a browser from running it', async () => {
    const response = await fetch(storage.publicUrl(key));
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'content-type': 'image/webp',
      'content-length': '700000',
      'cache-control': 'public, max-age=31536000, immutable',
      etag: `"${createHash('md5').update(bytes).digest('hex')}"`,
      'accept-ranges': 'bytes',
      'x-content-type-options': 'nosniff',
      'content-security-policy': 'sandbox',
      'cross-origin-resource-policy': 'cross-origin',
      'access-control-allow-origin': '*',
    });
    expect(bytes.equals(Buffer.from(await response.arrayBuffer()))).toBe(true);
  });

  it('answers HEAD with the same headers and no body', async () => {
    const response = await fetch(storage.publicUrl(key), {
      method: 'HEAD',
      headers: { range: 'bytes=0-9' },
    });
    expect(response.status).toBe(200);
    expect(response.headers.get('content-length')).toBe('700000');
    expect(await response.text()).toBe('');
  });

  it('serves any one range as the bytes between', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat({ max: 700_100 }), fc.nat({ max: 700_100 }), async (a, b) => {
        const first = Math.min(a, b);
        const last = Math.max(a, b);
        const response = await fetch(storage.publicUrl(key), {
          headers: { range: `bytes=${first}-${last}` },
        });
        if (first >= bytes.length) {
          expect(response.status).toBe(416);
          expect(response.headers.get('content-range')).toBe('bytes */700000');
          expect(await response.json()).toMatchObject({ error: { code: 'RANGE_NOT_SATISFIABLE' } });
          return;
        }
        expect(response.status).toBe(206);
        const body = Buffer.from(await response.arrayBuffer());
        expect(body.equals(bytes.subarray(first, last + 1))).toBe(true);
      }),
      { numRuns: 30, examples: [[700_000, 700_001]] },
    );
    const suffix = await fetch(storage.publicUrl(key), { headers: { range: 'bytes=-5' } });
    expect(suffix.headers.get('content-range')).toBe('bytes 699995-699999/700000');
  });

  it('serves the whole for several ranges, and for a range of another version', async () => {
    const several: Record<string, string> = { range: 'bytes=0-1,5-6' };
    const another = { range: 'bytes=0-1', 'if-range': '"another"' };
    for (const headers of [several, another]) {
      const response = await fetch(storage.publicUrl(key), { headers });
      expect(response.status).toBe(200);
      expect((await response.arrayBuffer()).byteLength).toBe(700_000);
    }
  });

  it('answers 304 to who names its ETag, and 200 after a change', async () => {
    const url = storage.publicUrl(key);
    const etag = (await fetch(url)).headers.get('etag')!;
    for (const tags of [etag, `W/${etag}`, `"a", ${etag}`, '*']) {
      const response = await fetch(url, { headers: { 'if-none-match': tags } });
      expect([response.status, response.headers.get('etag')]).toEqual([304, etag]);
    }
    await storage.write(key, randomBytes(10), { contentType: 'image/webp' });
    const changed = await fetch(url, { headers: { 'if-none-match': etag } });
    expect(changed.status).toBe(200);
  });

  it('serves another lifetime when a write asked for it', async () => {
    await storage.write(key, bytes, { contentType: 'image/webp', cacheControl: 'no-cache' });
    const response = await fetch(storage.publicUrl(key));
    expect(response.headers.get('cache-control')).toBe('no-cache');
  });

  it('serves nothing outside r/, and never uploaded bytes', async () => {
    const target = await storage.createUpload(grantFor(bytes));
    expect(await send(target, bytes)).toMatchObject({ status: 200 });
    await storage.write('originals/a', bytes, { contentType: 'image/webp' });
    const paths = [
      'incoming/dealer/upload',
      'originals/a',
      'r/../originals/a',
      'r/%2e%2e/x',
      'r/',
      '',
    ];
    for (const path of paths) {
      const answer = await send({ ...target, headers: [] }, new Uint8Array(), {
        method: 'GET',
        url: `${base}/media/${path}`,
      });
      expect(answer.status).toBe(404);
      expect(answer.headers['access-control-allow-origin']).toBe('*');
    }
  });

  it('serves no upload even where only renditions are', async () => {
    const permit = {
      operation: 'put' as const,
      ...grantFor(bytes, { key: 'r/upload' }),
      expiresAt: Date.now() + 60_000,
    };
    await storage.receive(permit, Readable.from([bytes]));
    expect(await storage.stat('r/upload')).not.toBeNull();
    expect((await fetch(storage.publicUrl('r/upload'))).status).toBe(404);
  });

  it('answers whatever path with 404 or 405, never with an error of the server', async () => {
    const path = fc.oneof(
      fc.webPath(),
      fc.webUrl({ withQueryParameters: true }),
      fc.string({ unit: 'grapheme' }),
    );
    const methods = fc.constantFrom('GET', 'HEAD', 'PUT', 'DELETE');
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom('/media/', '/media/r/', '/storage/upload/'),
        path,
        methods,
        async (start, rest, method) => {
          const url = base + start + encodeURI(rest);
          const response = await fetch(url, { method });
          expect([403, 404, 405, 418]).toContain(response.status);
        },
      ),
      { numRuns: 100 },
    );
  });

  it('leaves other paths to others', async () => {
    for (const path of ['/', '/graphql', '/mediax', '/storage', '/storage/uploads']) {
      expect((await fetch(base + path)).status).toBe(418);
    }
  });
});

const smallDisk = process.env.TEST_SMALL_DISK;
const noSmallDisk = smallDisk ? '' : ' (TEST_SMALL_DISK names no folder on a disk of 1 to 16 MB)';

describe.skipIf(!smallDisk)(`a disk that is really full${noSmallDisk}`, () => {
  const bytes = randomBytes(500_000);

  it('gives 507 and FULL, keeps no part, and heals when something is deleted', async () => {
    await stop();
    await rm(dir, { recursive: true });
    dir = await mkdtemp(join(smallDisk!, 'forecourt-disk-'));
    await start({ minFreeBytes: 0, log: { warn() {} } });
    const uploaded: string[] = [];
    const upload = async () => {
      const key = `incoming/${uploaded.length}`;
      const answer = await send(await storage.createUpload(grantFor(bytes, { key })), bytes);
      if (answer.status === 200) uploaded.push(key);
      return answer;
    };
    while ((await upload()).status === 200);
    await stop();
    // Without the check of free space first, as when another process takes it meanwhile.
    await start({ minFreeBytes: Number.MIN_SAFE_INTEGER });
    const filler = join(dir, 'filler');
    await writeFile(filler, Buffer.alloc(16_000_000)).catch(() => {});

    expect(await upload()).toMatchObject({ status: 507 });
    const write = storage.write('r/a', bytes, { contentType: 'image/png' });
    await expect(write).rejects.toMatchObject({ name: 'StorageError', code: 'FULL' });
    expect(await readdir(join(dir, 'tmp'))).toEqual([]);
    expect(await storage.stat('r/a')).toBeNull();

    await storage.delete(uploaded.slice(0, 2));
    expect(await storage.stat(uploaded[0]!)).toBeNull();
    await storage.write('r/a', bytes, { contentType: 'image/png' });
    expect(await storage.stat('r/a')).toMatchObject({ byteSize: bytes.length });
    const again = await storage.createUpload(grantFor(bytes, { key: uploaded[0]! }));
    expect(await send(again, bytes)).toMatchObject({ status: 412 });
  });
});

describe('the storage folder', () => {
  it('keeps objects and their types over a restart', async () => {
    await storage.write('r/a/320.jpeg', Buffer.from('pixels'), { contentType: 'image/jpeg' });
    await stop();
    await start();
    expect(await storage.stat('r/a/320.jpeg')).toMatchObject({
      byteSize: 6,
      contentType: 'image/jpeg',
    });
  });

  it('loses what died half written to the sweep, but only after an hour', async () => {
    const dead = join(dir, 'tmp', randomUUID());
    await writeFile(dead, 'half of a file');
    await storage.sweep();
    expect(await readFile(dead, 'utf8')).toBe('half of a file');
    const long = new Date(Date.now() - 3_700_000);
    await utimes(dead, long, long);
    await storage.write('r/a', Buffer.from('x'), { contentType: 'image/png' });
    await storage.sweep();
    expect(await readdir(join(dir, 'tmp'))).toEqual([]);
    expect(await storage.stat('r/a')).not.toBeNull();
  });
});
