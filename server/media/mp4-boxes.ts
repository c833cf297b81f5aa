import type { FileHandle } from 'node:fs/promises';
import { MediaFailure } from './media-failure.ts';

const SHORT_HEADER = 8;
const LONG_HEADER = 16;

/** A box of an ISO base media file: its name, and where its content is. */
export interface Mp4Box {
  name: string;
  /** Offsets into the file or buffer that it was found in. */
  start: number;
  end: number;
}

/** The boxes of a file, one after the other. Throws UNREADABLE when one does not fit in it. */
export async function* boxesOfFile(file: FileHandle, size: number): AsyncGenerator<Mp4Box> {
  for (let at = 0; at < size;) {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(LONG_HEADER), 0, LONG_HEADER, at);
    const box = readHeader(buffer.subarray(0, bytesRead), at, size);
    yield box;
    at = box.end;
  }
}

/** The boxes of a part of a buffer that holds nothing else. */
export function* boxesOfBuffer(bytes: Buffer, from: number, to: number): Generator<Mp4Box> {
  for (let at = from; at < to;) {
    const box = readHeader(bytes.subarray(at, Math.min(to, at + LONG_HEADER)), at, to);
    yield box;
    at = box.end;
  }
}

function readHeader(header: Buffer, at: number, limit: number): Mp4Box {
  if (header.length < SHORT_HEADER) throw broken(`${limit - at} bytes at ${at} are no box`);
  const name = header.toString('latin1', 4, 8);
  let length = header.readUInt32BE(0);
  let headerLength = SHORT_HEADER;
  if (length === 0) length = limit - at;
  if (length === 1) {
    if (header.length < LONG_HEADER) throw broken(`${name} at ${at} is cut`);
    length = Number(header.readBigUInt64BE(8));
    headerLength = LONG_HEADER;
  }
  if (length < headerLength || at + length > limit) {
    throw broken(`${JSON.stringify(name)} at ${at} says ${length} of ${limit - at} bytes`);
  }
  return { name, start: at + headerLength, end: at + length };
}

function broken(cause: string): MediaFailure {
  return new MediaFailure('UNREADABLE', { cause });
}
