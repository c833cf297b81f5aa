import type { RedisClientType } from '@redis/client';
import type { Logger } from 'pino';

const CONNECT_MS = 2_000;
/** A connection that says nothing for so long, asked twice, is given up. */
const SILENCE_MS = 2_000;
const MAX_RECONNECT_MS = 5_000;

export interface Redis {
  client: RedisClientType;
  close(): void;
}

export interface RedisOptions {
  url: string;
  log: Logger;
  /** For the log: what is done without it. */
  whileAway: string;
  /** Called after each (re)connection. */
  onReady?: (() => void) | undefined;
}

/** Connects in the background, again and again; until then its commands are refused at once. */
export async function connectRedis({ url, log, whileAway, onReady }: RedisOptions): Promise<Redis> {
  // Who has no Redis does not load its client.
  const { createClient } = await import('@redis/client');
  const client = createClient({
    url,
    disableOfflineQueue: true,
    commandsQueueMaxLength: 10_000,
    pingInterval: SILENCE_MS / 2,
    socket: {
      connectTimeout: CONNECT_MS,
      socketTimeout: SILENCE_MS,
      reconnectStrategy: (tries) => Math.min(MAX_RECONNECT_MS, 100 * 2 ** tries),
    },
  }) as RedisClientType;
  let away = false;
  client.on('error', (error: Error) => {
    if (!away) log.warn({ err: error }, `Redis is away; ${whileAway}`);
    away = true;
  });
  client.on('ready', () => {
    if (away) log.info('Redis is back');
    away = false;
    onReady?.();
  });
  void client.connect().catch(() => undefined);
  return { client, close: () => client.destroy() };
}
