import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What the store does with one PUT. */
export type PutPlan =
  | { readonly kind: 'take' }
  /** Answers without reading the bytes. */
  | { readonly kind: 'status'; readonly status: number; readonly retryAfter?: number }
  /** Cuts the connection once so many bytes came. */
  | { readonly kind: 'drop'; readonly afterBytes: number }
  /** Takes everything, and keeps and answers it when it may. */
  | { readonly kind: 'held'; readonly until: Promise<void> }
  /** Takes everything, then cuts the connection instead of answering. */
  | { readonly kind: 'mute' }
  /** Takes the bytes in small sips, with a rest after each: 5 milliseconds unless said. */
  | { readonly kind: 'slow'; readonly restMs?: number };

interface Grant {
  readonly key: string;
  readonly fileName: string;
  readonly byteSize: number;
  /** Of a whole file; a part has neither. */
  readonly contentType?: string;
  readonly md5?: string;
  /** Of a part. */
  readonly partNumber?: number;
}

/** What a part's bytes are stored under, and what its PUTs are called. */
export const partName = (name: string, partNumber: number): string => `${name}#${partNumber}`;

/** A store that holds PUTs to their grants as S3 does, and fails as planned. */
export class DealerStore {
  /** Bytes by key. */
  readonly stored = new Map<string, Buffer>();
  /** Names of the files whose PUTs began, in order; of a part `name#number`. */
  readonly begun: string[] = [];
  /** Bytes that came in, those of PUTs that failed too. */
  receivedBytes = 0;
  /** Asked for each PUT; `attempt` counts from 0 for each file. */
  plan: (fileName: string, attempt: number) => PutPlan = () => ({ kind: 'take' });
  /** Called as a PUT's headers arrive. */
  onBegin: (fileName: string) => void = () => undefined;
  #grants = new Map<string, Grant>();
  #attempts = new Map<string, number>();
  #server: Server | null = null;

  async listen(): Promise<void> {
    const server = createServer((req, res) => this.#handle(req, res));
    this.#server = server;
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  }

  async close(): Promise<void> {
    this.#server?.closeAllConnections();
    await new Promise((resolve) => this.#server?.close(resolve));
  }

  grant(grant: Grant, serial: number): { url: string; headers: { name: string; value: string }[] } {
    const path = `/incoming/${grant.key}/${serial}`;
    this.#grants.set(path, grant);
    const { port } = (this.#server as Server).address() as AddressInfo;
    const { contentType, md5 } = grant;
    return {
      url: `http://127.0.0.1:${port}${path}`,
      headers: [
        ...(contentType ? [{ name: 'content-type', value: contentType }] : []),
        ...(md5 ? [{ name: 'content-md5', value: md5 }] : []),
      ],
    };
  }

  /** Makes one file of its parts; whether all were there. */
  join(key: string, partCount: number): boolean {
    const names = Array.from({ length: partCount }, (_, index) => partName(key, index + 1));
    const parts = names.map((name) => this.stored.get(name));
    if (!parts.every((part) => part !== undefined)) return false;
    for (const name of names) this.stored.delete(name);
    this.stored.set(key, Buffer.concat(parts));
    return true;
  }

  #handle(req: IncomingMessage, res: ServerResponse): void {
    res.setHeader('access-control-allow-origin', '*');
    res.setHeader('access-control-expose-headers', 'retry-after');
    if (req.method === 'OPTIONS') {
      res.setHeader('access-control-allow-methods', 'PUT');
      res.setHeader('access-control-allow-headers', 'content-type, content-md5');
      res.setHeader('access-control-max-age', '600');
      res.writeHead(204).end();
      return;
    }
    const grant = this.#grants.get(req.url ?? '');
    if (!grant || req.method !== 'PUT') return void res.writeHead(403).end();
    this.#take(req, res, grant);
  }

  #take(req: IncomingMessage, res: ServerResponse, grant: Grant): void {
    const { partNumber } = grant;
    const name = partNumber ? partName(grant.fileName, partNumber) : grant.fileName;
    const key = partNumber ? partName(grant.key, partNumber) : grant.key;
    const attempt = this.#attempts.get(key) ?? 0;
    this.#attempts.set(key, attempt + 1);
    this.begun.push(name);
    const answer = (status: number, headers: Record<string, string> = {}): void => {
      req.resume();
      res.writeHead(status, headers).end();
    };
    const plan = this.plan(name, attempt);
    this.onBegin(name);
    if (plan.kind === 'status') {
      const { status, retryAfter } = plan;
      return answer(status, retryAfter === undefined ? {} : { 'retry-after': String(retryAfter) });
    }
    if (!partNumber && this.stored.has(key)) return answer(412);

    const chunks: Buffer[] = [];
    let received = 0;
    req.on('data', (chunk: Buffer) => {
      chunks.push(chunk);
      received += chunk.length;
      this.receivedBytes += chunk.length;
      if (plan.kind === 'drop' && received > plan.afterBytes) return void req.socket.destroy();
      if (plan.kind === 'slow') {
        req.pause();
        setTimeout(() => req.resume(), plan.restMs ?? 5);
      }
    });
    const finish = (): void => {
      if (req.socket.destroyed) return;
      if (plan.kind === 'drop') return void req.socket.destroy();
      const body = Buffer.concat(chunks);
      const held =
        (!grant.contentType || req.headers['content-type'] === grant.contentType) &&
        req.headers['content-md5'] === grant.md5 &&
        body.length === grant.byteSize;
      if (!held) return answer(403);
      if (grant.md5 && createHash('md5').update(body).digest('base64') !== grant.md5) {
        return answer(400);
      }
      this.stored.set(key, body);
      if (plan.kind === 'mute') return void req.socket.destroy();
      answer(200);
    };
    req.on('end', () => {
      if (plan.kind === 'held') void plan.until.then(finish);
      else finish();
    });
  }
}
