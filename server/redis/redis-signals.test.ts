import { pino } from 'pino';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { freePort } from '../../test/free-port.ts';
import { hasRedis, startRedis, type RedisServer } from '../../test/redis.ts';
import type { Signals } from '../db/signals.ts';
import { openRedisSignals } from './redis-signals.ts';

const log = pino({ level: 'silent' });
const opened: Signals[] = [];
afterEach(() => {
  for (const signals of opened.splice(0)) signals.close();
});

async function open(url: string): Promise<Signals> {
  const signals = await openRedisSignals(url, log);
  opened.push(signals);
  return signals;
}

describe('signals while Redis is away', () => {
  it('reach their own process at once', async () => {
    const signals = await open(`redis://127.0.0.1:${await freePort()}`);
    const heard = vi.fn();
    await signals.listen('events', heard);
    expect(heard).toHaveBeenCalledTimes(1);
    signals.send('events');
    expect(heard).toHaveBeenCalledTimes(2);
    signals.send('other events');
    expect(heard).toHaveBeenCalledTimes(2);
  });
});

describe.skipIf(!hasRedis)('signals through Redis', { timeout: 60_000 }, () => {
  let redis: RedisServer;
  beforeAll(async () => {
    redis = await startRedis();
  });
  afterAll(() => redis.stop());

  /** Counts what it hears, from when it hears through Redis. */
  async function listener(signals: Signals) {
    const heard = vi.fn();
    const stop = await signals.listen('events', heard);
    // Once for what it may have missed before it listened, once when Redis has it listen.
    await more(heard, 2);
    heard.mockClear();
    return { heard, stop };
  }

  const more = (heard: () => void, times: number) =>
    vi.waitFor(() => expect(vi.mocked(heard).mock.calls.length).toBeGreaterThanOrEqual(times), {
      timeout: 30_000,
    });

  it('reach every process that listens, each once, until it stops', async () => {
    const [one, other] = [await open(redis.url), await open(redis.url)];
    const first = await listener(one);
    const second = await listener(other);
    const leaving = await listener(other);
    one.send('events');
    await Promise.all([more(second.heard, 1), more(leaving.heard, 1)]);
    await leaving.stop();
    other.send('events');
    await more(first.heard, 2);
    expect(first.heard).toHaveBeenCalledTimes(2);
    expect(second.heard).toHaveBeenCalledTimes(2);
    expect(leaving.heard).toHaveBeenCalledTimes(1);
  });

  it('are sent once more for any number that come while one is on its way', async () => {
    const [one, other] = [await open(redis.url), await open(redis.url)];
    await listener(one);
    const { heard } = await listener(other);
    for (let count = 0; count < 1_000; count++) one.send('events');
    await more(heard, 2);
    one.send('last');
    expect(heard.mock.calls.length).toBeLessThan(10);
  });

  it('reach everybody again after Redis was killed, and say that some may have been lost', async () => {
    const [one, other] = [await open(redis.url), await open(redis.url)];
    await listener(one);
    const { heard } = await listener(other);
    await redis.kill();
    one.send('events');
    expect(heard).not.toHaveBeenCalled();
    await redis.start();
    await more(heard, 1);
    // As soon as both are connected again.
    await vi.waitFor(
      () => {
        const before = heard.mock.calls.length;
        one.send('events');
        return vi.waitFor(() => expect(heard.mock.calls.length).toBeGreaterThan(before));
      },
      { timeout: 30_000 },
    );
  });

  it('begin when Redis does, also where it was away at first', async () => {
    await redis.kill();
    const [one, other] = [await open(redis.url), await open(redis.url)];
    const heard = vi.fn();
    await other.listen('events', heard);
    expect(heard).toHaveBeenCalledTimes(1);
    await redis.start();
    await more(heard, 2);
    await listener(one);
    heard.mockClear();
    one.send('events');
    await more(heard, 1);
  });

  it('give up a Redis that says nothing, and come back to it', async () => {
    const [one, other] = [await open(redis.url), await open(redis.url)];
    await listener(one);
    const { heard } = await listener(other);
    const lost = vi.spyOn(log, 'warn');
    redis.hang();
    one.send('events');
    // Ended by its client, the connection is made anew once Redis goes on.
    await vi.waitFor(() => expect(lost).toHaveBeenCalled(), { timeout: 30_000 });
    redis.goOn();
    await more(heard, 1);
  });
});
