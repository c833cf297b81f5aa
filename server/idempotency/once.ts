import { hash } from 'node:crypto';
import type { Pool } from 'pg';
import type { Prisma, PrismaClient } from '../../generated/prisma/client.ts';
import { UserFailure } from '../errors.ts';
import { checkIdempotencyKey, type IdempotencyKey } from './idempotency-key.ts';

/** How long a key is remembered, at least. */
export const KEY_HOURS = 24;

interface Row {
  key: string;
  mutation: string;
  inputHash: string;
  results: Record<string, string>;
}

/** What keys gave before. Nobody else uses these keys until the transaction ends. */
export interface KeptResults {
  /** An id; null when the key gave nothing yet. Throws IDEMPOTENCY_MISMATCH when it is another request's. */
  find(key: IdempotencyKey): string | null;
  /** To be called in the transaction of the effect: both are there, or neither. */
  keep(key: IdempotencyKey, result: string): Promise<void>;
}

/**
 * Waits until no other transaction works under one of these keys. Has to come
 * before the locks of rows. Advisory, so that the transaction has no number yet
 * when it goes on to lock a gallery, whose events are read in that order.
 */
export async function openKeptResults(
  tx: Prisma.TransactionClient,
  keys: readonly IdempotencyKey[],
): Promise<KeptResults> {
  const rows = new Map<string, Row>();
  const [first] = keys;
  if (first) {
    for (const key of keys) checkIdempotencyKey(key);
    // In the same order everywhere: no two transactions wait for each other.
    const locks = [...new Set(keys.map(lockOf))].sort((a, b) => (a < b ? -1 : 1));
    await tx.$executeRaw`select pg_advisory_xact_lock(lock) from unnest(${locks}::bigint[]) lock`;
    const found = await tx.$queryRaw<Row[]>`
      select key, mutation, input_hash "inputHash", results from idempotency_keys
      where dealership_id = ${first.dealershipId}::uuid and actor_id = ${first.actorId}::uuid
        and key = any(${keys.map(({ key }) => key)})`;
    for (const row of found) rows.set(row.key, row);
  }
  return {
    find({ key, mutation, inputHash, part }) {
      const row = rows.get(key);
      if (!row) return null;
      if (row.mutation !== mutation || row.inputHash !== inputHash) {
        throw new UserFailure(
          'IDEMPOTENCY_MISMATCH',
          'This idempotency key was used for another request. Use a new key for each request.',
          { field: ['input', 'idempotencyKey'] },
        );
      }
      return row.results[part] ?? null;
    },

    async keep({ dealershipId, actorId, key, mutation, inputHash, part }, result) {
      const results = { ...rows.get(key)?.results, [part]: result };
      rows.set(key, { key, mutation, inputHash, results });
      await tx.$executeRaw`
        insert into idempotency_keys (dealership_id, actor_id, key, mutation, input_hash, results)
        values (${dealershipId}::uuid, ${actorId}::uuid, ${key}, ${mutation}, ${inputHash}, ${JSON.stringify(results)}::jsonb)
        on conflict (dealership_id, actor_id, key) do update set results = excluded.results`;
    },
  };
}

/**
 * Runs `work`, the whole of a transaction, unless its key has run before: then
 * that result stands. Null is a result that is not kept, and neither is one
 * that throws: the transaction takes the key back with its effect.
 */
export async function once<T extends string | null>(
  tx: Prisma.TransactionClient,
  key: IdempotencyKey | null | undefined,
  work: () => Promise<T>,
): Promise<T> {
  if (!key) return work();
  const kept = await openKeptResults(tx, [key]);
  const before = kept.find(key);
  if (before !== null) return before as T;
  const result = await work();
  if (result !== null) await kept.keep(key, result);
  return result;
}

/**
 * What a key gave before; null when that is nothing. Throws IDEMPOTENCY_MISMATCH when it is another
 * request's: to be asked before work that no transaction can take back. The
 * transaction of the effect asks again.
 */
export async function findKept(
  prisma: PrismaClient,
  key: IdempotencyKey | null | undefined,
): Promise<string | null> {
  if (!key) return null;
  return prisma.$transaction(async (tx) => (await openKeptResults(tx, [key])).find(key));
}

/** Keeps for a key the result of a request that changed nothing. */
export async function bindKey(
  prisma: PrismaClient,
  key: IdempotencyKey | null | undefined,
  result: string,
): Promise<void> {
  if (key) await prisma.$transaction((tx) => once(tx, key, async () => result));
}

/** Forgets keys that are past their time. */
export async function pruneIdempotencyKeys(pool: Pool): Promise<void> {
  await pool.query(
    'delete from idempotency_keys where created_at < now() - make_interval(hours => $1)',
    [KEY_HOURS],
  );
}

/** 64 bits, as PostgreSQL counts them: two keys that share a lock only wait for each other. */
export function lockOf({ dealershipId, actorId, key }: IdempotencyKey): bigint {
  return hash('sha256', `idempotency/${dealershipId}/${actorId}/${key}`, 'buffer').readBigInt64BE();
}
