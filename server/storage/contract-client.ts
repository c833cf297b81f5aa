import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { request as httpRequest, type OutgoingHttpHeaders } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { buffer } from 'node:stream/consumers';
import type { PutTarget } from './put-target.ts';

export interface Answer {
  /** Null when the connection ended without an answer. */
  status: number | null;
  headers: Record<string, string | string[] | undefined>;
  body: string;
}

export interface PutChanges {
  url?: string;
  method?: string;
  /** Undefined removes a header. */
  headers?: Record<string, string | undefined>;
  /** Said in Content-Length; the body's own unless given. */
  length?: number;
  chunked?: boolean;
}

/** Sends a PUT as signed, but for the changes. Unlike fetch it can lie about the length. */
export async function send(
  target: PutTarget,
  body: Uint8Array,
  changes: PutChanges = {},
): Promise<Answer> {
  const { url = target.url, method = 'PUT', length = body.length, chunked = false } = changes;
  const headers: OutgoingHttpHeaders = {};
  for (const { name, value } of target.headers) headers[name] = value;
  if (chunked) headers['transfer-encoding'] = 'chunked';
  else headers['content-length'] = String(length);
  for (const [name, value] of Object.entries(changes.headers ?? {})) {
    if (value === undefined) delete headers[name];
    else headers[name] = value;
  }

  const open = url.startsWith('https:') ? httpsRequest : httpRequest;
  const request = open(url, { method, headers, agent: false });
  request.flushHeaders();
  const broken = new Promise<null>((resolve) => request.once('error', () => resolve(null)));
  const answered = once(request, 'response').then(
    ([response]) => response,
    () => null,
  );
  if (length > body.length) request.write(body, () => request.socket?.end());
  else request.end(Buffer.from(body));
  const response = await Promise.race([answered, broken]);
  if (response === null) return { status: null, headers: {}, body: '' };
  const text = await buffer(response).catch(() => Buffer.alloc(0));
  request.destroy();
  return { status: response.statusCode ?? null, headers: response.headers, body: text.toString() };
}

export function md5(bytes: Uint8Array): string {
  return createHash('md5').update(bytes).digest('base64');
}

/**
 * Where a character of a presigned address stands that may not be another one.
 * The name of the signature is none of them: radosgw knows it in any case.
 */
export function signedPlaces(url: string): number[] {
  const start = new URL(url).origin.length;
  const name = 'X-Amz-Signature';
  const named = url.indexOf(name);
  return [...url.matchAll(/%..|[A-Za-z0-9]/g)]
    .filter(([text]) => text.length === 1)
    .map((match) => match.index)
    .filter((index) => index > start)
    .filter((index) => named < 0 || index < named || index >= named + name.length);
}
