import pg from 'pg';
import type { Logger } from 'pino';
import { createConnectionPool } from './connection-pool.ts';
import type { Database } from './database.ts';
import type { EmbeddedEngine } from './embedded-engine.ts';

/** One connection, kept for good: the engine has a single session, which also listens. */
export function createEmbeddedPool(
  engine: EmbeddedEngine,
  log: Logger,
): { pool: pg.Pool; listen: Database['listen'] } {
  const channels = new Map<string, Set<(payload: string) => void>>();
  const notify = (channel: string, payload: string) => {
    for (const onNotify of channels.get(channel) ?? []) onNotify(payload);
  };

  const config: pg.PoolConfig = {
    user: 'postgres',
    database: 'postgres',
    max: 1,
    idleTimeoutMillis: 0,
    connectionTimeoutMillis: 60_000,
    stream: () => engine.connect(),
    async onConnect(client) {
      client.on('notification', ({ channel, payload }) => notify(channel, payload ?? ''));
      for (const channel of channels.keys()) {
        await client.query(`LISTEN ${pg.escapeIdentifier(channel)}`);
        notify(channel, '');
      }
    },
  };
  const pool = createConnectionPool(config, log);

  return {
    pool,
    async listen(channel, onNotify) {
      const client = await pool.connect();
      const listeners = channels.get(channel) ?? new Set();
      try {
        await client.query(`LISTEN ${pg.escapeIdentifier(channel)}`);
        channels.set(channel, listeners.add(onNotify));
      } finally {
        client.release();
      }
      onNotify('');
      return async () => {
        listeners.delete(onNotify);
        if (listeners.size > 0 || channels.get(channel) !== listeners) return;
        channels.delete(channel);
        if (!pool.ending) await pool.query(`UNLISTEN ${pg.escapeIdentifier(channel)}`);
      };
    },
  };
}
