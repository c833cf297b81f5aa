import { createHash } from 'node:crypto';
import type { Prisma } from '../../generated/prisma/client.ts';
import { audit, auditActor } from '../accounts/audit.ts';
import type { Actor } from '../accounts/viewer.ts';
import type { Database } from '../db/database.ts';
import { createAskTogether } from '../ask-together.ts';
import { UserFailure } from '../errors.ts';

/** Of one dealership. */
export const MAX_DOCUMENTS = 500;
/** How long a document is taken for registered though nobody has looked. */
const KNOWN_MS = 5_000;
const MAX_KNOWN = 10_000;
/** Of a hash in the audit log. */
const SHOWN_DIGITS = 12;

/** Queries that clients name by the hash of their text: the element's, and those that a dealership registers. */
export interface TrustedDocuments {
  /** Registers all of them, or none. Resolves to their hashes, in order. */
  register(actor: Actor, texts: readonly string[]): Promise<string[]>;
  /** Forgets those that are registered; resolves to their hashes. */
  unregister(actor: Actor, hashes: readonly string[]): Promise<string[]>;
  /** The text with this hash; null when nobody has registered it there. */
  find(dealershipId: string | null, hash: string): Promise<string | null>;
}

export function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** @param readBuiltIn texts that every dealership has; asked for again until there are any. */
export function createTrustedDocuments(
  { asTenant }: Pick<Database, 'asTenant'>,
  readBuiltIn: () => Promise<readonly string[]>,
): TrustedDocuments {
  let ours: Promise<ReadonlyMap<string, string>> | null = null;
  const known = new Map<string, { text: string; until: number }>();
  const look = createAskTogether<string | null>();
  /** How often each dealership has changed its documents here: what was looked for before is old. */
  const changes = new Map<string, number>();
  const changesOf = (dealershipId: string): number => changes.get(dealershipId) ?? 0;
  const changed = (dealershipId: string): void =>
    void changes.set(dealershipId, changesOf(dealershipId) + 1);

  async function builtIn(): Promise<ReadonlyMap<string, string>> {
    ours ??= readBuiltIn().then((texts) => new Map(texts.map((text) => [hashOf(text), text])));
    const found = await ours;
    if (found.size === 0) ours = null;
    return found;
  }

  async function lookUp(dealershipId: string, hash: string): Promise<string | null> {
    const until = performance.now() + KNOWN_MS;
    const before = changesOf(dealershipId);
    const found = await asTenant(dealershipId).trustedDocument.findFirst({
      where: { dealershipId, hash },
      select: { text: true },
    });
    if (!found) return null;
    if (changesOf(dealershipId) !== before) return found.text;
    if (known.size >= MAX_KNOWN) known.clear();
    known.set(`${dealershipId} ${hash}`, { text: found.text, until });
    return found.text;
  }

  return {
    async register(actor, texts) {
      const { dealershipId } = actor;
      const hashes = texts.map(hashOf);
      await asTenant(dealershipId).$transaction(async (tx) => {
        await lockDocuments(tx, dealershipId);
        const added = new Map(texts.map((text) => [hashOf(text), text]));
        for (const hash of await registered(tx, dealershipId, hashes)) added.delete(hash);
        if (added.size === 0) return;
        await tx.trustedDocument.createMany({
          data: [...added].map(([hash, text]) => ({ dealershipId, hash, text })),
        });
        await note(tx, actor, 'DOCUMENTS_REGISTERED', [...added.keys()]);
        const count = await tx.trustedDocument.count({ where: { dealershipId } });
        if (count <= MAX_DOCUMENTS) return;
        throw new UserFailure(
          'QUOTA_EXCEEDED',
          `There would be more than ${MAX_DOCUMENTS} documents. Unregister those that no client asks for any more first.`,
          { field: ['input', 'documents'], limit: MAX_DOCUMENTS },
        );
      });
      changed(dealershipId);
      return hashes;
    },

    async unregister(actor, hashes) {
      const { dealershipId } = actor;
      const gone = await asTenant(dealershipId).$transaction(async (tx) => {
        await lockDocuments(tx, dealershipId);
        const found = await registered(tx, dealershipId, hashes);
        if (found.length === 0) return new Set<string>();
        await tx.trustedDocument.deleteMany({ where: { dealershipId, hash: { in: found } } });
        await note(tx, actor, 'DOCUMENTS_UNREGISTERED', found);
        return new Set(found);
      });
      changed(dealershipId);
      for (const hash of gone) known.delete(`${dealershipId} ${hash}`);
      return hashes.filter((hash) => gone.has(hash));
    },

    async find(dealershipId, hash) {
      const own = (await builtIn()).get(hash);
      if (own !== undefined || dealershipId === null) return own ?? null;
      const key = `${dealershipId} ${hash}`;
      const kept = known.get(key);
      if (kept && kept.until > performance.now()) return kept.text;
      return look(`${key} ${changesOf(dealershipId)}`, () => lookUp(dealershipId, hash));
    },
  };
}

/** Locks the dealership, so that its documents change one request after the other. */
async function lockDocuments(tx: Prisma.TransactionClient, dealershipId: string): Promise<void> {
  await tx.$queryRaw`select 1 from dealerships where id = ${dealershipId}::uuid for no key update`;
}

/** Those of the hashes that the dealership has registered. */
async function registered(
  tx: Prisma.TransactionClient,
  dealershipId: string,
  hashes: readonly string[],
): Promise<string[]> {
  const rows = await tx.trustedDocument.findMany({
    where: { dealershipId, hash: { in: [...hashes] } },
    select: { hash: true },
  });
  return rows.map(({ hash }) => hash);
}

function note(
  tx: Prisma.TransactionClient,
  actor: Actor,
  action: 'DOCUMENTS_REGISTERED' | 'DOCUMENTS_UNREGISTERED',
  hashes: readonly string[],
): Promise<void> {
  return audit(tx, actor.dealershipId, {
    actor: auditActor(actor),
    action,
    subject: { kind: 'DEALERSHIP', id: actor.dealershipId },
    details: {
      documents: hashes.length,
      hashes: hashes.map((hash) => hash.slice(0, SHOWN_DIGITS)).join(' '),
    },
  });
}
