import { v5 as namedUuid, v7 as uuid } from 'uuid';
import { DEMO_ACCOUNT } from '../server/accounts/demo-account.ts';
import { hashPassword } from '../server/accounts/passwords.ts';
import type { Database } from '../server/db/database.ts';
import type { Storage } from '../server/storage/storage.ts';
import { importDemoPictures } from './import.ts';
import { demoVehicles } from './vehicles.ts';

export { DEMO_ACCOUNT as demoAccount };

/** Ids of the demo are the same on every machine. */
const NAMESPACE = '5c0ffee0-0000-4000-8000-000000000000';
const DEALERSHIP_ID = namedUuid('demo-motors', NAMESPACE);
const MINUTE_MS = 60_000;

/** Creates the demo dealership, its account and its vehicles, unless they are there. */
export async function seedDemo({ prisma }: Database, storage: Storage): Promise<void> {
  const there = await prisma.dealership.findUnique({
    where: { slug: 'demo-motors' },
    select: { id: true },
  });
  if (there) return;
  // Pictures first: whoever sees the rows can load them.
  await importDemoPictures(storage);
  const passwordHash = await hashPassword(DEMO_ACCOUNT.password);
  const now = Date.now();
  const dealershipId = DEALERSHIP_ID;

  const vehicles = demoVehicles.map((vehicle, index) => {
    // The first of the list is the newest.
    const createdAt = new Date(now - index * MINUTE_MS);
    const { price, pictures, ...facts } = vehicle;
    return {
      row: {
        ...facts,
        id: namedUuid(vehicle.stockNumber, NAMESPACE),
        dealershipId,
        status: 'PUBLISHED' as const,
        priceAmount: price.amount,
        priceCurrency: price.currency,
        mediaVersion: pictures.length,
        publishedAt: createdAt,
        createdAt,
        updatedAt: createdAt,
      },
      media: pictures.map((picture, position) => ({
        row: {
          id: uuid({ msecs: createdAt.getTime() }),
          dealershipId,
          vehicleId: namedUuid(vehicle.stockNumber, NAMESPACE),
          status: 'READY' as const,
          position,
          version: 1,
          alt: picture.alt,
          caption: picture.caption ?? null,
          originalFileName: picture.fileName,
          originalContentType: picture.contentType,
          originalByteSize: picture.byteSize,
          originalSha256: picture.sha256,
          width: picture.width,
          height: picture.height,
          placeholder: picture.placeholder,
          readyAt: createdAt,
          createdAt,
          updatedAt: createdAt,
        },
        renditions: picture.renditions,
      })),
    };
  });
  const media = vehicles.flatMap((vehicle) => vehicle.media);

  await prisma.$transaction(
    async (tx) => {
      // Of several servers at once, one seeds; the others wait here until it has.
      const { count } = await tx.dealership.createMany({
        data: { id: dealershipId, name: 'Demo Motors', slug: 'demo-motors' },
        skipDuplicates: true,
      });
      if (count === 0) return;
      const userId = namedUuid(DEMO_ACCOUNT.email, NAMESPACE);
      await tx.user.createMany({
        data: { id: userId, email: DEMO_ACCOUNT.email, name: 'Demo staff', passwordHash },
        skipDuplicates: true,
      });
      await tx.membership.createMany({
        data: { dealershipId, userId, role: 'OWNER' },
        skipDuplicates: true,
      });
      await tx.vehicle.createMany({ data: vehicles.map(({ row }) => row), skipDuplicates: true });
      await tx.media.createMany({ data: media.map(({ row }) => row) });
      await tx.rendition.createMany({
        data: media.flatMap(({ row, renditions }) =>
          renditions.map(({ key, ...rendition }) => ({
            ...rendition,
            dealershipId,
            mediaId: row.id,
            storageKey: key,
          })),
        ),
      });
    },
    { timeout: 60_000 },
  );
}
