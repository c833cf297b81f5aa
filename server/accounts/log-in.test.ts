import { beforeEach, expect, it, vi } from 'vitest';
import type { PrismaClient } from '../../generated/prisma/client.ts';
import type { Afterwards } from './afterwards.ts';
import { createGuessGuard } from './guess-guard.ts';
import { createLogIn, type LogIn } from './log-in.ts';
import type { Sessions } from './sessions.ts';

/** Real guesses take their time, by design. */
const isWrong = () => Promise.resolve(false);
const findUnique = vi.fn(() => Promise.resolve(null));
let logIn: LogIn;
beforeEach(() => {
  findUnique.mockClear();
  const prisma = { user: { findUnique } } as unknown as PrismaClient;
  logIn = createLogIn({
    prisma,
    sessions: {} as Sessions,
    guesses: createGuessGuard(),
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

it('forgets the oldest counts when very many accounts are guessed at', async () => {
  for (let tries = 0; tries < 10; tries++) await codeOf('first@dealer.example');
  expect(await codeOf('first@dealer.example')).toBe('RATE_LIMITED');
  for (let index = 0; index < 9_999; index++) await codeOf(`${index}@dealer.example`);
  expect(await codeOf('first@dealer.example')).toBe('RATE_LIMITED');
  await codeOf('last@dealer.example');
  expect(await codeOf('first@dealer.example')).toBe('INVALID_CREDENTIALS');
});
