import type pg from 'pg';
import { destroyConnection } from './connection-pool.ts';

/** Looks in the time after which a connection counts as dead. */
const LOOKS = 20;

/** What node-postgres' client has beyond its types. */
interface Queries {
  _activeQuery: object | null;
  _queryQueue: readonly object[];
}

const patience = new WeakMap<object, number>();

/** Lets statements on a connection take longer than those of others; null ends that. */
export function allowSilence(client: pg.ClientBase, ms: number | null): void {
  if (ms === null) patience.delete(client);
  else patience.set(client, ms);
}

/**
 * Ends connections that have had no answer for so long: their server may be
 * gone without a word. `query_timeout` of node-postgres, beside leaving the
 * connection as it is, has a timer for each query, which keeps its rows until
 * all of memory is looked through.
 */
export function endSilentConnections(pool: pg.Pool, answerMs: number): void {
  /** What each is asked, and since when. */
  const asked = new Map<pg.ClientBase, { query: unknown; since: number }>();
  pool.on('connect', (client) => asked.set(client, { query: null, since: 0 }));
  pool.on('remove', (client) => asked.delete(client));
  const timer = setInterval(() => {
    if (pool.ended) clearInterval(timer);
    const now = performance.now();
    for (const [client, before] of asked) {
      const query = activeQuery(client);
      if (query !== before.query) asked.set(client, { query, since: now });
      else if (query !== null && now - before.since >= (patience.get(client) ?? answerMs))
        destroyConnection(client, new Error('Query read timeout'));
    }
  }, answerMs / LOOKS);
  timer.unref();
}

/** What is under way, or waits for the end of what was refused; null when nothing does. */
function activeQuery(client: pg.ClientBase): unknown {
  const { _activeQuery: active, _queryQueue: waiting } = client as unknown as Queries;
  return active ?? waiting[0] ?? null;
}
