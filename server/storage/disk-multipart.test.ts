import { execFileSync, spawn } from 'node:child_process';
import { createHash, createHmac, hkdfSync, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { cp, mkdtemp, readdir, rename, rm, stat } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { send } from './contract-client.ts';
import { createDiskEndpoint } from './disk-endpoint.ts';
import { createDiskStorage, type DiskStorage, type DiskStorageOptions } from './disk.ts';
import type { Multipart } from './multipart.ts';

const secret = Buffer.from('a secret of the tests');
const key = 'incoming/dealer/upload';

let dir: string;
let storage: DiskStorage;
let server: Server;
let base: string;
let multipart: Multipart;

async function start(changes: Partial<DiskStorageOptions> = {}): Promise<void> {
  storage = createDiskStorage({ dir, publicUrl: () => base, secret, ...changes });
  const endpoint = createDiskEndpoint(storage);
  server = createServer((req, res) => void endpoint(req, res));
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
  dir = await mkdtemp(join(tmpdir(), 'forecourt-disk-'));
  await start();
  multipart = { key, multipartId: await storage.multipart.start(key, 'image/jpeg') };
});
afterEach(async () => {
  await stop();
  await rm(dir, { recursive: true });
});

async function putPart(partNumber: number, bytes: Uint8Array) {
  const target = await storage.multipart.createPartUpload({
    ...multipart,
    partNumber,
    byteSize: bytes.length,
    expiresInSeconds: 60,
  });
  return send(target, bytes);
}

async function filesIn(...folder: string[]): Promise<string[]> {
  const entries = await readdir(join(dir, ...folder), { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}

const sizes = async (...folder: string[]) =>
  Promise.all((await filesIn(...folder)).map(async (path) => (await stat(path)).size));

/** Ends without a word, as when the power goes, once `when` holds. */
async function killedWhileCompleting(when: () => Promise<boolean>): Promise<void> {
  const module = pathToFileURL(join(import.meta.dirname, 'disk.ts')).href;
  const script = `
    const { createDiskStorage } = await import(${JSON.stringify(module)});
    const storage = createDiskStorage({ dir: ${JSON.stringify(dir)}, publicUrl: () => '', secret: Buffer.alloc(32) });
    await storage.multipart.complete(${JSON.stringify(multipart)});`;
  const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', script]);
  await expect.poll(when, { timeout: 30_000 }).toBe(true);
  child.kill('SIGKILL');
  await once(child, 'close');
}

describe('parts on disk', () => {
  it('are completed by the next who tries when one was killed amid them', async () => {
    const parts = [randomBytes(3_000_000), randomBytes(1_000_000), randomBytes(10)];
    for (const [index, bytes] of parts.entries()) await putPart(index + 1, bytes);
    // A pipe in place of a part that nobody writes to: whoever reads it waits there.
    const second = (await filesIn('multiparts')).find((path) => path.endsWith('/2'))!;
    await rename(second, `${dir}/second`);
    execFileSync('mkfifo', [second]);
    await killedWhileCompleting(async () => (await sizes('tmp'))[0] === 3_001_024);
    await rename(`${dir}/second`, second);

    expect(await storage.stat(key)).toBeNull();
    expect(await storage.multipart.parts(multipart)).toHaveLength(3);
    await storage.multipart.complete(multipart);
    const whole = Buffer.concat(parts);
    expect(whole.equals(await buffer(await storage.read(key)))).toBe(true);
    expect(await filesIn('multiparts')).toEqual([]);
  });

  it('are removed by the next who completes when one was killed before it could', async () => {
    const bytes = randomBytes(10_000);
    await putPart(1, bytes);
    await cp(join(dir, 'multiparts'), join(dir, 'kept'), { recursive: true });
    await storage.multipart.complete(multipart);
    await rm(join(dir, 'multiparts'), { recursive: true });
    await rename(join(dir, 'kept'), join(dir, 'multiparts'));

    await storage.multipart.complete(multipart);
    expect(bytes.equals(await buffer(await storage.read(key)))).toBe(true);
    expect(await filesIn('multiparts')).toEqual([]);
    expect(await filesIn('tmp')).toEqual([]);
  });

  it('become no object again once that was deleted', async () => {
    await putPart(1, randomBytes(100));
    await cp(join(dir, 'multiparts'), join(dir, 'kept'), { recursive: true });
    await storage.multipart.complete(multipart);
    await storage.delete([key]);
    await rm(join(dir, 'multiparts'), { recursive: true });
    await rename(join(dir, 'kept'), join(dir, 'multiparts'));
    await expect(storage.multipart.complete(multipart)).rejects.toMatchObject({
      code: 'NOT_FOUND',
    });
    expect(await storage.stat(key)).toBeNull();
  });

  it('that are refused leave nothing behind, and say why', async () => {
    const bytes = randomBytes(1_000);
    const before = await filesIn();
    const target = await storage.multipart.createPartUpload({
      ...multipart,
      partNumber: 1,
      byteSize: 1_000,
      expiresInSeconds: 60,
    });
    const tries = {
      LENGTH_REQUIRED: await send(target, bytes, { chunked: true }),
      SIZE_MISMATCH: await send(target, bytes.subarray(1)),
      SIGNATURE_INVALID: await send(target, bytes, { url: `${target.url}x` }),
    };
    expect(
      Object.values(tries).map(
        ({ body }) => (JSON.parse(body) as { error: { code: string } }).error.code,
      ),
    ).toEqual(Object.keys(tries));
    expect(await filesIn()).toEqual(before);
    await storage.multipart.abort(multipart);
    const late = await send(target, bytes);
    expect([late.status, JSON.parse(late.body).error.code]).toEqual([404, 'UPLOAD_OVER']);
    expect(await filesIn()).toEqual([]);
  });

  it('are not taken with what was signed for something else than a PUT', async () => {
    const urlKey = Buffer.from(
      hkdfSync('sha256', secret, '', 'forecourt/storage/upload-url/1', 32),
    );
    const signed = (operation: string) => {
      const fields = [operation, key, 4, multipart.multipartId, 1, Date.now() + 60_000];
      const payload = Buffer.from(JSON.stringify(fields)).toString('base64url');
      const mac = createHmac('sha256', urlKey).update(payload).digest('base64url');
      return {
        url: `${base}/storage/upload/${payload}.${mac}`,
        headers: [],
        expiresAt: new Date(),
      };
    };
    expect(await send(signed('get'), Buffer.from('1234'))).toMatchObject({ status: 403 });
    expect(await storage.multipart.parts(multipart)).toEqual([]);
    expect(await send(signed('part'), Buffer.from('1234'))).toMatchObject({ status: 200 });
  });

  it('are counted while they come, whatever was said of them', async () => {
    const permit = { operation: 'part' as const, ...multipart, partNumber: 1, byteSize: 4 };
    for (const text of ['12345', '123']) {
      const body = Readable.from([Buffer.from(text)]);
      await expect(
        storage.receive({ ...permit, expiresAt: Date.now() + 60_000 }, body),
      ).rejects.toMatchObject({ code: 'SIZE_MISMATCH' });
    }
    expect(await storage.multipart.parts(multipart)).toEqual([]);
    expect(await filesIn('tmp')).toEqual([]);
  });

  it('of an upload that is given up while they come are refused', async () => {
    const permit = { operation: 'part' as const, ...multipart, partNumber: 1, byteSize: 4 };
    const body = async function* () {
      yield Buffer.from('12');
      await storage.multipart.abort(multipart);
      yield Buffer.from('34');
    };
    await expect(
      storage.receive({ ...permit, expiresAt: Date.now() + 60_000 }, body()),
    ).rejects.toMatchObject({ code: 'UPLOAD_OVER' });
    expect(await filesIn()).toEqual([]);
  });

  it('find no room on a full disk, also when they are put together, and heal', async () => {
    const bytes = randomBytes(1_000);
    await putPart(1, bytes);
    await stop();
    await start({ minFreeBytes: Number.MAX_SAFE_INTEGER });
    expect(await putPart(2, bytes)).toMatchObject({ status: 507 });
    await expect(storage.multipart.start('incoming/b', 'image/jpeg')).rejects.toMatchObject({
      code: 'FULL',
    });
    await expect(storage.multipart.complete(multipart)).rejects.toMatchObject({ code: 'FULL' });
    await stop();
    await start();
    await storage.multipart.complete(multipart);
    expect(await storage.stat(key)).toMatchObject({ byteSize: 1_000 });
  });

  it('that were half thrown away when the server was killed are swept', async () => {
    await putPart(1, randomBytes(100));
    const [folder] = await readdir(join(dir, 'multiparts'));
    await rename(join(dir, 'multiparts', folder!), join(dir, 'tmp', 'discarded'));
    await stop();
    await start({ now: () => Date.now() + 3_700_000 });
    await storage.sweep();
    expect(await readdir(join(dir, 'tmp'))).toEqual([]);
  });

  it('have paths of hashes, whatever their keys and ids', async () => {
    await storage.multipart.start('incoming/a.jpg', 'image/jpeg');
    const folders = await readdir(join(dir, 'multiparts'));
    expect(folders).toHaveLength(2);
    for (const name of folders) expect(name).toMatch(/^[0-9a-f]{64}$/);
    const own = createHash('sha256').update(`${key}\0${multipart.multipartId}`).digest('hex');
    expect(folders).toContain(own);
  });
});
