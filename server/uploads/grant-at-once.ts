import { v7 as uuid } from 'uuid';
import type { Actor } from '../accounts/viewer.ts';
import type { TenantClients } from '../db/tenant-clients.ts';
import { lockOf } from '../idempotency/once.ts';
import {
  readTicket,
  TICKET_COLUMNS,
  type AskedUpload,
  type GrantedUpload,
  type TicketRow,
} from './granted-upload.ts';
import type { AllowedUpload, UploadLimits } from './policy.ts';
import { kindOf } from './upload-kind.ts';

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
  // What it grants it grants to a key that it saw in force; what it declines may be for one that is not.
  if (actor.kind === 'integrator' && actor.recalled)
    actor.recalled.isInForce = rows.length === asked.length;
  return rows.map((row, index) =>
    readTicket(row as TicketRow, actor.dealershipId, asked[index] as AskedUpload),
  );
}

const ONE = `select ${TICKET_COLUMNS} from grant_ticket($1::json)`;
const SEVERAL = `select ${TICKET_COLUMNS} from grant_tickets($1::json)`;

function isOrdinary({ partSize, replaceMediaId, posterFor }: AllowedUpload): boolean {
  return partSize === null && replaceMediaId === undefined && posterFor === undefined;
}

/** As grant_ticket() reads it. */
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
