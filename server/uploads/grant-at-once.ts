import { v7 as uuid } from 'uuid';
import type { Upload } from '../../generated/prisma/client.ts';
import type { Actor } from '../accounts/viewer.ts';
import type { TenantClients } from '../db/tenant-clients.ts';
import type { MediaRecord } from '../events/media-snapshot.ts';
import { lockOf } from '../idempotency/once.ts';
import type { AllowedUpload, UploadLimits } from './policy.ts';
import { kindOf } from './upload-kind.ts';

/** An upload with what is known of it when it has just been granted, or found again by its key. */
export type GrantedUpload = Upload & {
  /** Absent once bytes have come. */
  media?: MediaRecord;
  /** Whether its ticket is past its time, by the clock of the database. */
  past?: boolean;
};

/**
 * Grants tickets of new media of one vehicle, each sent in one piece, with one
 * statement: those before the first that it declines. Whoever grants step by
 * step finds out why.
 */
export async function grantAtOnce(
  writeAsTenant: TenantClients['writeAsTenant'],
  limits: UploadLimits,
  actor: Actor,
  requests: readonly AllowedUpload[],
): Promise<GrantedUpload[]> {
  const other = requests.findIndex((request) => !isOrdinary(request));
  const asked = requests
    .slice(0, other < 0 ? requests.length : other)
    .map((request) => askedOf(limits, actor, request));
  const [first, second] = asked;
  if (!first) return [];
  const rows = await (second
    ? writeAsTenant(actor.dealershipId, SEVERAL, [JSON.stringify(asked)])
    : writeAsTenant(actor.dealershipId, ONE, [JSON.stringify(first)]));
  return rows.map(([upload, media, past]) => ({
    ...fromRow<Upload>(upload ?? '{}'),
    past: past === 't',
    ...(media && { media: { ...fromRow<MediaRecord>(media), renditions: [] } }),
  }));
}

const ONE = 'select upload, media, past from grant_upload($1::json)';
const SEVERAL = 'select upload, media, past from grant_uploads($1::json)';

function isOrdinary({ partSize, replaceMediaId, posterFor }: AllowedUpload): boolean {
  return partSize === null && replaceMediaId === undefined && posterFor === undefined;
}

/** As grant_upload() reads it. */
function askedOf(limits: UploadLimits, actor: Actor, request: AllowedUpload) {
  const { key } = request;
  return {
    upload_id: uuid(),
    media_id: uuid(),
    vehicle_id: request.vehicleId,
    created_by_id: actor.userId,
    api_key_id: actor.kind === 'integrator' ? actor.keyId : null,
    upload_token_id: actor.kind === 'uploader' ? actor.keyId : null,
    client_ref: request.clientRef,
    file_name: request.fileName,
    kind: kindOf(request),
    content_type: request.contentType,
    byte_size: request.byteSize,
    md5: request.md5,
    sha256: request.sha256,
    position: request.position,
    alt: request.alt,
    group_key: request.groupKey,
    ttl_seconds: limits.ttlSeconds,
    max_media: limits.maxMediaPerVehicle,
    max_bytes: limits.maxBytesPerVehicle,
    max_dealership_bytes: limits.maxBytesPerDealership,
    ...(key && {
      key: key.key,
      key_lock: String(lockOf(key)),
      actor_id: key.actorId,
      mutation: key.mutation,
      input_hash: key.inputHash,
      part: key.part,
    }),
  };
}

/** A row that Postgres wrote as JSON, as Prisma has it. */
function fromRow<T>(json: string): T {
  const row = JSON.parse(json) as Record<string, unknown>;
  const record: Record<string, unknown> = {};
  for (const name in row) {
    let column = columns.get(name);
    if (!column) columns.set(name, (column = columnOf(name)));
    const value = row[name];
    record[column.field] = value === null ? null : column.read(value);
  }
  return record as T;
}

interface Column {
  /** As Prisma calls it. */
  field: string;
  read(value: unknown): unknown;
}

/** Of these tables. */
const columns = new Map<string, Column>();

function columnOf(name: string): Column {
  const field = name.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase());
  if (name.endsWith('_at')) return { field, read: (value) => new Date(value as string) };
  if (BIG_INTEGERS.has(name)) return { field, read: (value) => BigInt(value as number) };
  return { field, read: (value) => value };
}

const BIG_INTEGERS = new Set(['byte_size', 'original_byte_size', 'used_bytes', 'reserved_bytes']);
