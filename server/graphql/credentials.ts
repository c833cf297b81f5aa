import type { IncomingMessage } from 'node:http';
import { requestOrigin } from '../keys/origins.ts';
import { topLevelError } from './top-level-error.ts';

/** What a request says of who asks. */
export interface Credentials {
  token: string | null;
  /** Null when none is shown; an empty text is one, and a wrong one. */
  embedKey: string | null;
  /** Of the page that asks; null when it is not told. */
  origin: string | null;
}

interface Said {
  method: string;
  url: string;
  header(name: string): string | null;
  /** What came with a WebSocket; null over HTTP. */
  connectionParams: Readonly<Record<string, unknown>> | null;
}

/** Throws UNAUTHENTICATED when a request shows two embed keys or two tokens, or a key where none is looked for. */
function readCredentials({ method, url, header, connectionParams }: Said): Credentials {
  const search = url.indexOf('?');
  const inAddress = search < 0 ? [] : new URLSearchParams(url.slice(search)).getAll('key');
  if (inAddress.length > 0 && method !== 'GET') {
    throw topLevelError(
      'UNAUTHENTICATED',
      '?key= is for GET. Send the embed key as X-Embed-Key, or as embedKey in connectionParams.',
    );
  }
  const keys = [...inAddress, header('x-embed-key'), connectionParams?.['embedKey']]
    .filter((key) => key !== null && key !== undefined)
    .map((key) => (typeof key === 'string' ? key.trim() : ''));
  const [embedKey = null, ...others] = new Set(keys);
  if (others.length > 0) {
    throw topLevelError('UNAUTHENTICATED', 'The request shows two embed keys. Send one.');
  }
  const inHeader = bearer(header('authorization'));
  const inParams = textOf(connectionParams?.['token']);
  if (inHeader !== null && inParams !== null && inHeader !== inParams) {
    throw topLevelError('UNAUTHENTICATED', 'The connection shows two tokens. Send one.');
  }
  return { token: inParams ?? inHeader, embedKey, origin: requestOrigin(header) };
}

export function credentialsOfRequest({ method, url, headers }: Request): Credentials {
  return readCredentials({
    method,
    url,
    header: (name) => headers.get(name),
    connectionParams: null,
  });
}

export function credentialsOfIncoming({ method = 'GET', url = '/', headers }: IncomingMessage) {
  return readCredentials({
    method,
    url,
    header: (name) => headers[name]?.toString() ?? null,
    connectionParams: null,
  });
}

/** Also where the name of a parameter is encoded. */
const SAYS_KEY = /[?&](?:key=|[^=&]*%)/;

function showsEmbedKey({ url = '/', headers }: IncomingMessage): boolean {
  return headers['x-embed-key'] !== undefined || SAYS_KEY.test(url);
}

/** Whether a request says nothing of who asks. */
export function hasNoCredentials(req: IncomingMessage): boolean {
  return req.headers.authorization === undefined && !showsEmbedKey(req);
}

/** A token in its header, when nothing else is said of who asks. */
export function plainToken(req: IncomingMessage) {
  if (showsEmbedKey(req)) return null;
  const token = bearer(req.headers.authorization ?? null);
  return token === null ? null : { token, embedKey: null, origin: null };
}

export function credentialsOfSocket(
  { url = '/', headers }: IncomingMessage,
  connectionParams: Readonly<Record<string, unknown>> | undefined,
): Credentials {
  return readCredentials({
    method: 'GET',
    url,
    header: (name) => headers[name]?.toString() ?? null,
    connectionParams: connectionParams ?? {},
  });
}

function bearer(header: string | null): string | null {
  return /^bearer\s+(.+)$/i.exec(header ?? '')?.[1]?.trim() ?? null;
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}
