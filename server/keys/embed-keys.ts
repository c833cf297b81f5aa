import { v7 as uuid } from 'uuid';
import type { Prisma } from '../../generated/prisma/client.ts';
import type { Actor, EmbeddedPage, Visitor } from '../accounts/viewer.ts';
import type { ViewerChanges } from '../accounts/viewer-changes.ts';
import type { Database } from '../db/database.ts';
import type { IdempotencyKey } from '../idempotency/idempotency-key.ts';
import { once } from '../idempotency/once.ts';
import { lockKeys, readKeyName, requireKeyRoom, unknownKey } from './key-fields.ts';
import { isWellFormed, newEmbedKey } from './key-text.ts';
import { noteKey, tellKeyChange } from './note-key.ts';
import { isAllowedOrigin, readOrigins } from './origins.ts';

/** Keys that everybody may see: with one, a page reads what its dealership has published. */
export interface EmbedKeys {
  create(
    actor: Actor,
    input: { name: string; origins: readonly string[] },
    key: IdempotencyKey | null,
  ): Promise<string>;
  /** Changes what is said, and keeps the rest. */
  update(
    actor: Actor,
    id: string | null,
    change: { name?: string | null; origins?: readonly string[] | null },
    key: IdempotencyKey | null,
  ): Promise<string>;
  revoke(actor: Actor, id: string | null, key: IdempotencyKey | null): Promise<string>;
  find(text: string, origin: string | null): Promise<EmbeddedPage>;
  isInForce(visitor: Visitor): Promise<boolean>;
}

/** How long a key is taken for in force though nobody has said that it is not. */
const KNOWN_MS = 1_000;
const MAX_KNOWN = 10_000;

interface KnownKey {
  id: string;
  dealershipId: string;
  origins: readonly string[];
  until: number;
}

export function createEmbedKeys(
  { prisma, asTenant }: Pick<Database, 'prisma' | 'asTenant'>,
  { onChange }: Pick<ViewerChanges, 'onChange'>,
): EmbedKeys {
  /** Keys in force, by their text: every request of a page shows one. */
  const known = new Map<string, KnownKey>();
  onChange(() => known.clear());

  async function lookUp(text: string): Promise<KnownKey | null> {
    const kept = known.get(text);
    const now = performance.now();
    if (kept && kept.until > now) return kept;
    const found = await prisma.embedKey.findUnique({
      where: { key: text },
      select: { id: true, dealershipId: true, origins: true, revokedAt: true },
    });
    if (!found || found.revokedAt) return null;
    if (known.size >= MAX_KNOWN) known.clear();
    const { id, dealershipId, origins } = found;
    const key = { id, dealershipId, origins, until: now + KNOWN_MS };
    known.set(text, key);
    return key;
  }

  /** Runs one change of a key that is in force, once for each idempotency key. */
  async function change(
    actor: Actor,
    id: string | null,
    key: IdempotencyKey | null,
    work: (tx: Prisma.TransactionClient, name: string) => Promise<unknown>,
    isRevoked: 'refused' | 'left',
  ): Promise<string> {
    const { dealershipId } = actor;
    const changed = await asTenant(dealershipId).$transaction((tx) =>
      once(tx, key, async () => {
        if (id === null) throw unknownKey();
        await lockKeys(tx, dealershipId);
        const found = await tx.embedKey.findFirst({ where: { dealershipId, id } });
        if (!found || (found.revokedAt && isRevoked === 'refused')) throw unknownKey();
        if (!found.revokedAt) {
          await work(tx, found.name);
          await tellKeyChange(tx, actor, id);
        }
        return id;
      }),
    );
    known.clear();
    return changed;
  }

  return {
    create(actor, input, key) {
      const { dealershipId, userId } = actor;
      const name = readKeyName(input.name);
      const origins = readOrigins(input.origins);
      return asTenant(dealershipId).$transaction((tx) =>
        once(tx, key, async () => {
          await lockKeys(tx, dealershipId);
          requireKeyRoom(await tx.embedKey.count({ where: { dealershipId, revokedAt: null } }));
          const id = uuid();
          await tx.embedKey.create({
            data: { id, dealershipId, name, key: newEmbedKey(), origins, createdById: userId },
            select: { id: true },
          });
          await noteKey(tx, actor, 'EMBED_KEY_CREATED', id, { name, origins: origins.join(' ') });
          return id;
        }),
      );
    },

    update(actor, id, { name, origins }, key) {
      const data = {
        ...(name != null && { name: readKeyName(name) }),
        ...(origins != null && { origins: readOrigins(origins) }),
      };
      return change(
        actor,
        id,
        key,
        async (tx, before) => {
          const { dealershipId } = actor;
          const now = await tx.embedKey.update({
            where: { dealershipId_id: { dealershipId, id: id ?? '' } },
            data,
          });
          await noteKey(tx, actor, 'EMBED_KEY_CHANGED', now.id, {
            name: before,
            ...(data.name !== undefined && { newName: now.name }),
            origins: now.origins.join(' '),
          });
        },
        'refused',
      );
    },

    revoke(actor, id, key) {
      return change(
        actor,
        id,
        key,
        async (tx, name) => {
          await tx.$executeRaw`
            update embed_keys set revoked_at = now(), updated_at = now()
            where dealership_id = ${actor.dealershipId}::uuid and id = ${id}::uuid`;
          await noteKey(tx, actor, 'EMBED_KEY_REVOKED', id ?? '', { name });
        },
        'left',
      );
    },

    async find(text, origin) {
      if (!isWellFormed('embed', text)) return 'unknown';
      const found = await lookUp(text);
      if (!found) return 'unknown';
      const { id, dealershipId, origins } = found;
      if (!isAllowedOrigin(origins, origin)) return 'foreign';
      return { kind: 'visitor', dealershipId, keyId: id, origin, perOrigin: origins.length > 0 };
    },

    async isInForce({ keyId, origin, dealershipId }) {
      if (keyId === undefined || dealershipId === null) return true;
      const found = await asTenant(dealershipId).embedKey.findFirst({
        where: { dealershipId, id: keyId, revokedAt: null },
        select: { origins: true },
      });
      return found !== null && isAllowedOrigin(found.origins, origin ?? null);
    },
  };
}
