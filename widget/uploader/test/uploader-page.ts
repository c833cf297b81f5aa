import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import { build } from 'vite';
import { embedBuild } from '../../../vite.config.ts';
import { DealerApi } from './dealer-api.ts';
import { DealerStore } from './dealer-store.ts';

const contentTypes: Readonly<Record<string, string>> = {
  '.js': 'text/javascript',
  '.jpg': 'image/jpeg',
};

/** The element's own build on a page of another origin, before an API and a store that a test leads. */
export class UploaderPage {
  store = new DealerStore();
  api = new DealerApi(this.store);
  /** Sent with the page. */
  policy: string | null = null;
  /** Pictures under `/pictures/`, by name. */
  readonly pictures = new Map<string, Buffer>();
  /** Runs before the element's own code, by the name of the chunk. */
  readonly preludes = new Map<string, string>();
  #folder = '';
  #embed: Server | null = null;
  #page: Server | null = null;

  async start(): Promise<void> {
    this.#folder = await mkdtemp(join(tmpdir(), 'uploader-page-'));
    await build({
      ...embedBuild,
      logLevel: 'error',
      build: { ...embedBuild.build, outDir: join(this.#folder, 'embed') },
    });
    await this.store.listen();
    this.#embed = await listen((req, res) => this.#serveEmbed(req, res));
    this.#page = await listen((req, res) => this.#servePage(req, res));
  }

  /** Forgets all uploads and media. */
  async reset(): Promise<void> {
    await this.store.close();
    this.store = new DealerStore();
    await this.store.listen();
    this.api = new DealerApi(this.store);
    this.policy = null;
    this.preludes.clear();
  }

  async stop(): Promise<void> {
    await this.store.close();
    for (const server of [this.#embed, this.#page]) {
      server?.closeAllConnections();
      server?.close();
    }
    await rm(this.#folder, { recursive: true });
  }

  /** Address of a page with the element; `attributes` as in HTML. */
  url(attributes: string): string {
    return `${origin(this.#page)}/?${new URLSearchParams({ attributes })}`;
  }

  pictureUrl(name: string): string {
    return `${origin(this.#embed)}/pictures/${name}`;
  }

  /** Address of a part of the element that comes later. */
  async chunkUrl(name: string): Promise<string> {
    const files = await readdir(join(this.#folder, 'embed/chunks'));
    const file = files.find((file) => file.startsWith(`${name}-`) && file.endsWith('.js'));
    return `${origin(this.#embed)}/embed/chunks/${file}`;
  }

  get embedOrigin(): string {
    return origin(this.#embed);
  }

  async #serveEmbed(req: IncomingMessage, res: ServerResponse): Promise<void> {
    res.setHeader('access-control-allow-origin', '*');
    res.setHeader('access-control-allow-headers', 'content-type, authorization');
    const { pathname } = new URL(req.url ?? '', 'http://localhost');
    if (req.method === 'OPTIONS') return void res.writeHead(204).end();
    if (pathname === '/graphql') {
      const chunks: Buffer[] = [];
      for await (const chunk of req) chunks.push(chunk as Buffer);
      const { query, variables } = JSON.parse(Buffer.concat(chunks).toString()) as {
        query: string;
        variables: never;
      };
      res.setHeader('content-type', 'application/graphql-response+json');
      return void res.end(JSON.stringify({ data: this.api.execute(query, variables) }));
    }
    const picture = this.pictures.get(pathname.replace('/pictures/', ''));
    try {
      const body = picture ?? (await readFile(join(this.#folder, pathname)));
      res.setHeader('content-type', contentTypes[extname(pathname)] ?? 'application/octet-stream');
      const [, chunk = ''] = /chunks\/(.+)-.{8}\.js$/.exec(pathname) ?? [];
      res.write(this.preludes.get(chunk) ?? '');
      res.end(body);
    } catch {
      res.writeHead(404).end();
    }
  }

  #servePage(req: IncomingMessage, res: ServerResponse): void {
    const { searchParams } = new URL(req.url ?? '', 'http://localhost');
    if (!searchParams.has('attributes')) return void res.writeHead(204).end();
    if (this.policy) res.setHeader('content-security-policy', this.policy);
    res.setHeader('content-type', 'text/html; charset=utf-8');
    const embed = origin(this.#embed);
    res.end(`<!doctype html><html lang="en"><head><title>Photos of a vehicle</title>
<meta name="viewport" content="width=device-width"><meta name="color-scheme" content="light dark">
<link rel="stylesheet" href="data:text/css,body{margin:0;padding:16px}main{max-width:1120px;margin:auto}">
<script type="module" src="${embed}/embed/v1.js"></script></head>
<body><main><h1>Photos</h1><vehicle-media endpoint="${embed}/graphql" vehicle="vehicle" token="token" no-live ${searchParams.get('attributes') ?? ''}></vehicle-media></main></body></html>`);
  }
}

async function listen(
  handle: (req: IncomingMessage, res: ServerResponse) => unknown,
): Promise<Server> {
  const server = createServer((req, res) => void handle(req, res));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
}

function origin(server: Server | null): string {
  const { port } = (server as Server).address() as AddressInfo;
  return `http://127.0.0.1:${port}`;
}
