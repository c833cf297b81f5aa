import { createHmac, hkdfSync, randomBytes } from 'node:crypto';
import type { Prisma } from '../../generated/prisma/client.ts';
import type { IdempotencyKey } from '../idempotency/idempotency-key.ts';
import { openKeptResults } from '../idempotency/once.ts';

/** What was made, and the secret that opens it: told in this answer, and kept by nobody. */
export interface Made {
  id: string;
  secret: Uint8Array;
}

/** Runs `make`, which returns an id, unless its key has run before: then that id stands, with the same secret. */
export type ToldOnce = (
  tx: Prisma.TransactionClient,
  key: IdempotencyKey | null,
  make: (secret: Uint8Array) => Promise<string>,
) => Promise<Made>;

/**
 * A secret is computed from a random number and the server's own secret. The
 * number stays beside the idempotency key for as long as that is remembered, so
 * that the same request again is told the same; without a key it is forgotten
 * at once. The database alone never gives a secret.
 */
export function createToldOnce(appSecret: Uint8Array): ToldOnce {
  const mainKey = Buffer.from(hkdfSync('sha256', appSecret, '', 'forecourt keys', 32));
  const secretFrom = (seed: string): Uint8Array =>
    createHmac('sha256', mainKey).update(seed).digest();

  return async (tx, key, make) => {
    const kept = key && (await openKeptResults(tx, [key]));
    const before = key && kept?.find(key);
    if (before) {
      return { id: before, secret: secretFrom(kept?.find({ ...key, part: 'seed' }) ?? '') };
    }
    const seed = randomBytes(32).toString('base64url');
    const secret = secretFrom(seed);
    const id = await make(secret);
    if (key && kept) {
      await kept.keep(key, id);
      await kept.keep({ ...key, part: 'seed' }, seed);
    }
    return { id, secret };
  };
}
