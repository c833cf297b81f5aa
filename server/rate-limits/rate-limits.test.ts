import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { pino } from 'pino';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { freePort } from '../../test/free-port.ts';
import { hasRedis, startRedis, type RedisServer } from '../../test/redis.ts';
import { createRateLimits, type RateLimits } from './rate-limits.ts';
import { parseRateLimits, type RateLimitRules } from './rules.ts';

const rules = parseRateLimits(
  'log-in=10/hour, account=20/hour+5/hour, sign-up=off',
) as RateLimitRules;
const log = pino({ level: 'silent' });

/** How many of so many tries at once are let through. */
async function passed(limits: RateLimits, tries: number, key: string): Promise<number> {
  const waits = await Promise.all(Array.from({ length: tries }, () => limits.take('log-in', key)));
  return waits.filter((wait) => wait === null).length;
}

describe('limits of one process', () => {
  const open = () => createRateLimits({ rules, redisUrl: null, log });

  it('let so many through, and say when to come back', async () => {
    const limits = await open();
    expect(await passed(limits, 1_000, 'a')).toBe(10);
    const wait = await limits.take('log-in', 'a');
    expect(wait).toBeGreaterThan(3_500);
    expect(wait).toBeLessThanOrEqual(3_600);
    expect(await passed(limits, 5, 'b')).toBe(5);
  });

  it('hold every limit of a rule', async () => {
    const limits = await open();
    for (let count = 0; count < 5; count++) expect(await limits.take('account', 'a')).toBeNull();
    expect(await limits.take('account', 'a')).not.toBeNull();
  });

  afterEach(() => vi.useRealTimers());

  it('count what a short window refuses in no longer one, in whatever order they are written', async () => {
    for (const text of ['log-in=2/minute+5/hour+9/day', 'log-in=9/day+5/hour+2/minute']) {
      vi.useFakeTimers({ now: 0 });
      const limits = await createRateLimits({
        rules: parseRateLimits(text) as RateLimitRules,
        redisUrl: null,
        log,
      });
      const byMinute: number[] = [];
      for (let minute = 0; minute < 62; minute++) {
        byMinute.push(await passed(limits, 100, 'a'));
        vi.advanceTimersByTime(60_000);
      }
      expect(byMinute.slice(0, 4)).toEqual([2, 2, 1, 0]);
      expect(byMinute.slice(3, 60).every((count) => count === 0)).toBe(true);
      // The second hour has what the day has left.
      expect(byMinute.slice(60)).toEqual([2, 2]);
      expect(await limits.take('log-in', 'a')).toBeGreaterThan(80_000);
    }
  });

  it('count nothing that is off', async () => {
    const limits = await open();
    for (let count = 0; count < 100; count++) expect(await limits.take('sign-up', 'a')).toBeNull();
  });

  it('forget, give back, and tell a payload what it needs', async () => {
    const limits = await open();
    await passed(limits, 10, 'a');
    await limits.giveBack('log-in', 'a');
    expect(await passed(limits, 10, 'a')).toBe(1);
    await expect(limits.count('log-in', 'a', ['input', 'email'])).rejects.toMatchObject({
      code: 'RATE_LIMITED',
      field: ['input', 'email'],
      data: { retryAfterSeconds: 3_600 },
    });
    await limits.forget('log-in', 'a');
    expect(await passed(limits, 100, 'a')).toBe(10);
  });
});

describe('limits while Redis is away', () => {
  it('are counted in the process', async () => {
    const limits = await createRateLimits({
      rules,
      redisUrl: `redis://127.0.0.1:${await freePort()}`,
      log,
    });
    expect(await passed(limits, 100, 'a')).toBe(10);
    await limits.forget('log-in', 'a');
    await limits.close();
  });

  it('are counted in the process where it takes connections and says nothing', async () => {
    const silent = createServer(() => undefined).listen(0, '127.0.0.1');
    await once(silent, 'listening');
    const { port } = silent.address() as AddressInfo;
    const limits = await createRateLimits({ rules, redisUrl: `redis://127.0.0.1:${port}`, log });
    expect(await passed(limits, 100, 'a')).toBe(10);
    await limits.close();
    silent.close();
  });
});

describe.skipIf(!hasRedis)('limits in Redis', () => {
  let redis: RedisServer;
  beforeAll(async () => {
    redis = await startRedis();
  });
  afterAll(() => redis.stop());

  /** Counting in Redis, not yet or no longer in the process. */
  async function connected(): Promise<RateLimits> {
    let ready = () => {};
    const isReady = new Promise<void>((resolve) => (ready = resolve));
    const limits = await createRateLimits({
      rules,
      redisUrl: redis.url,
      log,
      onReady: ready,
    });
    await isReady;
    return limits;
  }

  it('are the same for every process, and go on in each when it hangs', async () => {
    const [one, other] = [await connected(), await connected()];
    expect((await passed(one, 100, 'a')) + (await passed(other, 100, 'a'))).toBe(10);
    await one.forget('log-in', 'a');
    expect(await passed(other, 3, 'a')).toBe(3);
    expect(await passed(one, 100, 'a')).toBe(7);

    redis.hang();
    expect(await passed(one, 100, 'b')).toBe(10);
    redis.goOn();
    await one.close();
    await other.close();
  });
});
