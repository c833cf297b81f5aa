import { diskError, fullError } from './disk-error.ts';
import { createDiskFolder, type DiskFolder } from './disk-folder.ts';
import { createDiskMultiparts } from './disk-multipart.ts';
import { HEADER_BYTES, type OpenObject } from './disk-object.ts';
import { createDiskObjects } from './disk-objects.ts';
import type { PutTarget } from './put-target.ts';
import { StorageError, type Storage } from './storage.ts';
import { assertPublicKey, assertStorageKey, isPublicKey } from './storage-key.ts';
import { translatedStream } from './translated-stream.ts';
import { signedBody } from './signed-body.ts';
import {
  assertMediaType,
  assertPartGrant,
  assertUploadGrant,
  assertUploadKey,
  MAX_URL_SECONDS,
} from './upload-grant.ts';
import { UploadRefusal } from './upload-refusal.ts';
import { createUploadTokens, type UploadPermit } from './upload-token.ts';
import { measureBody } from './write-body.ts';

const HOUR_MS = 3_600_000;

export interface DiskStorageOptions {
  /** Made when it is not there. Processes may share it, but not over a network file system. */
  dir: string;
  /** Base of the addresses it hands out; asked whenever one is made. */
  publicUrl: () => string;
  /** The application's secret; a key for URLs is derived from it. */
  secret: Uint8Array;
  /** Hears of damaged files and failed sweeps; pino fits. */
  log?: { warn(fields: object, message: string): void };
  /** Room left for others on the same disk, such as a database. 64 MiB unless given. */
  minFreeBytes?: number;
  /** Milliseconds since the epoch. */
  now?: () => number;
}

export type PublicObject = OpenObject & { md5: string };

/** The disk driver, with what its HTTP endpoint needs. */
export interface DiskStorage extends Storage {
  readonly driver: 'disk';
  /** What the token of an upload URL allows now; throws {@link UploadRefusal}. */
  permit(token: string): UploadPermit;
  /** Rejects with {@link UploadRefusal} when the bytes it is for have come, or are not waited for any more. */
  assertAwaited(permit: UploadPermit): Promise<void>;
  /** Takes the bytes of a PUT, all or none; rejects with {@link UploadRefusal}. */
  receive(permit: UploadPermit, body: AsyncIterable<Uint8Array>): Promise<void>;
  /** An object that the server wrote under `r/`, null for all else; the caller closes its file. */
  openPublic(key: string): Promise<PublicObject | null>;
  /** Removes what died half written, and used keys that no URL can reach any more. Runs hourly. */
  sweep(): Promise<void>;
}

/** Objects in a folder of this machine, uploaded to and served by the same process. */
export function createDiskStorage(options: DiskStorageOptions): DiskStorage {
  const { log, minFreeBytes = 64 * 2 ** 20, now = Date.now } = options;
  const tokens = createUploadTokens(options.secret);
  const folder = openFolder(options.dir);
  const objects = createDiskObjects(folder, (path, error) => {
    log?.warn({ err: error, path }, 'storage: skipped a damaged file');
  });
  const baseUrl = () => options.publicUrl().replace(/\/+$/, '');

  const assertRoom = async (bytes: number) => {
    if ((await folder.freeBytes()) < bytes + minFreeBytes) throw fullError();
  };

  const multiparts = createDiskMultiparts({ folder, objects, assertRoom, now });

  const targetOf = (permit: UploadPermit, headers: PutTarget['headers']): PutTarget => ({
    url: `${baseUrl()}/storage/upload/${tokens.sign(permit)}`,
    headers,
    expiresAt: new Date(permit.expiresAt),
  });

  const sweep = () =>
    attempt(async () => {
      await folder.sweepTemporary(now() - HOUR_MS);
      await objects.forget(now() - MAX_URL_SECONDS * 1000);
    });

  let sweeping = Promise.resolve();
  const timer = setInterval(() => {
    sweeping = sweep().catch((error: unknown) => {
      log?.warn({ err: error }, 'storage: the sweep failed');
    });
  }, HOUR_MS).unref();

  return {
    driver: 'disk',
    origins: [],

    async createUpload(grant) {
      assertUploadGrant(grant);
      const { expiresInSeconds, ...bound } = grant;
      const expiresAt = now() + expiresInSeconds * 1000;
      return targetOf({ operation: 'put', ...bound, expiresAt }, [
        { name: 'content-type', value: grant.contentType },
        { name: 'content-md5', value: grant.md5 },
      ]);
    },

    multipart: {
      start: (key, contentType) =>
        attempt(async () => {
          assertUploadKey(key);
          assertMediaType(contentType);
          await assertRoom(0);
          return multiparts.start(key, contentType);
        }),

      async createPartUpload(grant) {
        assertPartGrant(grant);
        const { expiresInSeconds, ...bound } = grant;
        const expiresAt = now() + expiresInSeconds * 1000;
        return targetOf({ operation: 'part', ...bound, expiresAt }, []);
      },

      parts: (multipart) => attempt(() => multiparts.parts(multipart)),
      complete: (multipart) => attempt(() => multiparts.complete(multipart)),
      abort: (multipart) => attempt(() => multiparts.abort(multipart)),

      async *list(prefix) {
        yield* await attempt(() => multiparts.list(prefix));
      },
    },

    stat: (key) =>
      attempt(() => {
        assertStorageKey(key);
        return objects.describe(key);
      }),

    read: (key, { signal } = {}) =>
      attempt(async () => {
        assertStorageKey(key);
        signal?.throwIfAborted();
        const object = await objects.open(key);
        if (object === null) throw new StorageError('NOT_FOUND', `There is no object ${key}.`);
        const bytes = object.file.createReadStream({ start: HEADER_BYTES, signal });
        return translatedStream(bytes, diskError);
      }),

    write: (key, body, { contentType, cacheControl = null, signal }) =>
      attempt(async () => {
        assertStorageKey(key);
        assertMediaType(contentType);
        signal?.throwIfAborted();
        const { byteSize, md5, open } = await measureBody(body);
        await assertRoom(byteSize);
        const header = { key, contentType, cacheControl, md5: md5.toString('hex'), deleted: false };
        await folder.place('replace', { ...header, origin: 'server' }, open());
      }),

    delete: (keys) =>
      attempt(async () => {
        keys.forEach(assertStorageKey);
        for (const key of keys) await objects.remove(key);
      }),

    async *list(prefix) {
      yield* await attempt(() => objects.list(prefix));
    },

    get publicBase() {
      return `${baseUrl()}/media/`;
    },

    publicUrl(key) {
      assertPublicKey(key);
      return `${baseUrl()}/media/${key}`;
    },

    check: (signal) =>
      attempt(async () => {
        signal?.throwIfAborted();
        await assertRoom(0);
        await folder.probe();
      }),

    async close() {
      clearInterval(timer);
      await sweeping;
    },

    permit(token) {
      const permit = tokens.verify(token);
      if (permit === null) {
        throw new UploadRefusal('SIGNATURE_INVALID', 'This upload URL was not signed here.');
      }
      if (permit.expiresAt <= now()) {
        throw new UploadRefusal('URL_EXPIRED', 'This upload URL has expired: ask for a new one.');
      }
      return permit;
    },

    assertAwaited: (permit) =>
      attempt(async () => {
        if (permit.operation === 'part') await multiparts.assertStarted(permit);
        else if (await objects.isUsed(permit.key)) throw keyUsed();
      }),

    receive: (permit, body) =>
      attempt(async () => {
        if (permit.operation === 'part') return multiparts.receive(permit, body);
        await assertRoom(permit.byteSize);
        const { key, contentType } = permit;
        const md5 = Buffer.from(permit.md5, 'base64').toString('hex');
        const header = { key, contentType, cacheControl: null, md5, deleted: false };
        const bytes = signedBody(body, permit);
        if (!(await folder.place('create', { ...header, origin: 'upload' }, bytes))) {
          throw keyUsed();
        }
      }),

    openPublic: (key) =>
      attempt(async () => {
        if (!isPublicKey(key)) return null;
        const object = await objects.open(key);
        if (object === null) return null;
        const { origin, md5 } = object;
        if (origin === 'server' && md5 !== null) return { ...object, md5 };
        await object.file.close();
        return null;
      }),

    sweep,
  };
}

function openFolder(dir: string): DiskFolder {
  try {
    return createDiskFolder(dir);
  } catch (error) {
    throw diskError(error);
  }
}

async function attempt<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw diskError(error);
  }
}

function keyUsed(): UploadRefusal {
  return new UploadRefusal('KEY_USED', 'This upload URL has been used: its bytes are stored.');
}
