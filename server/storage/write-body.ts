import { createHash } from 'node:crypto';
import { createReadStream, type ReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';

/** Bytes, or a file of this machine that holds them and does not change meanwhile. */
export type WriteBody = Buffer | { filePath: string };

/** What a store wants to know of bytes before the first comes. */
export interface MeasuredBody {
  byteSize: number;
  md5: Buffer;
  /** The bytes; those of a file come as they are read. */
  open(): Buffer | ReadStream;
}

export async function measureBody(body: WriteBody): Promise<MeasuredBody> {
  const md5 = createHash('md5');
  if (Buffer.isBuffer(body)) {
    return { byteSize: body.length, md5: md5.update(body).digest(), open: () => body };
  }
  const { filePath } = body;
  const { size } = await stat(filePath);
  await pipeline(createReadStream(filePath), md5);
  return { byteSize: size, md5: md5.digest(), open: () => createReadStream(filePath) };
}
