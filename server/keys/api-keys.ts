import { v7 as uuid } from 'uuid';
import type { ApiScope } from '../../generated/prisma/enums.ts';
import type { Actor, Integrator } from '../accounts/viewer.ts';
import type { Database } from '../db/database.ts';
import { UserFailure } from '../errors.ts';
import type { IdempotencyKey } from '../idempotency/idempotency-key.ts';
import { once } from '../idempotency/once.ts';
import { lockKeys, readKeyName, requireKeyRoom, unknownKey } from './key-fields.ts';
import { apiKeyText, hashOf, isWellFormed, newPrefix } from './key-text.ts';
import { noteKey, tellKeyChange } from './note-key.ts';
import { createSecondChance } from '../second-chance.ts';
import type { ToldOnce } from './told-once.ts';
import { revokeTokensOf } from './upload-tokens.ts';

/** Of keys that are recalled, and for how long. */
const MAX_SEEN = 1_000;
const SEEN_MS = 30_000;
/** Whether its use is to be noted: no note is older than this and the time in which a key is recalled. */
const UNNOTED = `coalesce(last_used_at < now() - interval '30 seconds', true)`;

export interface NewApiKey {
  name: string;
  scopes: readonly ApiScope[];
  /** Null: it has no end. */
  expiresAt: Date | null;
}

/** Keys of programs, each for one dealership and for what its scopes allow. */
export interface ApiKeys {
  /** `text` is the key itself; null when it cannot be told again. */
  create(
    actor: Actor,
    input: NewApiKey,
    key: IdempotencyKey | null,
  ): Promise<{ id: string; text: string | null }>;
  /** From then on it opens nothing; neither do upload tokens that were made with it. */
  revoke(actor: Actor, id: string | null, key: IdempotencyKey | null): Promise<string>;
  /** Who shows this key; null unless it is one, and in force. */
  find(text: string): Promise<Integrator | null>;
  /** Who showed this key a moment ago, to this process. It may have been revoked since. */
  recall(text: string): Integrator | null;
  /** The same program as it is now; null when its key is not in force any more. */
  renew(integrator: Integrator): Promise<Integrator | null>;
}

export function createApiKeys(
  { pool, asTenant, lookUp }: Pick<Database, 'pool' | 'asTenant' | 'lookUp'>,
  toldOnce: ToldOnce,
): ApiKeys {
  const seen = createSecondChance<{ integrator: Integrator; until: number }>(MAX_SEEN);
  return {
    create(actor, input, key) {
      const { dealershipId, userId } = actor;
      const name = readKeyName(input.name);
      const scopes = [...new Set(input.scopes)];
      if (scopes.length === 0) {
        throw new UserFailure('INVALID_INPUT', 'Choose what the key is for: at least one scope.', {
          field: ['input', 'scopes'],
        });
      }
      return asTenant(dealershipId).$transaction(async (tx) => {
        const made = await toldOnce(tx, key, async (secret) => {
          const now = await lockKeys(tx, dealershipId);
          if (input.expiresAt !== null && input.expiresAt <= now) {
            throw new UserFailure('INVALID_INPUT', 'Choose a time that is to come.', {
              field: ['input', 'expiresAt'],
            });
          }
          requireKeyRoom(await tx.apiKey.count({ where: { dealershipId, revokedAt: null } }));
          const id = uuid();
          const prefix = newPrefix();
          await tx.apiKey.create({
            data: {
              id,
              dealershipId,
              name,
              prefix,
              hash: hashOf(apiKeyText(prefix, secret)),
              scopes,
              createdById: userId,
              expiresAt: input.expiresAt,
            },
            select: { id: true },
          });
          await noteKey(tx, actor, 'API_KEY_CREATED', id, { name, scopes: scopes.join(' ') });
          return id;
        });
        const { prefix, hash } = await tx.apiKey.findUniqueOrThrow({
          where: { dealershipId_id: { dealershipId, id: made.id } },
          select: { prefix: true, hash: true },
        });
        const text = apiKeyText(prefix, made.secret);
        return { id: made.id, text: hashOf(text) === hash ? text : null };
      });
    },

    revoke(actor, id, key) {
      const { dealershipId } = actor;
      return asTenant(dealershipId).$transaction((tx) =>
        once(tx, key, async () => {
          const found =
            id === null
              ? null
              : await tx.apiKey.findFirst({
                  where: { dealershipId, id },
                  select: { id: true, name: true },
                });
          if (!found) throw unknownKey();
          const revoked = await tx.$executeRaw`
            update api_keys set revoked_at = now()
            where dealership_id = ${dealershipId}::uuid and id = ${found.id}::uuid and revoked_at is null`;
          if (revoked > 0) {
            await noteKey(tx, actor, 'API_KEY_REVOKED', found.id, { name: found.name });
            await tellKeyChange(tx, actor, found.id);
            await revokeTokensOf(tx, actor, found.id);
          }
          return found.id;
        }),
      );
    },

    async find(text) {
      if (!isWellFormed('api', text)) return null;
      const hash = hashOf(text);
      const [row] = await lookUp(FIND, [hash]);
      if (!row) {
        seen.forget(hash);
        return null;
      }
      const [id, dealershipId, name, scopes, endsAt = null, unnoted] = row as TextRow;
      if (unnoted === 't') {
        await pool.query(`update api_keys set last_used_at = now() where id = $1 and ${UNNOTED}`, [
          id,
        ]);
      }
      const integrator = toIntegrator({
        id,
        dealershipId,
        name,
        scopes: scopes.split(' ') as ApiScope[],
        expiresAt: endsAt === null ? null : new Date(Number(endsAt)),
      });
      seen.keep(hash, { integrator, until: performance.now() + SEEN_MS });
      return integrator;
    },

    recall(text) {
      const known = isWellFormed('api', text) ? seen.find(hashOf(text)) : undefined;
      return known && known.until > performance.now() ? known.integrator : null;
    },

    async renew({ dealershipId, keyId }) {
      const [row] = await asTenant(dealershipId).$queryRaw<Row[]>`
        select id, dealership_id "dealershipId", name, scopes::text[] scopes, expires_at "expiresAt" from api_keys
        where dealership_id = ${dealershipId}::uuid and id = ${keyId}::uuid
          and revoked_at is null and (expires_at is null or expires_at > now())`;
      return row ? toIntegrator(row) : null;
    },
  };
}

const FIND = `select id, dealership_id, name, array_to_string(scopes, ' '),
  trunc(extract(epoch from expires_at) * 1000),
  ${UNNOTED}
from api_keys where hash = $1 and revoked_at is null and (expires_at is null or expires_at > now())`;

interface Row {
  id: string;
  dealershipId: string;
  name: string;
  scopes: ApiScope[];
  expiresAt: Date | null;
}

/** What {@link FIND} finds. */
type TextRow = [
  id: string,
  dealershipId: string,
  name: string,
  scopes: string,
  endsAt: string | null,
  unnoted: string,
];

function toIntegrator({ id, ...row }: Row): Integrator {
  return { kind: 'integrator', ...row, actorId: id, keyId: id, userId: null };
}
