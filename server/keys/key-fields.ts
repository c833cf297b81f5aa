import type { Prisma } from '../../generated/prisma/client.ts';
import { UserFailure } from '../errors.ts';
import { cleanText } from '../gallery/media-texts.ts';

/** Keys of one kind that a dealership has at once; those that are revoked do not count. */
export const MAX_KEYS = 100;

/** Throws a {@link UserFailure} unless people can tell by it what the key is for. */
export function readKeyName(text: string): string {
  const name = cleanText(text, 'name', 100);
  if (name === null) {
    throw new UserFailure('INVALID_INPUT', 'Say what the key is for, such as the site it is on.', {
      field: ['input', 'name'],
    });
  }
  return name;
}

/** Locks the dealership, so that keys are counted one after the other. Resolves to the database's time. */
export async function lockKeys(tx: Prisma.TransactionClient, dealershipId: string): Promise<Date> {
  const [row] = await tx.$queryRaw<{ now: Date }[]>`
    select now() "now" from dealerships where id = ${dealershipId}::uuid for no key update`;
  if (!row) throw new Error('The dealership is gone');
  return row.now;
}

/** Throws QUOTA_EXCEEDED when there are as many as there may be. */
export function requireKeyRoom(count: number): void {
  if (count < MAX_KEYS) return;
  throw new UserFailure(
    'QUOTA_EXCEEDED',
    `There are ${MAX_KEYS} keys of this kind. Revoke one that is not used any more first.`,
    { limit: MAX_KEYS },
  );
}

export function unknownKey(): UserFailure {
  return new UserFailure('NOT_FOUND', 'There is no such key. Reload the page.', {
    field: ['input', 'id'],
  });
}
