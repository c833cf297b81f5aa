import { PrismaPg } from '@prisma/adapter-pg';
import { PrismaClient } from '../../generated/prisma/client.ts';
import { v7 as uuid } from 'uuid';
import { placeOf, rowId } from './shape.mjs';
import { endOfTicket } from './sign.mjs';

const { DATABASE_URL, DEALERSHIP_ID } = process.env;

/** The product's client, as Prisma's guide makes one. */
export const prisma = new PrismaClient({
  adapter: new PrismaPg({ connectionString: DATABASE_URL, max: 10 }),
});

export const NEWEST_FIRST = [{ createdAt: 'desc' }, { id: 'desc' }];
export const IN_ORDER = [{ position: 'asc' }, { id: 'asc' }];
export const SHOWN = { status: 'READY', deletedAt: null };

export const listed = (filter) => ({
  dealershipId: DEALERSHIP_ID,
  status: { in: filter?.status ?? ['PUBLISHED'] },
});

/** What is beyond a cursor. */
export function beyond(after) {
  const place = placeOf(after);
  if (!place) return {};
  const { createdAt, id } = place;
  return {
    createdAt: { lte: createdAt },
    OR: [{ createdAt: { lt: createdAt } }, { id: { lt: id } }],
  };
}

export const priceOf = ({ priceAmount, priceCurrency }) =>
  priceAmount === null ? null : { amount: priceAmount.toFixed(2), currency: priceCurrency };

/** A row for the photo and one for its ticket, in one transaction. */
export function addTicket(input) {
  return prisma.$transaction(async (tx) => {
    const { id: vehicleId, dealershipId } = await tx.vehicle.findUniqueOrThrow({
      where: { id: rowId(input.vehicleId) },
      select: { id: true, dealershipId: true },
    });
    const { _max } = await tx.media.aggregate({ where: { vehicleId }, _max: { position: true } });
    const id = uuid();
    const { fileName, contentType, byteSize, md5 } = input;
    const media = await tx.media.create({
      data: {
        id: uuid(),
        dealershipId,
        vehicleId,
        position: _max.position === null ? 0 : _max.position + 1,
        originalFileName: fileName,
        originalContentType: contentType,
        originalByteSize: byteSize,
      },
    });
    const upload = await tx.upload.create({
      data: {
        id,
        dealershipId,
        vehicleId,
        mediaId: media.id,
        fileName,
        contentType,
        byteSize,
        md5,
        storageKey: `incoming/${dealershipId}/${id}`,
        expiresAt: endOfTicket(),
      },
    });
    return { ...upload, media };
  });
}
