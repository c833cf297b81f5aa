import { randomUUID } from 'node:crypto';
import type { Logger } from 'pino';
import type { Signals } from '../db/signals.ts';
import { connectRedis } from './connect-redis.ts';

/** Through a channel of Redis; while that is away, only within this process. */
export async function openRedisSignals(url: string, log: Logger): Promise<Signals> {
  const self = randomUUID();
  const listeners = new Map<string, Set<() => void>>();
  /** Channels with a signal on its way, and whether another one is to follow it. */
  const sending = new Map<string, boolean>();
  const redis = await connectRedis({
    url,
    log,
    whileAway: 'what happened in other servers is learned by asking the database',
    onReady() {
      for (const [channel, told] of listeners) void subscribe(channel, told);
    },
  });

  function tell(channel: string): void {
    for (const onSignal of listeners.get(channel) ?? []) onSignal();
  }

  function receive(sender: string, channel: string): void {
    if (sender !== self) tell(channel);
  }

  /** Does no more than tell where the channel is subscribed to: the client has done it again by itself. */
  async function subscribe(channel: string, told: Iterable<() => void>): Promise<void> {
    try {
      await redis.client.subscribe(channel, receive);
      for (const onSignal of told) onSignal();
    } catch (error) {
      log.warn({ err: error, channel }, 'cannot listen to Redis');
    }
  }

  async function publish(channel: string): Promise<void> {
    do {
      sending.set(channel, false);
      await redis.client.publish(channel, self).catch(() => undefined);
    } while (sending.get(channel));
    sending.delete(channel);
  }

  return {
    send(channel) {
      tell(channel);
      if (sending.has(channel)) sending.set(channel, true);
      else void publish(channel);
    },

    async listen(channel, onSignal) {
      const there = listeners.get(channel) ?? new Set();
      listeners.set(channel, there.add(onSignal));
      onSignal();
      if (redis.client.isReady) void subscribe(channel, [onSignal]);
      return async () => {
        there.delete(onSignal);
      };
    },

    close: () => redis.close(),
  };
}
