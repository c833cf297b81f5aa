/** What is counted. */
export type RateLimitRule =
  /** Mutations of whoever has no token, by address. */
  | 'visitor-writes'
  /** What queries of whoever has no token cost, by address; answers that are kept cost nothing. */
  | 'visitor-reads'
  /** Every operation of a person, a key or an upload token. */
  | 'account'
  /** Tries to log in to one account, until one succeeds. */
  | 'log-in'
  /** Tries to log in that fail, by address. */
  | 'log-in-address'
  /** Sign-ups, by address. */
  | 'sign-up'
  /** Mails and tries with a new password, by address. */
  | 'password-reset';

/** So many within so many seconds, counted from the first. */
export interface RateLimit {
  count: number;
  seconds: number;
}

/** Every limit of a rule must hold; none is no limit. */
export type RateLimitRules = Readonly<Record<RateLimitRule, readonly RateLimit[]>>;

const SECONDS = { second: 1, minute: 60, hour: 3_600, day: 86_400 } as const;

/** As `RATE_LIMITS` writes them, and `.env.example` shows. */
export const DEFAULT_RATE_LIMITS =
  'visitor-writes=600/minute, visitor-reads=6000000/minute+2000000/second, account=6000/minute+1000/second, log-in=10/minute+50/hour+200/day, log-in-address=100/minute, sign-up=60/hour, password-reset=60/hour';

/**
 * Rules such as `log-in=10/minute, account=6000/minute+1000/second, sign-up=off`;
 * those that are not named keep their default, and `off` alone is none at all.
 * Null when it is not written like that.
 */
export function parseRateLimits(text: string): RateLimitRules | null {
  const rules = Object.fromEntries(DEFAULT_RATE_LIMITS.split(',').map(readRule));
  if (text.trim() === 'off') for (const name of Object.keys(rules)) rules[name] = [];
  else {
    for (const [name, limits] of text.split(',').map(readRule)) {
      if (!limits || !Object.hasOwn(rules, name)) return null;
      rules[name] = limits;
    }
  }
  return rules as Record<RateLimitRule, RateLimit[]>;
}

/** A name with its limits, null where they are none. */
function readRule(text: string): [string, RateLimit[] | null] {
  const [name = '', value = '', ...rest] = text.split('=').map((word) => word.trim());
  const limits = value === 'off' ? [] : value.split('+').map(readLimit);
  return [name, rest.length > 0 || limits.includes(null) ? null : (limits as RateLimit[])];
}

function readLimit(text: string): RateLimit | null {
  const [, count, unit] = /^([1-9]\d{0,6})\/(second|minute|hour|day)$/.exec(text.trim()) ?? [];
  if (!count || !unit) return null;
  return { count: Number(count), seconds: SECONDS[unit as keyof typeof SECONDS] };
}
