import type { Prisma, PrismaClient, Upload, UploadStatus } from '../../generated/prisma/client.ts';
import { UserFailure } from '../errors.ts';
import { uploadsIn, type UploadScope } from '../gallery/visibility.ts';

/** Throws NOT_FOUND. */
export async function findUpload(
  prisma: PrismaClient,
  scope: UploadScope,
  id: string | null,
): Promise<Upload> {
  const upload =
    id === null
      ? null
      : await prisma.upload.findFirst({ where: { AND: [uploadsIn(scope), { id }] } });
  if (!upload) {
    throw new UserFailure('NOT_FOUND', 'There is no such upload. Ask for a new one.', {
      field: ['input', 'uploadId'],
    });
  }
  return upload;
}

/** Throws a {@link UserFailure} unless bytes may still come. */
export async function requireOpen(prisma: PrismaClient, upload: Upload): Promise<void> {
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
  if (upload.status === 'EXPIRED' || (await isPast(prisma, upload.expiresAt))) {
    throw new UserFailure('UPLOAD_EXPIRED', 'This upload is past its time. Ask for a new one.', {
      field: ['input', 'uploadId'],
    });
  }
}

/** By the clock of the database. */
export async function isPast(prisma: PrismaClient, time: Date): Promise<boolean> {
  const [row] = await prisma.$queryRaw<{ past: boolean }[]>`select ${time} <= now() "past"`;
  return row?.past ?? true;
}

/** Ends a ticket that is still open, in a transaction that holds its gallery. */
export async function endUpload(
  tx: Prisma.TransactionClient,
  { dealershipId, id }: Upload,
  data: { status: UploadStatus; failureCode?: string },
): Promise<boolean> {
  const where = { dealershipId, id, status: 'AWAITING_BYTES' } as const;
  const { count } = await tx.upload.updateMany({ where, data });
  return count > 0;
}
