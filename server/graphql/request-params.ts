import type { IncomingMessage } from 'node:http';
import { hashIn, namedDocument } from '../documents/document-id.ts';
import type { Variables } from '../reads/selection.ts';

/** What a request asks, in the words of GraphQL over HTTP. */
export interface RequestParams {
  /** The text of a document, or its hash. */
  document: { text: string } | { hash: string };
  variables: Variables;
  operationName: string | null;
}

/** A request that may be asked in few words. */
export interface PlainRequest {
  /** All of what it asks: the address of a GET, the body of a POST. */
  text: string;
  /** Null for whatever is not plainly right: Yoga tells what is wrong with it. */
  params(): RequestParams | null;
  /** Leaves it to Yoga, which reads the body once more. */
  giveBack(): void;
}

const NAMES = ['query', 'variables', 'operationName', 'extensions', 'documentId'];

/** A GET, or a POST of JSON; null for all others. */
export async function readPlainRequest(
  req: IncomingMessage,
  maxBodyBytes: number,
): Promise<PlainRequest | null> {
  if (req.method === 'GET') {
    const { url = '' } = req;
    return { text: url, params: () => fromAddress(url), giveBack() {} };
  }
  const length = Number(req.headers['content-length'] ?? NaN);
  const isJson = /^application\/json\s*(;\s*charset=utf-8\s*)?$/i.test(
    req.headers['content-type'] ?? '',
  );
  if (req.method !== 'POST' || !isJson || !(length <= maxBodyBytes)) return null;
  const body = await bodyOf(req);
  const text = body.toString();
  let params: RequestParams | null | undefined;
  return { text, params: () => (params ??= fromBody(text)), giveBack: () => giveBack(req, body) };
}

function fromBody(text: string): RequestParams | null {
  try {
    return paramsOf(JSON.parse(text) as unknown);
  } catch {
    return null;
  }
}

function bodyOf(req: IncomingMessage): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    const gone = () => reject(new Error('The request was broken off'));
    const take = (chunk: Buffer) => void chunks.push(chunk);
    req.on('data', take);
    req.once('error', reject);
    req.once('close', gone);
    req.once('end', () => {
      // A request is there as long as its connection.
      req.off('data', take);
      req.off('error', reject);
      req.off('close', gone);
      resolve(chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks));
    });
  });
}

/** Where Yoga looks for a body that somebody else has read. */
function giveBack(req: IncomingMessage, body: Buffer): void {
  const again = {
    byteLength: body.length,
    async *[Symbol.asyncIterator]() {
      yield body;
    },
  };
  Object.assign(req, { body: again });
}

/** Of a request that was answered, but lasts. */
export function forgetBody(req: IncomingMessage & { body?: unknown }): void {
  req.body = undefined;
}

function fromAddress(url: string): RequestParams | null {
  const search = url.indexOf('?');
  if (search < 0) return null;
  const said: Record<string, unknown> = {};
  for (const [name, value] of new URLSearchParams(url.slice(search))) {
    if (name === 'key') continue;
    if (Object.hasOwn(said, name)) return null;
    said[name] = value;
  }
  try {
    for (const name of ['variables', 'extensions'])
      if (typeof said[name] === 'string') said[name] = JSON.parse(said[name]) as unknown;
  } catch {
    return null;
  }
  return paramsOf(said);
}

function paramsOf(said: unknown): RequestParams | null {
  if (typeof said !== 'object' || said === null || Array.isArray(said)) return null;
  if (!Object.keys(said).every((name) => NAMES.includes(name))) return null;
  const { query, variables, operationName, extensions } = said as Record<string, unknown>;
  if (!isObjectOrAbsent(variables) || !isObjectOrAbsent(extensions)) return null;
  if (operationName != null && typeof operationName !== 'string') return null;
  const hash = query === undefined ? hashIn(namedDocument(said)) : null;
  if (hash === null && typeof query !== 'string') return null;
  return {
    document: hash === null ? { text: query as string } : { hash },
    variables: variables ?? {},
    operationName: operationName ?? null,
  };
}

function isObjectOrAbsent(value: unknown): value is Record<string, unknown> | null | undefined {
  return value == null || (typeof value === 'object' && !Array.isArray(value));
}
