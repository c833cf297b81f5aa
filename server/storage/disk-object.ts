import { open, type FileHandle } from 'node:fs/promises';

/**
 * One file holds an object and what is known of it, so that both appear in one
 * step: a line of JSON padded to 1,024 bytes, then the bytes as they came
 * (`tail -c +1025 file` prints them).
 */
export const HEADER_BYTES = 1024;

export interface ObjectHeader {
  key: string;
  contentType: string;
  cacheControl: string | null;
  /** Hex. Null when it came in parts. */
  md5: string | null;
  /** Who sent the bytes. Those of an upload are never served. */
  origin: 'upload' | 'server';
  /** A used key whose object is gone: it reads as absent and refuses another PUT. */
  deleted: boolean;
}

export interface OpenObject extends ObjectHeader {
  /** The caller closes it. Bytes start at {@link HEADER_BYTES}. */
  file: FileHandle;
  byteSize: number;
  lastModified: Date;
}

export function encodeHeader(header: ObjectHeader): Buffer {
  const line = Buffer.alloc(HEADER_BYTES, ' ');
  const text = JSON.stringify({ version: 1, ...header });
  if (Buffer.byteLength(text) >= HEADER_BYTES) throw new TypeError('Too long for a header.');
  line.write(text);
  line.write('\n', HEADER_BYTES - 1);
  return line;
}

/** Null when there is no such file, or when it only marks a used key. */
export async function openObject(path: string): Promise<OpenObject | null> {
  const object = await openEntry(path);
  if (object?.deleted) {
    await object.file.close();
    return null;
  }
  return object;
}

/** Like {@link openObject}, but gives the marks of used keys too. */
export async function openEntry(path: string): Promise<OpenObject | null> {
  const file = await openFile(path);
  if (file === null) return null;
  try {
    const [stats, { bytesRead, buffer }] = await Promise.all([
      file.stat(),
      file.read(Buffer.alloc(HEADER_BYTES), 0, HEADER_BYTES, 0),
    ]);
    if (bytesRead !== HEADER_BYTES) throw new Error(`Not an object: ${path}`);
    const { version: _, ...header } = JSON.parse(buffer.toString()) as ObjectHeader & {
      version: number;
    };
    return { ...header, file, byteSize: stats.size - HEADER_BYTES, lastModified: stats.mtime };
  } catch (error) {
    await file.close();
    throw error;
  }
}

async function openFile(path: string): Promise<FileHandle | null> {
  try {
    return await open(path, 'r');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}
