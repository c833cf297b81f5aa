import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import type { Logger } from 'pino';
import { destroyConnection } from './connection-pool.ts';

const firstRetryMs = 50;
const lastRetryMs = 2_000;
/** A peer that vanished sends nothing: asking is the only way to learn of it. */
const heartbeatMs = 15_000;

/** A connection that listens. */
interface Session {
  client: pg.Client;
  ended: Promise<void>;
}

/**
 * LISTEN on a connection of its own, opened anew when it is lost.
 *
 * @param onNotify gets '' after each (re)connection.
 * @returns a function that stops it and resolves when the connection is closed.
 */
export async function listenOnPostgres(
  config: pg.ClientConfig,
  channel: string,
  onNotify: (payload: string) => void,
  log: Logger,
): Promise<() => Promise<void>> {
  const stopping = new AbortController();
  const { signal } = stopping;

  async function open(): Promise<Session> {
    const client = new pg.Client(config);
    const ended = new Promise<void>((resolve) => client.once('end', resolve));
    client.on('error', () => {});
    client.on('notification', (message) => {
      if (message.channel === channel && !signal.aborted) onNotify(message.payload ?? '');
    });
    try {
      await client.connect();
      await client.query(`LISTEN ${pg.escapeIdentifier(channel)}`);
    } catch (error) {
      destroyConnection(client);
      throw error;
    }
    if (!signal.aborted) onNotify('');
    return { client, ended };
  }

  async function reopen(): Promise<Session> {
    for (let wait = firstRetryMs; ; wait = Math.min(wait * 2, lastRetryMs)) {
      await delay(wait * (0.5 + Math.random()), undefined, { signal });
      try {
        return await open();
      } catch (error) {
        log.warn({ err: error, channel }, 'cannot listen to the database');
      }
    }
  }

  async function untilEnd({ client, ended }: Session): Promise<void> {
    const end = () => destroyConnection(client);
    const heartbeat = setInterval(() => client.query('SELECT 1').catch(end), heartbeatMs);
    signal.addEventListener('abort', end, { once: true });
    if (signal.aborted) end();
    await ended;
    signal.removeEventListener('abort', end);
    clearInterval(heartbeat);
  }

  async function follow(session: Session): Promise<void> {
    for (;;) {
      await untilEnd(session);
      if (signal.aborted) return;
      log.warn({ channel }, 'lost the connection that listens to the database');
      session = await reopen();
    }
  }

  const following = follow(await open()).catch((error: unknown) => {
    if (!signal.aborted) throw error;
  });
  return async () => {
    stopping.abort();
    await following;
  };
}
