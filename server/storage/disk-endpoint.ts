import type { IncomingMessage, ServerResponse } from 'node:http';
import type { DiskStorage } from './disk.ts';
import { EndpointFailure, failureOf } from './endpoint-failure.ts';
import { serveMedia } from './serve-media.ts';
import { takeUpload } from './take-upload.ts';

/** Where bytes are sent, at their own pace. */
export const UPLOAD_PATH = '/storage/upload/';
const MEDIA = '/media/';

export interface DiskEndpointOptions {
  /**
   * Without a byte for so long, an upload ends with 408 and a download is cut; so
   * long, a client may go on sending what was refused. 30 s unless given.
   */
  stallMs?: number;
  /** An upload that is slower on the whole ends with 408. 16 KiB a second unless given. */
  minBytesPerSecond?: number;
  /** Hears of failures of the disk; pino fits. */
  log?: { warn(fields: object, message: string): void };
}

/** Resolves when the answer is out; false, with nothing done, when the path is someone else's. */
export type DiskEndpoint = (req: IncomingMessage, res: ServerResponse) => Promise<boolean>;

/**
 * The disk driver over HTTP:
 *
 * - `PUT /storage/upload/{token}` takes bytes; the token says which.
 * - `GET /media/{key}` serves objects that the server wrote under `r/`, nothing else.
 *
 * Both are open to every origin. Failures are `{ "error": { "code", "message" } }`.
 */
export function createDiskEndpoint(
  storage: DiskStorage,
  { stallMs = 30_000, minBytesPerSecond = 16 * 1024, log }: DiskEndpointOptions = {},
): DiskEndpoint {
  const upload = async (req: IncomingMessage, res: ServerResponse, token: string) => {
    if (req.method === 'OPTIONS') return preflight(res, 'PUT');
    if (req.method !== 'PUT') throw wrongMethod('PUT, OPTIONS');
    await takeUpload(storage, req, res, token, { stallMs, minBytesPerSecond });
  };

  const media = async (req: IncomingMessage, res: ServerResponse, key: string) => {
    if (req.method === 'OPTIONS') return preflight(res, 'GET, HEAD');
    if (req.method !== 'GET' && req.method !== 'HEAD') throw wrongMethod('GET, HEAD, OPTIONS');
    await serveMedia(storage, req, res, key, stallMs);
  };

  return async (req, res) => {
    const path = (req.url ?? '').split('?', 1)[0] ?? '';
    const isUpload = path.startsWith(UPLOAD_PATH);
    if (!isUpload && !path.startsWith(MEDIA)) return false;

    res.setHeader('access-control-allow-origin', '*');
    res.setHeader('x-content-type-options', 'nosniff');
    try {
      if (isUpload) await upload(req, res, path.slice(UPLOAD_PATH.length));
      else await media(req, res, path.slice(MEDIA.length));
    } catch (error) {
      const failure = failureOf(error);
      if (failure.status >= 500) log?.warn({ err: error }, 'storage: a request failed');
      answerFailure(req, res, failure);
    }
    discardBody(req, stallMs);
    return true;
  };
}

function preflight(res: ServerResponse, methods: string): void {
  res.writeHead(204, {
    'access-control-allow-methods': methods,
    'access-control-allow-headers': 'content-type, content-md5, if-none-match, range',
    'access-control-max-age': '86400',
  });
  res.end();
}

function wrongMethod(allow: string): EndpointFailure {
  return new EndpointFailure(405, 'METHOD_NOT_ALLOWED', `This address answers ${allow}.`, {
    allow,
  });
}

function answerFailure(req: IncomingMessage, res: ServerResponse, failure: EndpointFailure): void {
  if (res.headersSent || req.socket.destroyed) {
    res.destroy();
    return;
  }
  const body = JSON.stringify({ error: { code: failure.code, message: failure.message } });
  res.writeHead(failure.status, {
    ...failure.headers,
    'content-type': 'application/json; charset=utf-8',
    'content-length': Buffer.byteLength(body),
    'cache-control': 'no-store',
  });
  res.end(req.method === 'HEAD' ? undefined : body);
}

/** A connection that is cut while the client still sends loses it the answer: read on for a while. */
function discardBody(req: IncomingMessage, forMs: number): void {
  if (req.complete || req.destroyed) return;
  req.on('error', () => {});
  const timer = setTimeout(() => req.destroy(), forMs).unref();
  req.once('close', () => clearTimeout(timer));
  req.resume();
}
