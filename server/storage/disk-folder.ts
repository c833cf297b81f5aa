import { createHash, randomUUID } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { rename, rm, stat, statfs, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { encodeHeader, type ObjectHeader } from './disk-object.ts';
import { linked, makeFolder, namesIn, syncFolder, writeDurably } from './durable-file.ts';

type Body = Uint8Array | AsyncIterable<Uint8Array>;

/** Where objects are files. Every path is made of hashes: no key or name ever becomes one. */
export interface DiskFolder {
  /** Where the parts of uploads are kept that were started. */
  readonly multiparts: string;
  /** A name that nobody has, for what is not whole yet or is on its way out. */
  temporaryPath(): string;
  pathOf(key: string): string;
  /** Paths of everything that may be under the prefix, in no order. */
  paths(prefix: string): AsyncIterable<string>;
  /**
   * Puts a whole file in place, on the disk before it resolves. `create` never
   * replaces one: false when it is there already, whoever of many was first.
   */
  place(how: 'create' | 'replace', header: ObjectHeader, body: Body): Promise<boolean>;
  freeBytes(): Promise<number>;
  /** Resolves when files can be made and removed. */
  probe(): Promise<void>;
  /** Removes what writers that died left behind. */
  sweepTemporary(olderThan: number): Promise<void>;
}

export function createDiskFolder(root: string): DiskFolder {
  const temporary = join(root, 'tmp');
  const objects = join(root, 'objects');
  const multiparts = join(root, 'multiparts');
  for (const folder of [temporary, objects, multiparts]) {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  }
  const temporaryPath = () => join(temporary, randomUUID());

  const pathOf = (key: string) => {
    const hash = sha256(key);
    return join(objects, spaceOf(key), hash.slice(0, 2), hash.slice(2));
  };

  return {
    multiparts,
    temporaryPath,
    pathOf,

    async *paths(prefix) {
      const spaces = prefix.includes('/') ? [spaceOf(prefix)] : await namesIn(objects);
      for (const space of spaces) {
        for (const shard of await namesIn(join(objects, space))) {
          for (const name of await namesIn(join(objects, space, shard))) {
            yield join(objects, space, shard, name);
          }
        }
      }
    },

    async place(how, header, body) {
      const path = temporaryPath();
      const target = pathOf(header.key);
      try {
        await writeDurably(path, objectFile(header, body));
        await makeFolder(dirname(target));
        if (how === 'replace') await rename(path, target);
        else if (!(await linked(path, target))) return false;
        await syncFolder(dirname(target));
        return true;
      } finally {
        await rm(path, { force: true });
      }
    },

    async freeBytes() {
      const { bavail, bsize } = await statfs(root);
      return bavail * bsize;
    },

    async probe() {
      const path = temporaryPath();
      await writeFile(path, 'x', { flag: 'wx' });
      await rm(path);
    },

    async sweepTemporary(olderThan) {
      for (const name of await namesIn(temporary)) {
        const path = join(temporary, name);
        const stats = await stat(path).catch(() => null);
        if (stats !== null && stats.mtimeMs < olderThan) {
          await rm(path, { force: true, recursive: true });
        }
      }
    },
  };
}

async function* objectFile(header: ObjectHeader, body: Body): AsyncIterable<Uint8Array> {
  yield encodeHeader(header);
  if (body instanceof Uint8Array) yield body;
  else yield* body;
}

/** Keys that share their first segment share a folder, so that listing a prefix reads no other. */
function spaceOf(key: string): string {
  return sha256(key.slice(0, key.indexOf('/') + 1)).slice(0, 16);
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
