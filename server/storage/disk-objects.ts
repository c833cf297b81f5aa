import { open, stat, unlink } from 'node:fs/promises';
import { diskError } from './disk-error.ts';
import type { DiskFolder } from './disk-folder.ts';
import {
  encodeHeader,
  HEADER_BYTES,
  openEntry,
  openObject,
  type ObjectHeader,
  type OpenObject,
} from './disk-object.ts';
import { StorageError, type StoredObject } from './storage.ts';

const HEADERS_AT_ONCE = 64;

/** Objects in a folder, before anyone's rules about who may touch them. */
export interface DiskObjects {
  open(key: string): Promise<OpenObject | null>;
  describe(key: string): Promise<StoredObject | null>;
  /** Whether the key has an object, or had an upload whose URL may still live. */
  isUsed(key: string): Promise<boolean>;
  remove(key: string): Promise<void>;
  /** In ascending order. */
  list(prefix: string): Promise<StoredObject[]>;
  /** Forgets used keys whose object went before that time (milliseconds). */
  forget(before: number): Promise<void>;
}

export function createDiskObjects(
  folder: DiskFolder,
  onDamaged: (path: string, error: unknown) => void,
): DiskObjects {
  const describePath = async (path: string): Promise<StoredObject | null> => {
    const object = await openObject(path);
    if (object === null) return null;
    await object.file.close();
    const { key, byteSize, contentType, lastModified } = object;
    return { key, byteSize, contentType, lastModified };
  };

  const describeOrSkip = async (path: string): Promise<StoredObject | null> => {
    try {
      return await describePath(path);
    } catch (error) {
      onDamaged(path, error);
      return null;
    }
  };

  /** A full disk may have no room for a new file: then the old one is cut down to the mark. */
  const bury = async (mark: ObjectHeader): Promise<void> => {
    try {
      await folder.place('replace', mark, new Uint8Array());
    } catch (error) {
      const named = diskError(error);
      if (!(named instanceof StorageError) || named.code !== 'FULL') throw error;
      await cutDown(folder.pathOf(mark.key), mark);
    }
  };

  return {
    open: (key) => openObject(folder.pathOf(key)),

    describe: (key) => describePath(folder.pathOf(key)),

    async isUsed(key) {
      const entry = await openEntry(folder.pathOf(key));
      await entry?.file.close();
      return entry !== null;
    },

    async remove(key) {
      const path = folder.pathOf(key);
      const object = await openObject(path);
      if (object === null) return;
      await object.file.close();
      if (object.origin === 'server') return unlinkIfThere(path);
      const { contentType, cacheControl, md5, origin } = object;
      await bury({ key, contentType, cacheControl, md5, origin, deleted: true });
    },

    async list(prefix) {
      const found: StoredObject[] = [];
      const take = async (paths: string[]) => {
        for (const object of await Promise.all(paths.map(describeOrSkip))) {
          if (object?.key.startsWith(prefix)) found.push(object);
        }
      };
      let batch: string[] = [];
      for await (const path of folder.paths(prefix)) {
        if (batch.push(path) < HEADERS_AT_ONCE) continue;
        await take(batch);
        batch = [];
      }
      await take(batch);
      return found.sort((a, b) => (a.key < b.key ? -1 : 1));
    },

    async forget(before) {
      for await (const path of folder.paths('')) {
        const stats = await stat(path).catch(() => null);
        if (stats === null || stats.size > HEADER_BYTES || stats.mtimeMs >= before) continue;
        const entry = await openEntry(path);
        await entry?.file.close();
        if (entry?.deleted) await unlinkIfThere(path);
      }
    },
  };
}

async function cutDown(path: string, mark: ObjectHeader): Promise<void> {
  const file = await open(path, 'r+');
  try {
    await file.write(encodeHeader(mark), 0, HEADER_BYTES, 0);
    await file.truncate(HEADER_BYTES);
    await file.sync();
  } finally {
    await file.close();
  }
}

async function unlinkIfThere(path: string): Promise<void> {
  try {
    await unlink(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
}
