import { createHash, randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { DiskFolder } from './disk-folder.ts';
import type { DiskObjects } from './disk-objects.ts';
import { isAbsent, namesIn, syncFolder, writeDurably } from './durable-file.ts';
import type { Multipart, StartedMultipart, StoredPart } from './multipart.ts';
import { sizedBody } from './signed-body.ts';
import { StorageError } from './storage.ts';
import { UploadRefusal } from './upload-refusal.ts';
import type { PartPermit } from './upload-token.ts';

/** Beside the parts: what the upload is. */
const ABOUT = 'about.json';
const COPY_BYTES = 1 << 20;

interface About {
  key: string;
  multipartId: string;
  contentType: string;
  /** Milliseconds since the epoch. */
  startedAt: number;
}

/** Uploads in parts, each a folder with a file for every part, before anyone's rules about who may send. */
export interface DiskMultiparts {
  start(key: string, contentType: string): Promise<string>;
  /** Rejects with {@link UploadRefusal} when the upload takes no parts any more. */
  assertStarted(multipart: Multipart): Promise<void>;
  /** Takes the bytes of one part, all or none; rejects with {@link UploadRefusal}. */
  receive(permit: PartPermit, body: AsyncIterable<Uint8Array>): Promise<void>;
  parts(multipart: Multipart): Promise<StoredPart[] | null>;
  complete(multipart: Multipart): Promise<void>;
  abort(multipart: Multipart): Promise<void>;
  list(prefix: string): Promise<StartedMultipart[]>;
}

export interface DiskMultipartsOptions {
  folder: DiskFolder;
  objects: DiskObjects;
  /** Rejects when the disk has no room for so many bytes more. */
  assertRoom(bytes: number): Promise<void>;
  now(): number;
}

export function createDiskMultiparts({
  folder,
  objects,
  assertRoom,
  now,
}: DiskMultipartsOptions): DiskMultiparts {
  const folderOf = ({ key, multipartId }: Multipart) =>
    join(folder.multiparts, createHash('sha256').update(`${key}\0${multipartId}`).digest('hex'));

  const readAbout = async (path: string): Promise<About | null> => {
    try {
      return JSON.parse(await readFile(join(path, ABOUT), 'utf8')) as About;
    } catch (error) {
      if (isAbsent(error)) return null;
      throw error;
    }
  };

  const partsIn = async (path: string): Promise<StoredPart[]> => {
    const numbers = (await namesIn(path)).filter((name) => name !== ABOUT).map(Number);
    numbers.sort((a, b) => a - b);
    const parts: StoredPart[] = [];
    for (const partNumber of numbers) {
      const { size } = await stat(join(path, `${partNumber}`));
      parts.push({ partNumber, byteSize: size });
    }
    return parts;
  };

  /** In one step, so that nobody meets an upload that lacks the parts that went first. */
  const discard = async (multipart: Multipart): Promise<void> => {
    const path = folder.temporaryPath();
    try {
      await rename(folderOf(multipart), path);
    } catch (error) {
      if (isAbsent(error)) return;
      throw error;
    }
    await syncFolder(folder.multiparts);
    await rm(path, { recursive: true, force: true });
  };

  /** Does nothing when there are no parts, or when another call took them while they were read. */
  const joinParts = async (multipart: Multipart): Promise<void> => {
    const path = folderOf(multipart);
    try {
      const about = await readAbout(path);
      const parts = about === null ? [] : await partsIn(path);
      if (about === null || parts.length === 0) return;
      await assertRoom(parts.reduce((sum, { byteSize }) => sum + byteSize, 0));
      const { key, contentType } = about;
      const header = { key, contentType, cacheControl: null, md5: null, deleted: false };
      await folder.place('create', { ...header, origin: 'upload' }, bytesOf(path, parts));
    } catch (error) {
      if (!isAbsent(error)) throw error;
    }
  };

  return {
    async start(key, contentType) {
      const multipart = { key, multipartId: randomUUID() };
      const about: About = { ...multipart, contentType, startedAt: now() };
      const path = folder.temporaryPath();
      await mkdir(path, { mode: 0o700 });
      await writeDurably(join(path, ABOUT), [Buffer.from(JSON.stringify(about))]);
      await syncFolder(path);
      await rename(path, folderOf(multipart));
      await syncFolder(folder.multiparts);
      return multipart.multipartId;
    },

    async assertStarted(multipart) {
      if ((await readAbout(folderOf(multipart))) === null) throw over();
    },

    async receive(permit, body) {
      await assertRoom(permit.byteSize);
      const path = folder.temporaryPath();
      const parts = folderOf(permit);
      try {
        await writeDurably(path, sizedBody(body, permit.byteSize));
        await rename(path, join(parts, `${permit.partNumber}`));
        await syncFolder(parts);
      } catch (error) {
        if (isAbsent(error)) throw over();
        throw error;
      } finally {
        await rm(path, { force: true });
      }
    },

    async parts(multipart) {
      const path = folderOf(multipart);
      try {
        return (await readAbout(path)) === null ? null : await partsIn(path);
      } catch (error) {
        if (isAbsent(error)) return null;
        throw error;
      }
    },

    async complete(multipart) {
      const { key } = multipart;
      if (!(await objects.isUsed(key))) await joinParts(multipart);
      if ((await objects.describe(key)) === null) throw nothingToJoin(key);
      await discard(multipart);
    },

    abort: discard,

    async list(prefix) {
      const found: StartedMultipart[] = [];
      for (const name of await namesIn(folder.multiparts)) {
        const about = await readAbout(join(folder.multiparts, name));
        if (!about?.key.startsWith(prefix)) continue;
        const { key, multipartId, startedAt } = about;
        found.push({ key, multipartId, startedAt: new Date(startedAt) });
      }
      return found;
    },
  };
}

async function* bytesOf(path: string, parts: readonly StoredPart[]): AsyncIterable<Uint8Array> {
  for (const { partNumber } of parts) {
    yield* createReadStream(join(path, `${partNumber}`), { highWaterMark: COPY_BYTES });
  }
}

function over(): UploadRefusal {
  return new UploadRefusal(
    'UPLOAD_OVER',
    'The upload that this part belongs to was completed or given up.',
  );
}

function nothingToJoin(key: string): StorageError {
  return new StorageError('NOT_FOUND', `There are no parts and there is no object of ${key}.`);
}
