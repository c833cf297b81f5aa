import type { Pool } from 'pg';
import { v7 as uuid } from 'uuid';
import type { Prisma } from '../../generated/prisma/client.ts';
import { RIGHTS } from '../accounts/rights.ts';
import type { Actor, Uploader } from '../accounts/viewer.ts';
import type { Database } from '../db/database.ts';
import { UserFailure } from '../errors.ts';
import type { IdempotencyKey } from '../idempotency/idempotency-key.ts';
import { once } from '../idempotency/once.ts';
import { unknownKey } from './key-fields.ts';
import { hashOf, isWellFormed, uploadTokenText } from './key-text.ts';
import { noteKey, tellKeyChange } from './note-key.ts';
import type { ToldOnce } from './told-once.ts';

export const UPLOADS_PER_TOKEN = { fallback: 20, max: 100 } as const;
export const TOKEN_SECONDS = { fallback: 900, min: 60, max: 86_400 } as const;
/** How long a token that is over is remembered. */
const KEPT_DAYS = 30;

export interface NewUploadToken {
  vehicleId: string | null;
  maxUploads: number;
  expiresInSeconds: number;
}

/** Tokens for pages of people who have no account: each for one vehicle, a number of files and a short time. */
export interface UploadTokens {
  /** `text` is the token itself; null when it cannot be told again. */
  create(
    actor: Actor,
    input: NewUploadToken,
    key: IdempotencyKey | null,
  ): Promise<{ id: string; text: string | null }>;
  revoke(actor: Actor, id: string | null, key: IdempotencyKey | null): Promise<string>;
  /** Who shows this token; null unless it is one, and in force. */
  find(text: string): Promise<Uploader | null>;
  isInForce(uploader: Uploader): Promise<boolean>;
}

export function createUploadTokens(
  { prisma, asTenant }: Pick<Database, 'prisma' | 'asTenant'>,
  toldOnce: ToldOnce,
): UploadTokens {
  /** A token goes with the right of the person who made it; with an API key it is revoked. */
  async function findOne(by: { hash: string } | { id: string }): Promise<Uploader | null> {
    const { hash = null, id = null } = { hash: undefined, id: undefined, ...by };
    const [row] = await prisma.$queryRaw<Row[]>`
      select token.id, token.dealership_id "dealershipId", token.vehicle_id "vehicleId", token.expires_at "expiresAt"
      from upload_tokens token
      where (token.hash = ${hash} or token.id = ${id}::uuid) and token.revoked_at is null and token.expires_at > now()
        and (token.created_by_id is null or exists (
          select 1 from memberships member
          where member.dealership_id = token.dealership_id and member.user_id = token.created_by_id
            and member.role::text = any(${[...RIGHTS.issueUploadTokens.roles]})
        ))`;
    if (!row) return null;
    const { id: keyId, ...rest } = row;
    const name = 'Upload token';
    return { kind: 'uploader', ...rest, actorId: keyId, keyId, name, userId: null };
  }

  return {
    create(actor, { vehicleId, maxUploads, expiresInSeconds }, key) {
      const { dealershipId } = actor;
      requireWithin('maxUploads', maxUploads, 1, UPLOADS_PER_TOKEN.max);
      requireWithin('expiresInSeconds', expiresInSeconds, TOKEN_SECONDS.min, TOKEN_SECONDS.max);
      return asTenant(dealershipId).$transaction(async (tx) => {
        const made = await toldOnce(tx, key, async (secret) => {
          const vehicle =
            vehicleId &&
            (await tx.vehicle.findFirst({
              where: { dealershipId, id: vehicleId },
              select: { id: true },
            }));
          if (!vehicle) {
            throw new UserFailure('NOT_FOUND', 'There is no such vehicle.', {
              field: ['input', 'vehicleId'],
            });
          }
          const id = uuid();
          await tx.$executeRaw`
            insert into upload_tokens (id, dealership_id, vehicle_id, hash, max_uploads, created_by_id, api_key_id, expires_at)
            values (${id}::uuid, ${dealershipId}::uuid, ${vehicle.id}::uuid, ${hashOf(uploadTokenText(secret))}, ${maxUploads},
              ${actor.userId}::uuid, ${actor.kind === 'integrator' ? actor.keyId : null}::uuid,
              now() + make_interval(secs => ${expiresInSeconds}::float8))`;
          await noteKey(tx, actor, 'UPLOAD_TOKEN_CREATED', id, {
            vehicleId: vehicle.id,
            maxUploads,
          });
          return id;
        });
        const { hash } = await tx.uploadToken.findUniqueOrThrow({
          where: { dealershipId_id: { dealershipId, id: made.id } },
          select: { hash: true },
        });
        const text = uploadTokenText(made.secret);
        return { id: made.id, text: hashOf(text) === hash ? text : null };
      });
    },

    revoke(actor, id, key) {
      const { dealershipId } = actor;
      return asTenant(dealershipId).$transaction((tx) =>
        once(tx, key, async () => {
          const found = id && (await tx.uploadToken.findFirst({ where: { dealershipId, id } }));
          if (!found) throw unknownKey();
          const revoked = await tx.$executeRaw`
            update upload_tokens set revoked_at = now()
            where dealership_id = ${dealershipId}::uuid and id = ${found.id}::uuid and revoked_at is null`;
          if (revoked > 0) {
            await noteKey(tx, actor, 'UPLOAD_TOKEN_REVOKED', found.id);
            await tellKeyChange(tx, actor, found.id);
          }
          return found.id;
        }),
      );
    },

    find: async (text) => (isWellFormed('upload', text) ? findOne({ hash: hashOf(text) }) : null),

    isInForce: async ({ keyId }) => (await findOne({ id: keyId })) !== null,
  };
}

/** Ends the tokens that were made with an API key, in the transaction that ends the key. */
export async function revokeTokensOf(
  tx: Prisma.TransactionClient,
  actor: Actor,
  apiKeyId: string,
): Promise<void> {
  const ended = await tx.$queryRaw<{ id: string }[]>`
    update upload_tokens set revoked_at = now()
    where dealership_id = ${actor.dealershipId}::uuid and api_key_id = ${apiKeyId}::uuid and revoked_at is null
    returning id`;
  for (const { id } of ended) await tellKeyChange(tx, actor, id);
}

/** Forgets tokens that have been over for long. */
export async function pruneUploadTokens(pool: Pool): Promise<void> {
  await pool.query(
    'delete from upload_tokens where expires_at < now() - make_interval(days => $1)',
    [KEPT_DAYS],
  );
}

interface Row {
  id: string;
  dealershipId: string;
  vehicleId: string;
  expiresAt: Date;
}

function requireWithin(field: string, value: number, min: number, max: number): void {
  if (value >= min && value <= max) return;
  throw new UserFailure('INVALID_INPUT', `${field} is ${min} to ${max}.`, {
    field: ['input', field],
  });
}
