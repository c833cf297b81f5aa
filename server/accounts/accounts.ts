import type { PrismaClient } from '../../generated/prisma/client.ts';
import type { Database } from '../db/database.ts';
import type { RateLimits } from '../rate-limits/rate-limits.ts';
import type { Afterwards } from './afterwards.ts';
import { createPasswordChanges, type PasswordChanges } from './change-password.ts';
import { createInvitations, type Invitations } from './invitations.ts';
import { createLogIn, type LogIn } from './log-in.ts';
import { createLogOut, type LogOut } from './log-out.ts';
import type { Post } from './mails.ts';
import { createMembers, type Members } from './members.ts';
import type { Sessions } from './sessions.ts';
import { createSignUp, type SignUp } from './sign-up.ts';
import { workplacesOf, type Workplace } from './workplaces.ts';

/** What people do with their accounts. */
export interface Accounts {
  logIn: LogIn;
  logOut: LogOut;
  signUp: SignUp;
  passwords: PasswordChanges;
  invitations: Invitations;
  members: Members;
  membershipsOf(userId: string): Promise<Workplace[]>;
}

export function createAccounts(parts: {
  prisma: PrismaClient;
  asTenant: Database['asTenant'];
  sessions: Sessions;
  afterwards: Afterwards;
  rateLimits: RateLimits;
  post: Post;
  signUpOpen: boolean;
  /** Slug that nobody gets by signing up. */
  reservedSlug: string | null;
}): Accounts {
  const { prisma, sessions } = parts;
  return {
    logIn: createLogIn(parts),
    logOut: createLogOut(prisma, sessions),
    signUp: createSignUp({ ...parts, open: parts.signUpOpen }),
    passwords: createPasswordChanges(parts),
    invitations: createInvitations(parts),
    members: createMembers(prisma),
    membershipsOf: (userId) => workplacesOf(prisma, userId),
  };
}
