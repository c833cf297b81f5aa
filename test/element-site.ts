import { readFile } from 'node:fs/promises';
import { createServer, type ServerResponse } from 'node:http';
import { join } from 'node:path';
import sharp from 'sharp';
import type { ImageRendition, MediaItem } from '../widget/api/media-item.ts';
import { buildEmbed } from './embed-build.ts';
import { GalleryStub } from './gallery-stub.ts';

const widths = [320, 640, 1280];

export interface ElementSite {
  readonly origin: string;
  readonly stub: GalleryStub;
  /** Addresses that were asked for, pictures and scripts included. */
  readonly asked: string[];
  /** Pictures answer 404 while this says so. */
  brokenPictures: (path: string) => boolean;
  /** Serves HTML at a path, with further headers. */
  page(path: string, html: string, headers?: Record<string, string>): string;
  close(): Promise<void>;
}

/** A host page's site: the built element, pictures made on the fly, pages, and the API stub. */
export async function startElementSite(): Promise<ElementSite> {
  const embed = await buildEmbed();
  const stub = new GalleryStub();
  const pages = new Map<string, { html: string; headers: Record<string, string> }>();
  const asked: string[] = [];

  const server = createServer((request, response) => {
    const path = new URL(request.url ?? '/', 'http://site').pathname;
    if (path === '/graphql') return stub.handle(request, response);
    asked.push(path);
    void answer(path, response).catch(() => response.writeHead(404).end());
  });
  const answer = async (path: string, response: ServerResponse): Promise<void> => {
    const page = pages.get(path);
    if (page) {
      response.writeHead(200, { 'content-type': 'text/html; charset=utf-8', ...page.headers });
      response.end(page.html);
    } else if (path.startsWith('/embed/')) {
      const bytes = await readFile(join(embed.folder, path.slice('/embed/'.length)));
      response.writeHead(200, { 'content-type': 'text/javascript' }).end(bytes);
    } else if (path.startsWith('/pictures/') && !site.brokenPictures(path)) {
      const [, , name = '', file = ''] = path.split('/');
      const bytes = await drawPicture(name, Number.parseInt(file, 10), file.endsWith('.webp'));
      const type = file.endsWith('.webp') ? 'image/webp' : 'image/jpeg';
      response.writeHead(200, { 'content-type': type }).end(bytes);
    } else response.writeHead(404).end();
  };
  const endpoint = await stub.listen(server);
  const site: ElementSite = {
    origin: new URL(endpoint).origin,
    stub,
    asked,
    brokenPictures: () => false,
    page(path, html, headers = {}) {
      pages.set(path, { html, headers });
      return `${site.origin}${path}`;
    },
    async close() {
      await stub.close();
      await embed.remove();
    },
  };
  return site;
}

/** Renditions of a picture that the site draws when it is asked for one. */
export function renditions(name: string, width = 1280, height = 960): ImageRendition[] {
  return (['WEBP', 'JPEG'] as const).flatMap((format) =>
    widths
      .filter((rendition) => rendition <= width)
      .map((rendition) => ({
        url: `/pictures/${name}/${rendition}.${format === 'WEBP' ? 'webp' : 'jpg'}`,
        width: rendition,
        height: Math.round((rendition * height) / width),
        format,
      })),
  );
}

/** Fills the stub with as many photos, without events. */
export function seed(stub: GalleryStub, count: number, fields: Partial<MediaItem> = {}): void {
  for (let index = 0; index < count; index += 1) {
    stub.media.push(
      stub.newMedia({
        width: 1280,
        height: 960,
        alt: `Aurelia Vireo, view ${index + 1}`,
        renditions: renditions(`p${index}`),
        ...fields,
      }),
    );
  }
}

/** A whole page around one or more elements. */
export function pageWith(body: string, head = '', attributes = 'lang="en"'): string {
  return `<!doctype html><html ${attributes}><head><meta charset="utf-8"><title>A vehicle</title>
    <meta name="viewport" content="width=device-width, initial-scale=1">${head}
    <script type="module" src="/embed/v1.js"></script></head>
    <body><main><h1>A vehicle</h1>${body}</main></body></html>`;
}

async function drawPicture(name: string, width: number, webp: boolean): Promise<Buffer> {
  const hue = [...name].reduce((sum, letter) => sum * 31 + letter.charCodeAt(0), 7) % 360;
  const height = name.startsWith('tall') ? Math.round((width * 4) / 3) : Math.round(width * 0.75);
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">
    <defs><linearGradient id="g" x2="0" y2="1"><stop stop-color="hsl(${hue},45%,72%)"/>
    <stop offset="1" stop-color="hsl(${hue},40%,28%)"/></linearGradient></defs>
    <rect width="100%" height="100%" fill="url(#g)"/></svg>`;
  const image = sharp(Buffer.from(svg));
  return webp ? image.webp({ quality: 60 }).toBuffer() : image.jpeg({ quality: 70 }).toBuffer();
}
