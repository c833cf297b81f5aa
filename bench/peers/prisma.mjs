import { PrismaPg } from '@prisma/adapter-pg';
import { PrismaClient } from '../../generated/prisma/client.ts';
import { placeOf } from './shape.mjs';

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
