import type { Logger } from 'pino';
import { createConnectionPool, endPool } from './connection-pool.ts';
import { DatabaseError, reasonOf } from './database-error.ts';
import type { Connections } from './database.ts';
import { endSilentConnections } from './silent-connections.ts';
import { SPAN_SECONDS } from './statement-name.ts';
import { listenOnPostgres } from './postgres-listener.ts';

/** In ms. */
const limits = {
  /** For a connection, also when all of the pool are taken. */
  connect: 4_000,
  /** A statement that takes longer is cancelled by the server. */
  statement: 10_000,
  /** Without an answer for so long the connection counts as dead. */
  answer: 11_000,
};

/** DateTime values go without a zone: the session must be in UTC. */
function withUtc(url: string): string {
  const parsed = new URL(url);
  const options = [parsed.searchParams.get('options'), '-c TimeZone=UTC'];
  parsed.searchParams.set('options', options.filter(Boolean).join(' '));
  return parsed.href;
}

export async function openPostgres(
  config: { url: string; poolSize: number },
  log: Logger,
  { connect, statement, answer }: typeof limits = limits,
): Promise<Connections> {
  const shared = {
    connectionString: withUtc(config.url),
    application_name: 'forecourt',
    connectionTimeoutMillis: connect,
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
    statement_timeout: statement,
  };
  const pool = createConnectionPool(
    {
      ...shared,
      max: config.poolSize,
      maxLifetimeSeconds: SPAN_SECONDS,
      idle_in_transaction_session_timeout: 30_000,
    },
    log,
  );
  endSilentConnections(pool, answer);
  const stops = new Set<() => Promise<void>>();

  try {
    await pool.query('SELECT 1');
  } catch (cause) {
    await endPool(pool);
    const { host, pathname } = new URL(config.url);
    const message = `cannot use the database ${host}${pathname}: ${reasonOf(cause)}`;
    throw new DatabaseError('UNREACHABLE', message, { cause });
  }
  return {
    pool,
    maxWaitMs: connect,
    transactionsAtOnce: config.poolSize - Math.max(1, Math.floor(config.poolSize / 4)),
    ended: new Promise(() => {}),
    async listen(channel, onNotify) {
      const stop = await listenOnPostgres(
        { ...shared, query_timeout: answer },
        channel,
        onNotify,
        log,
      );
      stops.add(stop);
      return async () => {
        stops.delete(stop);
        await stop();
      };
    },
    async close() {
      await Promise.all([...stops].map((stop) => stop()));
      await endPool(pool);
    },
  };
}
