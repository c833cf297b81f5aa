import { createHash } from 'node:crypto';
import type { Logger } from 'pino';
import {
  RateLimiterMemory,
  RateLimiterRedis,
  RateLimiterRes,
  RLWrapperTimeouts,
  type RateLimiterAbstract,
} from 'rate-limiter-flexible';
import { UserFailure } from '../errors.ts';
import { connectRedis } from '../redis/connect-redis.ts';
import type { RateLimit, RateLimitRule, RateLimitRules } from './rules.ts';

/** An answer of Redis that takes longer counts as none: nobody waits for a limit. */
const REDIS_MS = 500;

/** Counts in this process, or in Redis for all that share one. */
export interface RateLimits {
  /** Counts one, or so many; resolves to the seconds to wait when there were too many, else to null. */
  take(rule: RateLimitRule, key: string, points?: number): Promise<number | null>;
  /** Like `take`, but rejects with RATE_LIMITED at the field, as payloads tell it. */
  count(rule: RateLimitRule, key: string, field?: readonly string[]): Promise<void>;
  /** Takes one back that should not have counted. */
  giveBack(rule: RateLimitRule, key: string): Promise<void>;
  /** Starts anew from zero. */
  forget(rule: RateLimitRule, key: string): Promise<void>;
  close(): Promise<void>;
}

export interface RateLimitsOptions {
  rules: RateLimitRules;
  /** Null counts in this process. */
  redisUrl: string | null;
  log: Logger;
  /** Called when Redis counts. */
  onReady?(): void;
}

export async function createRateLimits(options: RateLimitsOptions): Promise<RateLimits> {
  const { rules, redisUrl, log, onReady } = options;
  const whileAway = 'rate limits are counted by process';
  const redis =
    redisUrl === null ? null : await connectRedis({ url: redisUrl, log, whileAway, onReady });

  function limiterOf(rule: string, { count, seconds }: RateLimit): RateLimiterAbstract {
    const counted = { keyPrefix: `forecourt:${rule}:${seconds}`, points: count, duration: seconds };
    const memory = new RateLimiterMemory(counted);
    if (!redis) return memory;
    const shared = new RateLimiterRedis({
      ...counted,
      storeClient: redis.client,
      useRedisPackage: true,
      rejectIfRedisNotReady: true,
    });
    // While Redis is away each process counts for itself.
    return new RLWrapperTimeouts({
      limiter: shared,
      timeoutMs: REDIS_MS,
      insuranceLimiter: memory,
    });
  }

  /** Of each rule, the shortest window first. */
  const limiters = new Map<string, RateLimiterAbstract[]>(
    Object.entries(rules).map(([rule, limits]) => [
      rule,
      limits
        .toSorted((one, other) => one.seconds - other.seconds)
        .map((limit) => limiterOf(rule, limit)),
    ]),
  );
  const each = <T>(rule: RateLimitRule, ask: (limiter: RateLimiterAbstract) => Promise<T>) =>
    Promise.all((limiters.get(rule) ?? []).map(ask));

  async function take(rule: RateLimitRule, key: string, points = 1): Promise<number | null> {
    // What a short window refuses is not counted in longer ones, which would be used up by it.
    for (const limiter of limiters.get(rule) ?? []) {
      try {
        await limiter.consume(nameless(key), points);
      } catch (refusal) {
        if (!(refusal instanceof RateLimiterRes)) throw refusal;
        return Math.max(1, Math.ceil(refusal.msBeforeNext / 1_000));
      }
    }
    return null;
  }

  return {
    take,

    async count(rule, key, field) {
      const retryAfterSeconds = await take(rule, key);
      if (retryAfterSeconds === null) return;
      throw new UserFailure('RATE_LIMITED', waitFor(retryAfterSeconds), {
        ...(field && { field }),
        retryAfterSeconds,
      });
    },

    async giveBack(rule, key) {
      await each(rule, (limiter) => limiter.reward(nameless(key)));
    },

    async forget(rule, key) {
      await each(rule, (limiter) => limiter.delete(nameless(key)));
    },

    async close() {
      redis?.close();
    },
  };
}

export function waitFor(seconds: number): string {
  return `Too many tries. Wait ${seconds} ${seconds === 1 ? 'second' : 'seconds'}, then try again.`;
}

/** Neither addresses nor e-mails are written to Redis, and all keys are equally short. */
function nameless(key: string): string {
  return createHash('sha256').update(key).digest('base64url').slice(0, 22);
}
