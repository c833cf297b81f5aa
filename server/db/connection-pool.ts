import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import type { Logger } from 'pino';

/**
 * A pool that keeps a connection when its server only refused a statement, and
 * drops it when it may be out of step: node-postgres does it the other way round.
 */
export function createConnectionPool(config: pg.PoolConfig, log: Logger): pg.Pool {
  const pool = new pg.Pool(config);
  const logLoss = (error: Error) => log.warn({ err: error }, 'lost a database connection');

  pool.on('error', () => {});
  pool.on('connect', (client) => {
    client.on('error', logLoss);
  });

  const query = (config: pg.QueryConfig | string, values?: unknown[]) =>
    lend(pool, (client) => client.query(config as string, values));
  pool.query = query as typeof pool.query;
  return pool;
}

/** Lends a connection, and takes it back unless it may be out of step. */
export async function lend<T>(
  pool: pg.Pool,
  work: (client: pg.PoolClient) => Promise<T>,
): Promise<T> {
  const client = await pool.connect();
  let lost: Error | undefined;
  try {
    return await work(client);
  } catch (error) {
    if (!isRefusal(error)) lost = error as Error;
    throw error;
  } finally {
    client.release(lost);
  }
}

/** The server said no to a statement and goes on with the connection. */
export const isRefusal = (error: unknown): boolean =>
  error instanceof pg.DatabaseError && error.severity === 'ERROR';

/** Cuts the connection off without a word to the other end, which may be gone. */
export function destroyConnection(client: pg.ClientBase, error?: Error): void {
  (client as unknown as { connection: pg.Connection }).connection.stream.destroy(error);
}

/** Waits for what is under way, but not for long. */
export async function endPool(pool: pg.Pool): Promise<void> {
  const deadline = new AbortController();
  await Promise.race([
    pool.end().finally(() => deadline.abort()),
    delay(5_000, undefined, { signal: deadline.signal }).catch(() => {}),
  ]);
}
