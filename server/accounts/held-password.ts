import type { Prisma } from '../../generated/prisma/client.ts';

/**
 * Whether the password that was looked at is still the person's, and holds it
 * until the transaction ends: one that is changed meanwhile opens nothing.
 */
export async function holdPassword(
  tx: Prisma.TransactionClient,
  userId: string,
  passwordHash: string,
): Promise<boolean> {
  const held = await tx.$queryRaw<unknown[]>`
    select 1 from users where id = ${userId}::uuid and password_hash = ${passwordHash} for share`;
  return held.length > 0;
}
