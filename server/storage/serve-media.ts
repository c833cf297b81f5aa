import type { IncomingMessage, ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { parseByteRange, type ByteRange } from './byte-range.ts';
import type { DiskStorage, PublicObject } from './disk.ts';
import { HEADER_BYTES } from './disk-object.ts';
import { EndpointFailure } from './endpoint-failure.ts';
import { IMMUTABLE } from './storage.ts';

const IN_ONE_PIECE = 256 * 1024;

/** Answers GET and HEAD for an object under `r/`: 200, 206, 304, 404 or 416. */
export async function serveMedia(
  storage: DiskStorage,
  req: IncomingMessage,
  res: ServerResponse,
  key: string,
  stallMs: number,
): Promise<void> {
  const object = await storage.openPublic(key);
  if (object === null) {
    throw new EndpointFailure(404, 'NOT_FOUND', 'There is nothing at this address.');
  }
  try {
    await answer(req, res, object, stallMs);
  } finally {
    await object.file.close();
  }
}

async function answer(
  req: IncomingMessage,
  res: ServerResponse,
  object: PublicObject,
  stallMs: number,
): Promise<void> {
  const etag = `"${object.md5}"`;
  const validators = { etag, 'cache-control': object.cacheControl ?? IMMUTABLE };
  if (names(req.headers['if-none-match'], etag)) {
    res.writeHead(304, validators);
    res.end();
    return;
  }

  const size = object.byteSize;
  const ifRange = req.headers['if-range'];
  const wanted =
    req.method === 'GET' && (ifRange === undefined || ifRange === etag)
      ? parseByteRange(req.headers.range, size)
      : null;
  if (wanted === 'unsatisfiable') {
    const headers = { 'content-range': `bytes */${size}` };
    throw new EndpointFailure(
      416,
      'RANGE_NOT_SATISFIABLE',
      `The object has ${size} bytes.`,
      headers,
    );
  }
  const range = wanted ?? { first: 0, last: size - 1 };

  res.writeHead(wanted === null ? 200 : 206, {
    ...validators,
    'content-type': object.contentType,
    'content-length': range.last - range.first + 1,
    'accept-ranges': 'bytes',
    'last-modified': object.lastModified.toUTCString(),
    'content-security-policy': 'sandbox',
    'cross-origin-resource-policy': 'cross-origin',
    ...(wanted !== null && { 'content-range': `bytes ${range.first}-${range.last}/${size}` }),
  });
  if (req.method === 'HEAD') res.end();
  else await send(req, res, object, range, stallMs);
}

async function send(
  req: IncomingMessage,
  res: ServerResponse,
  { file }: PublicObject,
  { first, last }: ByteRange,
  stallMs: number,
): Promise<void> {
  // node:http ends a socket that is idle for so long, and sets its own time for the next request.
  req.socket.setTimeout(stallMs);
  const start = HEADER_BYTES + first;
  const length = last - first + 1;
  if (length <= IN_ONE_PIECE) {
    const { bytesRead, buffer } = await file.read(Buffer.alloc(length), 0, length, start);
    if (bytesRead === length) res.end(buffer);
    else res.destroy();
    return;
  }
  const bytes = file.createReadStream({ start, end: HEADER_BYTES + last, autoClose: false });
  try {
    await pipeline(bytes, res);
  } catch {
    res.destroy();
  }
}

/** Whether an `If-None-Match` header names the tag; weak comparison, as RFC 9110 has it for GET. */
function names(header: string | undefined, etag: string): boolean {
  if (header === undefined) return false;
  const tags = header.split(',').map((tag) => tag.trim().replace(/^W\//, ''));
  return tags.includes('*') || tags.includes(etag);
}
