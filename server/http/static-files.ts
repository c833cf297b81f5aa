import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';

const TYPES: Record<string, string> = {
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.map': 'application/json; charset=utf-8',
};
/** Best first; each is a file beside the original. */
const ENCODINGS = [
  ['br', '.br'],
  ['gzip', '.gz'],
] as const;

/** Serves built files below one path to pages of any origin; false when the path is not its own. */
export function createStaticFiles(prefix: string, folder: string) {
  return async (req: IncomingMessage, res: ServerResponse): Promise<boolean> => {
    const pathname = req.url?.split('?')[0] ?? '/';
    if (!pathname.startsWith(prefix)) return false;
    const name = pathname.slice(prefix.length);
    res.setHeader('access-control-allow-origin', '*');
    res.setHeader('cross-origin-resource-policy', 'cross-origin');
    res.setHeader('x-content-type-options', 'nosniff');
    const type = TYPES[path.extname(name)];
    const file =
      type && /^[\w][\w./-]*$/.test(name) && !name.includes('..')
        ? await find(req, path.join(folder, name))
        : null;
    if (!file) return end(res, 404);
    if (req.method !== 'GET' && req.method !== 'HEAD') return end(res, 405);
    // Chunks carry a hash of their content; the entry keeps its name for ever.
    const immutable = name.startsWith('chunks/');
    res.setHeader(
      'cache-control',
      immutable
        ? 'public, max-age=31536000, immutable'
        : 'public, max-age=300, stale-while-revalidate=86400',
    );
    res.setHeader('vary', 'accept-encoding');
    res.setHeader('etag', file.etag);
    if (req.headers['if-none-match'] === file.etag) return end(res, 304);
    res.setHeader('content-type', type as string);
    res.setHeader('content-length', file.size);
    if (file.encoding) res.setHeader('content-encoding', file.encoding);
    if (req.method === 'HEAD') return end(res, 200);
    await pipeline(createReadStream(file.path), res).catch(() => res.destroy());
    return true;
  };
}

interface Found {
  path: string;
  size: number;
  encoding: string | null;
  etag: string;
}

async function find(req: IncomingMessage, original: string): Promise<Found | null> {
  const accepted = String(req.headers['accept-encoding'] ?? '');
  const choices = [
    ...ENCODINGS.filter(([encoding]) => accepted.includes(encoding)),
    [null, ''] as const,
  ];
  for (const [encoding, suffix] of choices) {
    const stats = await stat(original + suffix).catch(() => null);
    if (stats?.isFile()) {
      const etag = `"${stats.size.toString(36)}-${Math.floor(stats.mtimeMs).toString(36)}${suffix}"`;
      return { path: original + suffix, size: stats.size, encoding, etag };
    }
  }
  return null;
}

function end(res: ServerResponse, status: number): true {
  res.statusCode = status;
  res.end();
  return true;
}
