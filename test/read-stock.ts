import { createHash, randomUUID } from 'node:crypto';
import type { Database } from '../server/db/database.ts';
import { encodeId } from '../server/node-id.ts';
import type { GraphQLClient } from './graphql-client.ts';
import type { Known } from './read-documents.ts';

const TEXTS = [
  null,
  '',
  'Plain',
  'Zoë’s "best" \\ offer',
  'Line\nbreak, \n tab\t and \u0001 control',
  '漢字 😀 e\u0301',
  '100% _sure_',
  '</script>\u2028',
];
const MAKES = ['Aurelia', 'aurelia', 'Über', 'Ma%e', null];
const at = <T>(values: readonly T[], index: number): T => values[index % values.length] as T;

/** Fills a dealership with vehicles and media of every kind, by their number: the same each time. */
export async function stockDealership(
  { prisma }: Database,
  dealership: { uuid: string; slug: string },
  vehicles: number,
): Promise<void> {
  for (let index = 0; index < vehicles; index++) {
    const id = randomUUID();
    await prisma.vehicle.create({
      data: {
        id,
        dealershipId: dealership.uuid,
        stockNumber:
          index % 7 === 6 ? null : `${dealership.slug}-${String(index).padStart(3, '0')}`,
        vin: index % 3 === 0 ? `XTEST${String(index).padStart(12, '0')}` : null,
        year: index % 5 === 4 ? null : 2015 + (index % 10),
        make: at(MAKES, index),
        model: at(TEXTS, index + 2),
        trim: at(TEXTS, index),
        bodyStyle: at(TEXTS, index + 1),
        condition: at(['NEW', 'USED', 'CERTIFIED', null] as const, index),
        status: at(['PUBLISHED', 'PUBLISHED', 'DRAFT', 'PUBLISHED', 'SOLD'] as const, index),
        priceAmount: at([null, '23990.00', '23990.50', '0.05', '999999999.99'], index),
        priceCurrency: at([null, 'USD', 'EUR'], index),
        mileage: index % 4 === 3 ? null : index * 1_000,
        exteriorColor: at(TEXTS, index + 3),
        description: at(TEXTS, index + 4),
        mediaVersion: index,
        publishedAt: index % 2 === 0 ? new Date(Date.UTC(2026, 0, 1, 0, 0, index)) : null,
        createdAt: new Date(Date.UTC(2026, 0, 1 + (index % 9), 12, 0, 0, index % 3)),
        updatedAt: new Date(Date.UTC(2025, index % 12, 1)),
      },
    });
    await addMedia(prisma, dealership.uuid, id, index);
  }
}

async function addMedia(
  prisma: Database['prisma'],
  dealershipId: string,
  vehicleId: string,
  seed: number,
): Promise<void> {
  for (let index = 0; index < seed % 6; index++) {
    const number = seed * 10 + index;
    const isVideo = number % 4 === 1;
    const status = at(
      ['READY', 'READY', 'READY', 'PROCESSING', 'FAILED', 'UPLOADED'] as const,
      number,
    );
    const isReady = status === 'READY';
    const id = randomUUID();
    await prisma.media.create({
      data: {
        id,
        dealershipId,
        vehicleId,
        kind: isVideo ? 'VIDEO' : 'IMAGE',
        status,
        position: (index >> 1) * 10,
        alt: at(TEXTS, number),
        caption: at(TEXTS, number + 3),
        tags: number % 3 === 0 ? [] : ['exterior', at(TEXTS, number) ?? 'front'],
        groupKey: at([null, 'exterior', 'interior'], number),
        originalFileName: `${at(TEXTS, number) ?? 'photo'}.jpg`,
        originalContentType: isVideo ? 'video/mp4' : 'image/jpeg',
        originalByteSize: 3_000_000_000n + BigInt(number),
        originalSha256: number % 5 === 0 ? null : createHash('sha256').update(id).digest('hex'),
        width: isReady ? 4_000 : null,
        height: isReady ? 3_000 : null,
        durationMs: isReady && isVideo ? 12_345 : null,
        videoKey: isReady && isVideo ? `r/${'a'.repeat(64)}/video.mp4` : null,
        videoCodecs:
          isReady && isVideo
            ? at(['avc1.640028, mp4a.40.2', 'hvc1.1.6.L93', 'av01.0.04M'], seed)
            : null,
        videoByteSize: isReady && isVideo ? 1_234_567 : null,
        errorCode:
          status === 'FAILED' ? at(['UNREADABLE', 'INTERNAL', 'TOO_MANY_PIXELS'], number) : null,
        warningCode: number % 7 === 0 ? at(['UNREADABLE', 'UNREADABLE_POSTER'], seed) : null,
        placeholder: isReady ? 'abc+/=' : null,
        deletedAt: number % 11 === 10 ? new Date() : null,
        readyAt: isReady ? new Date(Date.UTC(2026, 1, 1, 0, 0, 0, number)) : null,
      },
    });
    if (!isReady || (isVideo && number % 8 === 1)) continue;
    await prisma.rendition.createMany({
      data: (['WEBP', 'JPEG', 'AVIF'] as const).slice(0, 1 + (number % 3)).flatMap((format) =>
        [320, 640, 1280, 2560].slice(0, 1 + (seed % 4)).map((width) => ({
          dealershipId,
          mediaId: id,
          format,
          width,
          height: (width * 3) / 4,
          byteSize: width * 100,
          storageKey: `r/${createHash('sha256').update(`${id}${format}`).digest('hex')}/${width}.${format.toLowerCase()}`,
        })),
      ),
    });
  }
}

/** What clients may ask for of what is there. */
export async function knownOf(
  { prisma }: Database,
  dealerships: readonly { uuid: string; slug: string }[],
  client: GraphQLClient,
): Promise<Known> {
  const vehicles = await prisma.vehicle.findMany({ orderBy: { id: 'asc' }, take: 60 });
  const present = <T>(values: readonly (T | null)[]) =>
    values.flatMap((value) => (value === null ? [] : [value]));
  const sorts = ['CREATED_AT', 'PRICE', 'YEAR', 'STOCK_NUMBER'].flatMap((by) =>
    ['ASC', 'DESC'].map((direction) => ({ by, direction })),
  );
  const vehicleCursors: { sort: object; cursor: string }[] = [];
  for (const sort of sorts) {
    const { vehicles: page } = await client.expect<{ vehicles: { edges: { cursor: string }[] } }>(
      'query ($sort: VehicleSort) { vehicles(first: 20, sort: $sort) { edges { cursor } } }',
      { sort },
    );
    vehicleCursors.push(...page.edges.map(({ cursor }) => ({ sort, cursor })));
  }
  const media = await prisma.media.findMany({ take: 60, select: { id: true } });
  return {
    vehicleIds: vehicles.map(({ id }) => encodeId('Vehicle', id)),
    vins: present(vehicles.map(({ vin }) => vin)),
    stockNumbers: present(vehicles.map(({ stockNumber }) => stockNumber)),
    dealershipIds: dealerships.map(({ uuid }) => encodeId('Dealership', uuid)),
    dealershipSlugs: [...dealerships.map(({ slug }) => slug), 'no-such-slug'],
    words: ['aurelia', 'AURELIA', 'über', 'ma%e', '_', '2016', 'plain zoë', ''],
    tags: ['exterior', 'interior', 'front', 'Zoë’s "best" \\ offer'],
    vehicleCursors,
    mediaCursors: media.map(({ id }) => Buffer.from(`GPC:S:${id}`).toString('base64')),
  };
}
