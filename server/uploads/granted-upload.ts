import type { Upload } from '../../generated/prisma/client.ts';
import type { MediaKind } from '../../generated/prisma/enums.ts';
import type { MediaRecord } from '../events/media-snapshot.ts';

/** An upload with what is known of it when it has just been granted, or found again by its key. */
export type GrantedUpload = Upload & {
  /** Absent once bytes have come. */
  grantedMedia?: MediaRecord;
  /** Whether its ticket is past its time, by the clock of the database. */
  past?: boolean;
};

/** What a ticket is granted for. */
export interface AskedUpload {
  upload_id: string;
  media_id: string;
  vehicle_id: string;
  created_by_id: string | null;
  api_key_id: string | null;
  upload_token_id: string | null;
  client_ref: string | null;
  file_name: string;
  kind: MediaKind;
  content_type: string;
  byte_size: number;
  md5: string | null;
  sha256: string | null;
  position: number | null;
  alt: string | null;
  group_key: string | null;
}

export const TICKET_COLUMNS = 'position, granted_ms, expires_ms, upload, media, past';

/** A new ticket, or the rows of one that was granted to the same key before. */
export type TicketRow =
  | [position: string, grantedMs: string, expiresMs: string, upload: null, media: null, past: 'f']
  | [null, null, null, upload: string, media: string | null, past: 't' | 'f'];

/** What was asked for, as it was granted. */
export function readTicket(
  [position, grantedMs, expiresMs, upload, media, past]: TicketRow,
  dealershipId: string,
  asked: AskedUpload,
): GrantedUpload {
  if (upload !== null) {
    return {
      ...fromRow<Upload>(upload),
      past: past === 't',
      ...(media && { grantedMedia: { ...fromRow<MediaRecord>(media), renditions: [] } }),
    };
  }
  const byteSize = BigInt(asked.byte_size);
  const grantedAt = new Date(Number(grantedMs));
  return {
    id: asked.upload_id,
    dealershipId,
    vehicleId: asked.vehicle_id,
    mediaId: asked.media_id,
    createdById: asked.created_by_id,
    apiKeyId: asked.api_key_id,
    uploadTokenId: asked.upload_token_id,
    status: 'AWAITING_BYTES',
    failureCode: null,
    clientRef: asked.client_ref,
    fileName: asked.file_name,
    contentType: asked.content_type,
    byteSize,
    md5: asked.md5,
    partSize: null,
    multipartId: null,
    sha256: asked.sha256,
    position: asked.position,
    replaces: false,
    poster: false,
    existingMediaId: null,
    sourceKey: null,
    storageKey: `incoming/${dealershipId}/${asked.upload_id}`,
    expiresAt: new Date(Number(expiresMs)),
    bytesSeenAt: null,
    completedAt: null,
    createdAt: grantedAt,
    updatedAt: grantedAt,
    past: false,
    grantedMedia: {
      id: asked.media_id,
      dealershipId,
      vehicleId: asked.vehicle_id,
      kind: asked.kind,
      status: 'PENDING_UPLOAD',
      position: Number(position),
      alt: asked.alt,
      caption: null,
      tags: [],
      groupKey: asked.group_key,
      originalFileName: asked.file_name,
      originalContentType: asked.content_type,
      originalByteSize: byteSize,
      originalSha256: null,
      usedBytes: 0n,
      reservedBytes: byteSize,
      version: 0,
      width: null,
      height: null,
      durationMs: null,
      videoKey: null,
      videoCodecs: null,
      videoByteSize: null,
      posterVersion: 0,
      placeholder: null,
      errorCode: null,
      warningCode: null,
      readyAt: null,
      deletedAt: null,
      createdAt: grantedAt,
      updatedAt: grantedAt,
      renditions: [],
    },
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
