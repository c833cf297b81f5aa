import type { PrismaClient } from '../../generated/prisma/client.ts';
import type { RateLimits } from '../rate-limits/rate-limits.ts';
import type { Afterwards } from './afterwards.ts';
import { createLogIn, type LogIn } from './log-in.ts';
import { createLogOut, type LogOut } from './log-out.ts';
import type { Sessions } from './sessions.ts';
import { createSignUp, type SignUp } from './sign-up.ts';

/** What people do with their accounts. */
export interface Accounts {
  logIn: LogIn;
  logOut: LogOut;
  signUp: SignUp;
}

export function createAccounts(parts: {
  prisma: PrismaClient;
  sessions: Sessions;
  afterwards: Afterwards;
  rateLimits: RateLimits;
  signUpOpen: boolean;
}): Accounts {
  const { prisma, sessions } = parts;
  return {
    logIn: createLogIn(parts),
    logOut: createLogOut(prisma, sessions),
    signUp: createSignUp({ ...parts, open: parts.signUpOpen }),
  };
}
