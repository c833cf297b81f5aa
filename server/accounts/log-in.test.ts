import { pino } from 'pino';
import { beforeEach, expect, it, vi } from 'vitest';
import type { PrismaClient } from '../../generated/prisma/client.ts';
import { createRateLimits } from '../rate-limits/rate-limits.ts';
import { parseRateLimits, type RateLimitRules } from '../rate-limits/rules.ts';
import type { Afterwards } from './afterwards.ts';
import { createLogIn, type LogIn } from './log-in.ts';
import type { Sessions } from './sessions.ts';

/** Real guesses take their time, by design. */
const isWrong = () => Promise.resolve(false);
const findUnique = vi.fn(() => Promise.resolve(null));
let logIn: LogIn;
beforeEach(async () => {
  findUnique.mockClear();
  const prisma = { user: { findUnique } } as unknown as PrismaClient;
  const rateLimits = await createRateLimits({
    rules: parseRateLimits('log-in=10/hour') as RateLimitRules,
    redisUrl: null,
    log: pino({ level: 'silent' }),
  });
  logIn = createLogIn({
    prisma,
    sessions: {} as Sessions,
    rateLimits,
    afterwards: {} as Afterwards,
    verify: isWrong,
  });
});

const codeOf = (email: string): Promise<string> =>
  logIn(email, 'x').then(
    () => 'OK',
    (error: { code: string }) => error.code,
  );

it('looks for no address that is longer than an address can be', async () => {
  expect(await codeOf(`${'a'.repeat(240)}@dealer.example`)).toBe('INVALID_CREDENTIALS');
  expect(findUnique).not.toHaveBeenCalled();
});

it('evaluates ten of a thousand guesses at once, in whatever letters the address is written', async () => {
  const codes = await Promise.all(
    Array.from({ length: 1_000 }, (_, index) =>
      codeOf(index % 2 ? 'first@dealer.example' : ' First@Dealer.example '),
    ),
  );
  expect(codes.filter((code) => code === 'INVALID_CREDENTIALS')).toHaveLength(10);
  expect(findUnique).toHaveBeenCalledTimes(10);
  expect(await codeOf('last@dealer.example')).toBe('INVALID_CREDENTIALS');
});
