import type { Upload } from '../../generated/prisma/client.ts';
import type { Database } from '../db/database.ts';
import { UserFailure } from '../errors.ts';
import type { Storage } from '../storage/storage.ts';
import { planParts, type PartPlan } from './part-plan.ts';
import { bytesMissing } from './stored-bytes.ts';
import type { MultipartTarget } from './upload-target.ts';

/** URLs in one answer, at most: each is signed by itself. */
export const PARTS_AT_ONCE = 100;

/** An upload whose file is sent in parts. */
export type UploadInParts = Upload & { partSize: number };

/** Given numbers, or so many of those that are left; the latter, {@link PARTS_AT_ONCE}, by default. */
export type WhichParts = { numbers: readonly number[] } | { atMost: number };

/** Uploads in parts, between the ticket and the whole object. Fails with a StorageError. */
export interface Parts {
  /**
   * Addresses of the given parts, or of the first that are left. The store is asked
   * to take parts once, whoever comes first; null when the ticket was over by then.
   */
  target(upload: UploadInParts, which?: WhichParts): Promise<MultipartTarget | null>;
  receivedBytes(upload: UploadInParts): Promise<number>;
  /** Makes the object of them. BYTES_MISSING names those that are not there. */
  join(upload: UploadInParts): Promise<void>;
  /** Throws a {@link UserFailure} unless there are such parts. */
  check(upload: Upload, partNumbers: readonly number[]): void;
  abort(upload: Upload): Promise<void>;
}

export function isInParts(upload: Upload): upload is UploadInParts {
  return upload.partSize !== null;
}

export function createParts(
  asTenant: Database['asTenant'],
  storage: Storage,
  { urlTtlSeconds }: { urlTtlSeconds: number },
): Parts {
  /** The row says whose start counts; the others are taken back. */
  async function start(upload: Upload): Promise<Upload | null> {
    const { dealershipId, id, storageKey: key, multipartId: before } = upload;
    const prisma = asTenant(dealershipId);
    const multipartId = await storage.multipart.start(key, upload.contentType);
    const { count } = await prisma.upload.updateMany({
      where: { dealershipId, id, status: 'AWAITING_BYTES', multipartId: before },
      data: { multipartId },
    });
    if (count === 0) await storage.multipart.abort({ key, multipartId });
    return prisma.upload.findFirst({ where: { dealershipId, id, status: 'AWAITING_BYTES' } });
  }

  /** Null when the store knows neither the parts nor the object. */
  async function storedParts(upload: Upload, plan: PartPlan): Promise<number[] | null> {
    const { storageKey: key, multipartId } = upload;
    const parts = multipartId === null ? null : await storage.multipart.parts({ key, multipartId });
    if (parts !== null) {
      return parts
        .filter(({ partNumber, byteSize }) => byteSize === plan.bytesOf(partNumber))
        .map(({ partNumber }) => partNumber);
    }
    return (await storage.stat(key)) === null ? null : numbersOf(plan);
  }

  return {
    async target(upload, which = { atMost: PARTS_AT_ONCE }) {
      const plan = planOf(upload);
      let stored = upload.multipartId === null ? null : await storedParts(upload, plan);
      // A store may have thrown away what waited too long, by a rule of its own.
      const open = stored === null ? await start(upload) : upload;
      if (open === null || open.multipartId === null) return null;
      stored ??= [];
      const { storageKey: key, multipartId } = open;
      const numbers =
        'numbers' in which ? which.numbers : missingOf(plan, stored).slice(0, which.atMost);
      const targets = await Promise.all(
        numbers.map(async (partNumber) => ({
          partNumber,
          ...(await storage.multipart.createPartUpload({
            key,
            multipartId,
            partNumber,
            byteSize: plan.bytesOf(partNumber),
            expiresInSeconds: urlTtlSeconds,
          })),
        })),
      );
      return {
        kind: 'parts',
        partSize: plan.partSize,
        partCount: plan.partCount,
        storedParts: stored,
        parts: targets,
        expiresAt: targets[0]?.expiresAt ?? upload.expiresAt,
      };
    },

    async receivedBytes(upload) {
      const plan = planOf(upload);
      const stored = (await storedParts(upload, plan)) ?? [];
      return stored.reduce((sum, partNumber) => sum + plan.bytesOf(partNumber), 0);
    },

    async join(upload) {
      const plan = planOf(upload);
      const missing = missingOf(plan, (await storedParts(upload, plan)) ?? []);
      if (missing.length > 0) throw bytesMissing(missing);
      const { storageKey: key, multipartId } = upload;
      if (multipartId !== null) await storage.multipart.complete({ key, multipartId });
    },

    check(upload, partNumbers) {
      const partCount = isInParts(upload) ? planOf(upload).partCount : 0;
      const known = partNumbers.every((number) => number >= 1 && number <= partCount);
      if (known && new Set(partNumbers).size === partNumbers.length) {
        if (partNumbers.length <= PARTS_AT_ONCE) return;
      }
      throw new UserFailure(
        'INVALID_INPUT',
        partCount === 0
          ? 'This upload is sent in one piece: leave partNumbers out.'
          : `This upload has the parts 1 to ${partCount}. Ask for each once, and for at most ${PARTS_AT_ONCE}.`,
        { field: ['input', 'partNumbers'] },
      );
    },

    async abort({ storageKey: key, multipartId }) {
      if (multipartId !== null) await storage.multipart.abort({ key, multipartId });
    },
  };
}

function planOf({ byteSize, partSize }: UploadInParts): PartPlan {
  return planParts(Number(byteSize), partSize);
}

function missingOf(plan: PartPlan, stored: readonly number[]): number[] {
  const there = new Set(stored);
  return numbersOf(plan).filter((partNumber) => !there.has(partNumber));
}

function numbersOf({ partCount }: PartPlan): number[] {
  return Array.from({ length: partCount }, (_, index) => index + 1);
}
