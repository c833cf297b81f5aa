import type { Prisma, Upload, UploadStatus } from '../../generated/prisma/client.ts';
import type { Staff } from '../accounts/viewer.ts';
import type { Database } from '../db/database.ts';
import { UserFailure } from '../errors.ts';
import { failpoint } from '../failpoint.ts';
import { changeGallery, openGallery, type VehicleAddress } from '../gallery/change-gallery.ts';
import { endLateTickets } from '../gallery/room.ts';
import type { IdempotencyKey } from '../idempotency/idempotency-key.ts';
import { findKept, once } from '../idempotency/once.ts';
import { StorageError, type Storage } from '../storage/storage.ts';
import { findAbandoned } from './abandoned-uploads.ts';
import { claimUpload } from './claim-upload.ts';
import type { UploadLimits, UploadRequest } from './policy.ts';
import { createParts, isInParts, PARTS_AT_ONCE, type WhichParts } from './parts.ts';
import { requestUploads } from './request-uploads.ts';
import { bytesMismatch, fromStorage } from './stored-bytes.ts';
import { sweepIncoming, sweepMultiparts } from './sweep.ts';
import type { UploadTarget } from './upload-target.ts';
import { createVerifyUpload } from './verify-upload.ts';

/** An upload, and where to send its bytes. */
export interface Ticket {
  upload: Upload;
  /** Absent when it was not asked for yet: {@link Uploads.target} gives it. */
  target?: UploadTarget | null;
  /** Why there is no target though bytes are awaited; `refresh` gives it once the store is back. */
  failure?: UserFailure;
}

/** An upload, and how many addresses of parts an answer has room for that lists it with others. */
export type ListedUpload = Upload & { partsAtMost?: number };

/** The life of an upload, from ticket to claim. */
export interface Uploads {
  request(staff: Staff, requests: readonly UploadRequest[]): Promise<(Ticket | UserFailure)[]>;
  /** Where to send the bytes; null when none are awaited any more, or when the store cannot take them in parts. */
  target(upload: ListedUpload): Promise<UploadTarget | null>;
  /** How much the store has; null while it does not answer. */
  receivedBytes(upload: Upload): Promise<number | bigint | null>;
  /** The same upload with its addresses signed anew: those of the given parts, or of those that are left. */
  refresh(
    staff: Staff,
    uploadId: string | null,
    partNumbers: readonly number[] | null,
    key?: IdempotencyKey | null,
  ): Promise<Ticket>;
  /** Any number of calls, also at once, make one media and one event. */
  complete(
    staff: Staff,
    uploadId: string | null,
    sha256: string | null,
    key?: IdempotencyKey | null,
  ): Promise<Upload>;
  cancel(staff: Staff, uploadId: string | null, key?: IdempotencyKey | null): Promise<Upload>;
  /** What a page can go on with after a reload. */
  open(staff: Staff, vehicleId: string | null | undefined): Promise<ListedUpload[]>;
  /**
   * Completes what was sent and never completed, as who asked for it would have. Returns how many.
   * While the store is down it finds none.
   */
  adopt(): Promise<number>;
  /**
   * Ends tickets that are past their time and deletes what was sent for uploads that are over.
   * Returns how many tickets it ended. A store that is down keeps the bytes for the next call.
   */
  expire(): Promise<number>;
}

export function createUploads(
  { prisma }: Database,
  storage: Storage,
  limits: UploadLimits,
): Uploads {
  const parts = createParts(prisma, storage, limits);
  const verifyUpload = createVerifyUpload(storage, parts);

  async function find(staff: Staff, uploadId: string | null): Promise<Upload> {
    const upload =
      uploadId === null
        ? null
        : await prisma.upload.findFirst({
            where: { dealershipId: staff.dealershipId, id: uploadId },
          });
    if (!upload) throw unknownUpload();
    return upload;
  }

  /** Throws unless bytes may still come. */
  async function requireOpen(upload: Upload): Promise<void> {
    if (upload.status === 'CANCELLED') {
      throw new UserFailure('UPLOAD_CANCELLED', 'This upload was cancelled. Ask for a new one.', {
        field: ['input', 'uploadId'],
      });
    }
    if (upload.status === 'FAILED') {
      throw new UserFailure(
        'BYTES_MISMATCH',
        'Other bytes arrived than were announced. Ask for a new upload and send the file again.',
        { field: ['input', 'uploadId'] },
      );
    }
    if (upload.status === 'EXPIRED' || (await isPast(upload.expiresAt))) {
      throw new UserFailure('UPLOAD_EXPIRED', 'This upload is past its time. Ask for a new one.', {
        field: ['input', 'uploadId'],
      });
    }
  }

  /** Binds the key to a request that changed nothing. */
  async function bind(key: IdempotencyKey | null | undefined, upload: Upload): Promise<Upload> {
    if (key) await prisma.$transaction((tx) => once(tx, key, async () => upload.id));
    return upload;
  }

  /** The key may be tried again: nothing was made under it. */
  async function fail(
    upload: Upload,
    failureCode: string,
    key: IdempotencyKey | null | undefined,
  ): Promise<void> {
    await prisma.$transaction((tx) =>
      once(tx, key, async () => {
        await openGallery(tx, upload);
        await end(tx, upload, { status: 'FAILED', failureCode });
        return null;
      }),
    );
  }

  async function isPast(time: Date): Promise<boolean> {
    const [row] = await prisma.$queryRaw<{ past: boolean }[]>`select ${time} <= now() "past"`;
    return row?.past ?? true;
  }

  async function targetOf(upload: Upload, which?: WhichParts): Promise<UploadTarget | null> {
    if (upload.status === 'COMPLETED') return storedTarget(upload);
    if (upload.status !== 'AWAITING_BYTES' || (await isPast(upload.expiresAt))) return null;
    try {
      if (isInParts(upload)) return await parts.target(upload, which);
      const target = await storage.createUpload({
        key: upload.storageKey,
        contentType: upload.contentType,
        byteSize: Number(upload.byteSize),
        md5: upload.md5 ?? '',
        expiresInSeconds: limits.urlTtlSeconds,
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
    const existing = await prisma.media.findFirst({
      where: { dealershipId, id: existingMediaId, deletedAt: null },
      select: { id: true },
    });
    return existing && { kind: 'stored', existingMediaId };
  }

  /** Parts need the store: a ticket that has been granted stands when there is none. */
  async function ticketFor(upload: Upload, which?: WhichParts): Promise<Ticket> {
    if (!isInParts(upload)) return { upload };
    try {
      return { upload, target: await targetOf(upload, which) };
    } catch (error) {
      if (error instanceof UserFailure) return { upload, target: null, failure: error };
      throw error;
    }
  }

  const uploads: Uploads = {
    async request(staff, requests) {
      const outcomes = await requestUploads(prisma, limits, staff, requests);
      const atMost = shareOf(outcomes.flatMap((one) => (one instanceof UserFailure ? [] : one)));
      return Promise.all(
        outcomes.map((one) => (one instanceof UserFailure ? one : ticketFor(one, { atMost }))),
      );
    },

    async target(upload) {
      const { partsAtMost } = upload;
      const which = partsAtMost === undefined ? undefined : { atMost: partsAtMost };
      const { target } = isInParts(upload)
        ? await ticketFor(upload, which)
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

    async refresh(staff, uploadId, partNumbers, key) {
      await findKept(prisma, key);
      const upload = await find(staff, uploadId);
      if (upload.status !== 'COMPLETED') await requireOpen(upload);
      if (partNumbers !== null) parts.check(upload, partNumbers);
      await bind(key, upload);
      return ticketFor(upload, partNumbers === null ? undefined : { numbers: partNumbers });
    },

    async complete(staff, uploadId, sha256, key) {
      await findKept(prisma, key);
      const upload = await find(staff, uploadId);
      if (upload.status === 'COMPLETED') return bind(key, upload);
      await requireOpen(upload);
      if (sha256 !== null && upload.sha256 !== null && sha256 !== upload.sha256) {
        throw new UserFailure('BYTES_MISMATCH', 'This SHA-256 is not the one that was announced.', {
          field: ['input', 'sha256'],
        });
      }
      await failpoint('completion-asked');
      let hash: string;
      try {
        hash = await verifyUpload(upload);
      } catch (error) {
        // Another call may have claimed, and its worker moved, the bytes in between.
        const meanwhile = await find(staff, upload.id);
        if (meanwhile.status === 'COMPLETED') return bind(key, meanwhile);
        await requireOpen(meanwhile);
        if (error instanceof UserFailure && error.code === 'BYTES_MISMATCH') {
          await fail(upload, error.code, key);
        }
        throw error;
      }
      if (sha256 !== null && sha256 !== hash) {
        // Nothing else says what the bytes had to be: they must not be adopted without it.
        if (upload.md5 === null && upload.sha256 === null) {
          await fail(upload, 'BYTES_MISMATCH', key);
          throw bytesMismatch('The bytes that arrived are not the ones that were announced.');
        }
        throw new UserFailure(
          'BYTES_MISMATCH',
          'The bytes that arrived have another SHA-256. Complete again with theirs, or without one.',
          { field: ['input', 'sha256'] },
        );
      }
      await failpoint('bytes-checked');
      const claimed = await claimUpload(prisma, upload, hash, key);
      await failpoint('upload-claimed');
      if (claimed.status !== 'COMPLETED') await requireOpen(claimed);
      return claimed;
    },

    async cancel(staff, uploadId, key) {
      const upload = await find(staff, uploadId);
      let cancelled = false;
      await prisma.$transaction((tx) =>
        once(tx, key, async () => {
          await openGallery(tx, upload);
          cancelled = await end(tx, upload, { status: 'CANCELLED' });
          return upload.id;
        }),
      );
      const ended = await find(staff, upload.id);
      if (cancelled) {
        await parts.abort(ended).catch(ignoreStorage);
        await storage.delete([ended.storageKey]).catch(ignoreStorage);
      }
      return ended;
    },

    async open(staff, vehicleId) {
      if (vehicleId === null) return [];
      const rows = await prisma.$queryRaw<{ id: string }[]>`
        select id from uploads where dealership_id = ${staff.dealershipId}::uuid
          and status = 'AWAITING_BYTES' and expires_at > now()
          and (${vehicleId ?? null}::uuid is null or vehicle_id = ${vehicleId ?? null}::uuid)`;
      const found = await prisma.upload.findMany({
        where: { dealershipId: staff.dealershipId, id: { in: rows.map(({ id }) => id) } },
        orderBy: { createdAt: 'asc' },
      });
      const partsAtMost = shareOf(found);
      return found.map((upload) => ({ ...upload, partsAtMost }));
    },

    async adopt() {
      let adopted = 0;
      try {
        for await (const { id, staff } of findAbandoned(prisma, storage, limits.adoptSeconds)) {
          try {
            await uploads.complete(staff, id, null);
            adopted += 1;
          } catch (error) {
            // Other bytes than were announced: the ticket says so now.
            if (!(error instanceof UserFailure)) throw error;
            // The others would only wait for the same store, one after the other.
            if (error.cause instanceof StorageError) throw error.cause;
          }
        }
      } catch (error) {
        ignoreStorage(error);
      }
      return adopted;
    },

    async expire() {
      const late = await prisma.$queryRaw<VehicleAddress[]>`
        select distinct dealership_id "dealershipId", vehicle_id "vehicleId" from uploads
        where status = 'AWAITING_BYTES' and expires_at <= now()`;
      let count = 0;
      for (const address of late) {
        count += (await changeGallery(prisma, address, endLateTickets)) ?? 0;
      }
      if (count > 0) await failpoint('tickets-expired');
      try {
        await sweepIncoming(prisma, storage, limits.urlTtlSeconds);
        await sweepMultiparts(prisma, storage, limits.ttlSeconds);
      } catch (error) {
        ignoreStorage(error);
      }
      return count;
    },
  };
  return uploads;
}

/** Ends a ticket that is still open, in a transaction that holds its gallery. */
async function end(
  tx: Prisma.TransactionClient,
  { dealershipId, id }: Upload,
  data: { status: UploadStatus; failureCode?: string },
): Promise<boolean> {
  const where = { dealershipId, id, status: 'AWAITING_BYTES' } as const;
  const { count } = await tx.upload.updateMany({ where, data });
  return count > 0;
}

/** Each address is signed by itself, so that those of one answer are counted together. */
function shareOf(uploads: readonly Upload[]): number {
  return Math.max(1, Math.floor(PARTS_AT_ONCE / uploads.filter(isInParts).length));
}

function unknownUpload(): UserFailure {
  return new UserFailure('NOT_FOUND', 'There is no such upload. Ask for a new one.', {
    field: ['input', 'uploadId'],
  });
}

/** A leftover under incoming/ is private and harmless; the answer does not wait for it. */
function ignoreStorage(error: unknown): void {
  if (!(error instanceof StorageError)) throw error;
}
