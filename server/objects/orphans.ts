import { createHash } from 'node:crypto';
import type { Prisma, PrismaClient } from '../../generated/prisma/client.ts';
import type { Shelf } from './live-objects.ts';

/** Longer than any request to a store can be on its way. */
const TOMBSTONE_DAYS = 30;

/**
 * How an object that is nobody's is deleted without ever deleting one that is
 * somebody's, though a key of renditions is decided by their content and may be
 * written again at any moment, and though a store knows no transactions.
 *
 * 1. The sweep lists keys of which no row speaks, and notes when it first saw
 *    each. A worker writes objects before the rows that name them: only what
 *    has been nobody's for the grace period goes further.
 * 2. It condemns them in a transaction, with the table of orphans locked, after
 *    it has looked once more for rows that name them. Then it deletes them.
 * 3. Whoever writes a row that names objects calls {@link keepObjects} behind
 *    that write, in the same transaction. That writes to the table of orphans,
 *    and so one of the two waits for the other. If the condemning came first,
 *    the row is not written. If the row came first, it is committed before the
 *    condemning looks for it.
 * 4. A key that was condemned is not used again: the same content gets another
 *    key ({@link freeFolder}). A deletion that is late, because its process
 *    was stopped or its request was slow, finds nothing that anybody needs.
 *    So it does not matter when a sweep breaks off, nor how many run at once.
 *
 * Times are the database's.
 *
 * @returns keys to delete now, those that an earlier sweep condemned included.
 */
export async function condemnOrphans(
  prisma: PrismaClient,
  shelf: Shelf,
  listed: readonly string[],
  graceSeconds: number,
): Promise<string[]> {
  const own = listed.filter(shelf.isOwnKey);
  const suspects = without(own, await shelf.findLive(prisma, own));
  if (suspects.length === 0) return [];
  return prisma.$transaction(async (tx) => {
    await tx.$executeRaw`lock table orphaned_objects in share row exclusive mode`;
    const orphans = without(suspects, await shelf.findLive(tx, suspects));
    await tx.$executeRaw`
      insert into orphaned_objects (key) select unnest(${orphans}::text[]) on conflict do nothing`;
    const condemned = await tx.$queryRaw<{ key: string }[]>`
      update orphaned_objects set condemned_at = coalesce(condemned_at, now())
      where key = any(${orphans})
        and (condemned_at is not null or found_at <= now()::timestamptz(3) - make_interval(secs => ${graceSeconds}::float8))
      returning key`;
    return condemned.map(({ key }) => key);
  });
}

/** The objects that a transaction has just named are somebody's: rejects when one of them is condemned. */
export async function keepObjects(
  tx: Prisma.TransactionClient,
  keys: readonly string[],
): Promise<void> {
  await tx.$executeRaw`
    delete from orphaned_objects where key = any(${[...keys]}) and condemned_at is null`;
  const condemned = await findCondemned(tx, keys);
  if (condemned.length > 0) throw new Error(`These objects are being deleted: ${condemned.join()}`);
}

/** The first of `name` and the names that follow from it under which no key was ever condemned. */
export async function freeFolder(
  tx: Prisma.TransactionClient,
  name: string,
  keysIn: (folder: string) => readonly string[],
): Promise<string> {
  if ((await findCondemned(tx, keysIn(name))).length === 0) return name;
  const next = createHash('sha256').update(name).digest('hex').slice(0, name.length);
  return freeFolder(tx, next, keysIn);
}

async function findCondemned(
  tx: Prisma.TransactionClient,
  keys: readonly string[],
): Promise<string[]> {
  const rows = await tx.$queryRaw<{ key: string }[]>`
    select key from orphaned_objects where key = any(${[...keys]}) and condemned_at is not null`;
  return rows.map(({ key }) => key);
}

/** Forgets keys that no request can be on its way for any more. */
export async function pruneOrphans(prisma: PrismaClient): Promise<void> {
  await prisma.$executeRaw`
    delete from orphaned_objects
    where coalesce(condemned_at, found_at) <= now() - make_interval(days => ${TOMBSTONE_DAYS})`;
}

function without(keys: readonly string[], live: readonly string[]): string[] {
  const spared = new Set(live);
  return keys.filter((key) => !spared.has(key));
}
