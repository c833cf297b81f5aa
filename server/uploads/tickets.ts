import type { Upload } from '../../generated/prisma/client.ts';
import type { Database } from '../db/database.ts';
import { UserFailure } from '../errors.ts';
import { StorageError, type Storage } from '../storage/storage.ts';
import type { GrantedUpload } from './granted-upload.ts';
import { isPast } from './open-upload.ts';
import { isInParts, PARTS_AT_ONCE, type Parts, type WhichParts } from './parts.ts';
import { fromStorage } from './stored-bytes.ts';
import type { UploadTarget } from './upload-target.ts';

/** An upload, and where to send its bytes. */
export interface Ticket {
  upload: GrantedUpload;
  /** Absent when it was not asked for yet: {@link Tickets.target} gives it. */
  target?: UploadTarget | null;
  /** Why there is no target though bytes are awaited; `refresh` gives it once the store is back. */
  failure?: UserFailure;
}

/** An upload, and how many addresses of parts an answer has room for that lists it with others. */
export type ListedUpload = GrantedUpload & { partsAtMost?: number };

/** Where the bytes of uploads are to be sent, and how many have come. */
export interface Tickets {
  /** Parts need the store: a ticket that has been granted stands when there is none. */
  of(upload: GrantedUpload, which?: WhichParts): Promise<Ticket>;
  /** Where to send the bytes; null when none are awaited any more, or when the store cannot take them in parts. */
  target(upload: ListedUpload): Promise<UploadTarget | null>;
  /** How much the store has; null while it does not answer. */
  receivedBytes(upload: Upload): Promise<number | bigint | null>;
}

export function createTickets(
  asTenant: Database['asTenant'],
  storage: Storage,
  parts: Parts,
  urlTtlSeconds: number,
): Tickets {
  async function targetOf(upload: GrantedUpload, which?: WhichParts): Promise<UploadTarget | null> {
    if (upload.status === 'COMPLETED') return storedTarget(upload);
    if (upload.status !== 'AWAITING_BYTES') return null;
    if (upload.past ?? (await isPast(asTenant(upload.dealershipId), upload.expiresAt))) return null;
    try {
      if (isInParts(upload)) return await parts.target(upload, which);
      const target = await storage.createUpload({
        key: upload.storageKey,
        contentType: upload.contentType,
        byteSize: Number(upload.byteSize),
        md5: upload.md5 ?? '',
        expiresInSeconds: urlTtlSeconds,
      });
      return { kind: 'file', ...target };
    } catch (error) {
      throw error instanceof StorageError ? fromStorage(error) : error;
    }
  }

  /** Null when the bytes were sent, or what had them has been deleted. */
  async function storedTarget(upload: Upload): Promise<UploadTarget | null> {
    const { dealershipId, existingMediaId } = upload;
    if (existingMediaId === null) return null;
    const existing = await asTenant(dealershipId).media.findFirst({
      where: { dealershipId, id: existingMediaId, deletedAt: null },
      select: { id: true },
    });
    return existing && { kind: 'stored', existingMediaId };
  }

  const tickets: Tickets = {
    async of(upload, which) {
      if (!isInParts(upload)) return { upload };
      try {
        return { upload, target: await targetOf(upload, which) };
      } catch (error) {
        if (error instanceof UserFailure) return { upload, target: null, failure: error };
        throw error;
      }
    },

    async target(upload) {
      const { partsAtMost } = upload;
      const which = partsAtMost === undefined ? undefined : { atMost: partsAtMost };
      const { target } = isInParts(upload)
        ? await tickets.of(upload, which)
        : { target: await targetOf(upload) };
      return target ?? null;
    },

    async receivedBytes(upload) {
      if (upload.status === 'COMPLETED') return upload.byteSize;
      try {
        if (isInParts(upload)) return await parts.receivedBytes(upload);
        return (await storage.stat(upload.storageKey))?.byteSize ?? 0;
      } catch (error) {
        if (error instanceof StorageError) return null;
        throw error;
      }
    },
  };
  return tickets;
}

/** Each address is signed by itself, so that those of one answer are counted together. */
export function shareOf(uploads: readonly Upload[]): number {
  return Math.max(1, Math.floor(PARTS_AT_ONCE / uploads.filter(isInParts).length));
}
