import type { IncomingMessage, ServerResponse } from 'node:http';

const CHECK_MS = 2_000;
/** However many probes come, database and store are asked once in this time. */
const FRESH_MS = 1_000;

export interface HealthOptions {
  /** What has to answer before requests may come. */
  checks: Record<string, (signal: AbortSignal) => Promise<void>>;
  draining: () => boolean;
}

interface Readiness {
  ready: boolean;
  /** By name: `ok` or `unavailable`. */
  parts: Record<string, string>;
}

/** `/healthz`: the process lives. `/readyz`: it can do its work; 503 names what does not answer. */
export function createHealth({ checks, draining }: HealthOptions) {
  let state: Promise<Readiness> | null = null;

  /** What was found within the last second. */
  function readiness(): Promise<Readiness> {
    state ??= look().finally(() => {
      setTimeout(() => (state = null), FRESH_MS).unref();
    });
    return state;
  }

  async function look(): Promise<Readiness> {
    const parts = await Promise.all(
      Object.entries(checks).map(async ([name, check]) => [name, await passes(check)] as const),
    );
    return {
      ready: parts.every(([, passed]) => passed),
      parts: Object.fromEntries(
        parts.map(([name, passed]) => [name, passed ? 'ok' : 'unavailable']),
      ),
    };
  }

  return async (req: IncomingMessage, res: ServerResponse): Promise<boolean> => {
    const path = req.url?.split('?')[0];
    if (path === '/healthz') return answer(res, 200, { status: 'ok' });
    if (path !== '/readyz') return false;
    if (draining()) return answer(res, 503, { status: 'draining' });
    const { ready, parts } = await readiness();
    return answer(res, ready ? 200 : 503, { status: ready ? 'ready' : 'not ready', ...parts });
  };
}

async function passes(check: (signal: AbortSignal) => Promise<void>): Promise<boolean> {
  const signal = AbortSignal.timeout(CHECK_MS);
  const late = new Promise<false>((resolve) => {
    signal.addEventListener('abort', () => resolve(false), { once: true });
  });
  return Promise.race([
    check(signal).then(
      () => true,
      () => false,
    ),
    late,
  ]);
}

function answer(res: ServerResponse, status: number, body: object): true {
  res.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' });
  res.end(JSON.stringify(body));
  return true;
}
