import { Prisma } from '../../generated/prisma/client.ts';

/** Whether a write failed because another row has the value, under a constraint of that name when one is given. */
export function isTaken(
  error: unknown,
  constraint = '',
): error is Prisma.PrismaClientKnownRequestError {
  return (
    error instanceof Prisma.PrismaClientKnownRequestError &&
    error.code === 'P2002' &&
    // Adapter-pg tells the constraint in the cause of the driver's error alone.
    JSON.stringify(error.meta).includes(constraint)
  );
}
