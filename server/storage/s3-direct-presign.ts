import { createHmac, createSecretKey, hash, type KeyObject } from 'node:crypto';

export interface SigningCredentials {
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken?: string | undefined;
}

export interface PresignedRequest {
  /** Of the bucket, without a slash at the end. */
  bucketUrl: string;
  /** As `storage-key.ts` has them: nothing in it is escaped. */
  key: string;
  query: Readonly<Record<string, string>>;
  /** In lower case, `host` left out; all of them are signed. */
  headers: Readonly<Record<string, string>>;
  region: string;
  credentials: SigningCredentials;
  expiresInSeconds: number;
  /** Milliseconds since the epoch. */
  now: number;
}

/**
 * The URL of a PUT with its signature (AWS Signature Version 4, in the query),
 * the same text that the SDK makes: which builds a client, a request and a stack
 * of middleware for each.
 */
export function presignDirectly(request: PresignedRequest): string {
  const { bucketUrl, key, region, credentials, now } = request;
  const time = new Date(now).toISOString().replace(/[-:]|\.\d{3}/g, '');
  const scope = `${time.slice(0, 8)}/${region}/s3/aws4_request`;
  const { origin, host, pathname } = parsed(bucketUrl);
  const path = `${pathname === '/' ? '' : pathname}/${key}`;
  const headers = Object.entries({ ...request.headers, host }).sort(byName);
  const signedHeaders = headers.map(([name]) => name).join(';');
  const query = escapedPairs({
    ...request.query,
    'X-Amz-Algorithm': 'AWS4-HMAC-SHA256',
    'X-Amz-Content-Sha256': 'UNSIGNED-PAYLOAD',
    'X-Amz-Credential': `${credentials.accessKeyId}/${scope}`,
    'X-Amz-Date': time,
    'X-Amz-Expires': String(request.expiresInSeconds),
    'X-Amz-SignedHeaders': signedHeaders,
    ...(credentials.sessionToken && { 'X-Amz-Security-Token': credentials.sessionToken }),
  });
  const canonical = `PUT\n${path}\n${query.join('&')}\n${headers
    .map(([name, value]) => `${name}:${value}\n`)
    .join('')}\n${signedHeaders}\nUNSIGNED-PAYLOAD`;
  const signature = createHmac('sha256', signingKey(credentials, scope))
    .update(`AWS4-HMAC-SHA256\n${time}\n${scope}\n${hash('sha256', canonical, 'hex')}`)
    .digest('hex');
  const behind = query.findIndex((pair) => pair > 'X-Amz-Signature');
  query.splice(behind, 0, `X-Amz-Signature=${signature}`);
  return `${origin}${path}?${query.join('&')}`;
}

let bucket: { given: string; url: URL } | undefined;

/** The same for all requests. */
function parsed(bucketUrl: string): URL {
  if (bucket?.given !== bucketUrl) bucket = { given: bucketUrl, url: new URL(bucketUrl) };
  return bucket.url;
}

let known: { secret: string; scope: string; key: KeyObject } | undefined;

/** The same for all requests of a day; as an object, since Node looks longer at bytes. */
function signingKey({ secretAccessKey: secret }: SigningCredentials, scope: string): KeyObject {
  if (known?.secret !== secret || known.scope !== scope) {
    let key: Buffer = Buffer.from(`AWS4${secret}`);
    for (const part of scope.split('/')) key = createHmac('sha256', key).update(part).digest();
    known = { secret, scope, key: createSecretKey(key) };
  }
  return known.key;
}

/** In the order of their names. */
function escapedPairs(query: Readonly<Record<string, string>>): string[] {
  return Object.entries(query)
    .sort(byName)
    .map(([name, value]) => `${name}=${escaped(value)}`);
}

function byName([a]: readonly [string, string], [b]: readonly [string, string]): number {
  return a < b ? -1 : 1;
}

function escaped(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
