import type { PrismaClient } from '../../generated/prisma/client.ts';
import { ConfigError } from '../config-error.ts';
import { verifyPassword } from './passwords.ts';

/** Who may log in to the demo. Everybody knows the password. */
export const DEMO_ACCOUNT = {
  email: 'staff@forecourt.example',
  password: 'forecourt-demo',
} as const;

/** Data that began as a demo must lose its account before it is real: throws a {@link ConfigError}. */
export async function refuseDemoAccount(prisma: PrismaClient): Promise<void> {
  const { email, password } = DEMO_ACCOUNT;
  const user = await prisma.user.findUnique({ where: { email }, select: { passwordHash: true } });
  if (!user || !(await verifyPassword(user.passwordHash, password))) return;
  throw new ConfigError([
    `The database has the demo account, whose password is public. Delete the user ${email}, or use another database.`,
  ]);
}
