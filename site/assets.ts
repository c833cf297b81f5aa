import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { extname, join } from 'node:path';

const CONTENT_TYPES: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
};

interface Asset {
  body: Buffer;
  contentType: string;
  hash: string;
}

/** The built files of the site, held in memory and addressed by their content. */
export class Assets {
  readonly #files = new Map<string, Asset>();

  /** Reads every stylesheet, module and icon of the folder; a missing folder has none. */
  constructor(folder: string) {
    for (const name of fileNames(folder)) {
      const contentType = CONTENT_TYPES[extname(name)];
      if (contentType === undefined) continue;
      const body = readFileSync(join(folder, name));
      const hash = createHash('sha256').update(body).digest('hex').slice(0, 16);
      this.#files.set(name, { body, contentType, hash });
    }
  }

  /** The address of a file, which changes with its content. */
  url(name: string): string {
    const file = this.#files.get(name);
    return file === undefined ? `/assets/${name}` : `/assets/${name}?v=${file.hash}`;
  }

  /** Answers a request for `name`; false when there is no such file. */
  serve(name: string, version: string | null, req: IncomingMessage, res: ServerResponse): boolean {
    const file = this.#files.get(name);
    if (file === undefined) return false;
    const etag = `"${file.hash}"`;
    res.setHeader('ETag', etag);
    res.setHeader(
      'Cache-Control',
      version === file.hash ? 'public, max-age=31536000, immutable' : 'no-cache',
    );
    res.setHeader('X-Content-Type-Options', 'nosniff');
    if (req.headers['if-none-match'] === etag) {
      res.writeHead(304).end();
      return true;
    }
    res.writeHead(200, { 'Content-Type': file.contentType, 'Content-Length': file.body.length });
    res.end(file.body);
    return true;
  }
}

function fileNames(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}
