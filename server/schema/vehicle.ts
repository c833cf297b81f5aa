import type { Prisma } from '../../generated/prisma/client.ts';
import { may } from '../accounts/rights.ts';
import { requireRight } from '../context.ts';
import type { MediaRecord } from '../events/media-snapshot.ts';
import { vehicleUsage } from '../gallery/storage-usage.ts';
import { visibleMedia, visibleVehicles } from '../gallery/visibility.ts';
import { topLevelError } from '../graphql/top-level-error.ts';
import { checkPageSize, type PageArguments } from '../vehicles/vehicle-page.ts';
import { vehicleSlug, vehicleTitle } from '../vehicles/vehicle-title.ts';
import { readIdempotencyKey } from '../idempotency/idempotency-key.ts';
import { builder } from './builder.ts';
import { Dealership } from './dealership.ts';
import { MediaKind, MediaStatus, VehicleCondition, VehicleStatus } from './enums.ts';
import { idempotencyKey } from './idempotency-key.ts';
import { Media } from './media.ts';
import { Node } from './node.ts';
import { encodeId, uuidOf } from '../node-id.ts';
import { StorageUsage } from './storage-usage.ts';
import { attempt, userErrorsField, type Payload } from './user-error.ts';

const Money = builder.objectRef<{ amount: Prisma.Decimal; currency: string }>('Money').implement({
  description: 'An amount of money.',
  fields: (t) => ({
    amount: t.string({
      description: 'Decimal, such as `23990.00`.',
      resolve: ({ amount }) => amount.toFixed(2),
    }),
    currency: t.exposeString('currency', { description: 'ISO 4217, such as `USD`.' }),
  }),
});

const MediaFilter = builder.inputType('MediaFilter', {
  description: 'Which media of a vehicle; all of it must hold.',
  fields: (t) => ({
    kind: t.field({ type: MediaKind, description: 'Pictures or films.' }),
    status: t.field({
      type: [MediaStatus],
      description: 'Any of these; what the viewer may not see stays out.',
    }),
    groupKey: t.string({ description: 'Of this group.' }),
    tag: t.string({ description: 'With this tag.' }),
  }),
});

const GALLERY_ORDER = [
  { position: 'asc' },
  { id: 'asc' },
] as const satisfies Prisma.MediaOrderByWithRelationInput[];

const MEDIA_CURSOR = /^GPC:S:[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Refuses what Prisma could not search for. */
function checkMediaCursor(cursor: string | null | undefined): void {
  if (cursor == null) return;
  if (MEDIA_CURSOR.test(Buffer.from(cursor, 'base64').toString('latin1'))) return;
  throw topLevelError(
    'BAD_USER_INPUT',
    'This cursor is not one of this list. Use endCursor or startCursor of a page of it.',
  );
}

export const Vehicle = builder.prismaObject('Vehicle', {
  description: 'A vehicle of a dealership.',
  interfaces: [Node],
  fields: (t) => ({
    id: t.id({ description: 'Opaque.', resolve: ({ id }) => encodeId('Vehicle', id) }),
    vin: t.expose('vin', {
      type: 'VIN',
      nullable: true,
      description: 'Unique in the dealership. Null when it has none.',
    }),
    stockNumber: t.exposeString('stockNumber', {
      nullable: true,
      description: 'The dealership’s own number, unique there. Null when it has none.',
    }),
    year: t.exposeInt('year', { nullable: true, description: 'Model year.' }),
    make: t.exposeString('make', { nullable: true, description: 'Who made it.' }),
    model: t.exposeString('model', { nullable: true, description: 'What it is called.' }),
    trim: t.exposeString('trim', { nullable: true, description: 'Its equipment line.' }),
    bodyStyle: t.exposeString('bodyStyle', {
      nullable: true,
      description: 'Such as sedan or pickup.',
    }),
    condition: t.expose('condition', {
      type: VehicleCondition,
      nullable: true,
      description: 'New, used or certified.',
    }),
    status: t.expose('status', {
      type: VehicleStatus,
      description: 'Where it is in its life at the dealership.',
    }),
    price: t.field({
      type: Money,
      nullable: true,
      description: 'Null when it is not told.',
      resolve: ({ priceAmount, priceCurrency }) =>
        priceAmount === null ? null : { amount: priceAmount, currency: priceCurrency ?? 'USD' },
    }),
    mileage: t.exposeInt('mileage', {
      nullable: true,
      description: 'In the unit of the dealership’s market.',
    }),
    exteriorColor: t.exposeString('exteriorColor', { nullable: true, description: 'In words.' }),
    interiorColor: t.exposeString('interiorColor', { nullable: true, description: 'In words.' }),
    description: t.exposeString('description', {
      nullable: true,
      description: 'What the dealership says of it; plain text.',
    }),
    title: t.string({
      description: 'Year, make, model and trim in one line.',
      resolve: vehicleTitle,
    }),
    slug: t.string({ description: 'The title as addresses write it.', resolve: vehicleSlug }),
    mediaVersion: t.exposeInt('mediaVersion', {
      description: 'Rises by one when membership or order of the media changes.',
    }),
    mediaCursor: t.string({
      description:
        'Feed position of what this operation read: subscribing with it as `after` misses nothing.',
      // An event of a subscription is its own operation: it reads from here on.
      resolve: (_vehicle, _args, { mediaCursor, feed }) => mediaCursor ?? feed.currentCursor(),
    }),
    heroMedia: t.field({
      type: Media,
      nullable: true,
      description: 'The first media that this viewer may see. Null when there is none.',
      select: (_, { viewer }, nested) => ({
        media: nested({ where: visibleMedia(viewer), orderBy: [...GALLERY_ORDER], take: 1 }),
      }),
      resolve: ({ media }) => (media[0] as MediaRecord | undefined) ?? null,
    }),
    media: t.relatedConnection('media', {
      type: Media,
      cursor: 'id',
      totalCount: true,
      defaultSize: 20,
      maxSize: 100,
      description: 'What this viewer may see, in the order of the gallery.',
      args: { filter: t.arg({ type: MediaFilter, description: 'Only these.' }) },
      query: ({ filter, ...page }, { viewer }) => {
        checkPageSize(page);
        const { after, before }: PageArguments = page;
        checkMediaCursor(after);
        checkMediaCursor(before);
        return {
          where: {
            AND: [
              visibleMedia(viewer),
              {
                ...(filter?.kind && { kind: filter.kind }),
                ...(filter?.status && { status: { in: [...filter.status] } }),
                ...(filter?.groupKey != null && { groupKey: filter.groupKey }),
                ...(filter?.tag != null && { tags: { has: filter.tag } }),
              },
            ],
          },
          orderBy: [...GALLERY_ORDER],
        };
      },
    }),
    storageUsage: t.field({
      type: StorageUsage,
      nullable: true,
      description: 'Room that its media take. Null for whoever may not read the usage.',
      resolve: (vehicle, _, { viewer, limits }) =>
        may(viewer, 'readUsage') ? vehicleUsage(vehicle, limits) : null,
    }),
    dealership: t.relation('dealership', { type: Dealership, description: 'Who sells it.' }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was added.' }),
    updatedAt: t.expose('updatedAt', {
      type: 'DateTime',
      description: 'When its data last changed.',
    }),
    publishedAt: t.expose('publishedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When it was first published. Null until then.',
    }),
  }),
});

function dealershipNamed(idOrSlug: string): Prisma.DealershipWhereInput {
  const uuid = uuidOf('Dealership', idOrSlug);
  return uuid === null ? { slug: idOrSlug } : { id: uuid };
}

builder.queryField('vehicle', (t) =>
  t.prismaField({
    type: Vehicle,
    nullable: true,
    description:
      'A vehicle by id, VIN or stock number. Null when there is none that this viewer may see.',
    args: {
      id: t.arg.id({ description: 'Its id.' }),
      vin: t.arg.string({ description: 'Its VIN.' }),
      stockNumber: t.arg.string({ description: 'Its stock number.' }),
      dealership: t.arg.string({
        description: 'Id or slug of the dealership it must be of, beside one of the others.',
      }),
    },
    resolve: (query, _, { id, vin, stockNumber, dealership }, { prisma, viewer }) => {
      if ([id, vin, stockNumber].filter((key) => key != null).length !== 1) {
        throw topLevelError('BAD_USER_INPUT', 'Say one of id, vin and stockNumber.');
      }
      const uuid = id == null ? null : uuidOf('Vehicle', id);
      if (id != null && uuid === null) return null;
      return prisma.vehicle.findFirst({
        ...query,
        where: {
          AND: [
            visibleVehicles(viewer),
            {
              ...(uuid !== null && { id: uuid }),
              ...(vin != null && { vin: vin.trim().toUpperCase() }),
              ...(stockNumber != null && { stockNumber: stockNumber.trim() }),
              ...(dealership != null && { dealership: dealershipNamed(dealership) }),
            },
          ],
        },
      });
    },
  }),
);

const VehicleFields = builder.inputType('VehicleFields', {
  description: 'What to write of a vehicle: absent keeps, null clears.',
  fields: (t) => ({
    id: t.id({ description: 'Which vehicle; without it the VIN, then the stock number decides.' }),
    vin: t.string({
      description: '17 letters and digits; the check digit is held to in North America.',
    }),
    stockNumber: t.string({ description: 'At most 50 characters.' }),
    year: t.int({ description: '1886 to 2100.' }),
    make: t.string({ description: 'At most 100 characters.' }),
    model: t.string({ description: 'At most 100 characters.' }),
    trim: t.string({ description: 'At most 100 characters.' }),
    bodyStyle: t.string({ description: 'At most 100 characters.' }),
    condition: t.field({ type: VehicleCondition, description: 'New, used or certified.' }),
    status: t.field({
      type: VehicleStatus,
      description: 'DRAFT for a new vehicle unless said otherwise.',
    }),
    priceAmount: t.string({ description: 'Decimal with at most two places, such as `23990.50`.' }),
    priceCurrency: t.string({
      description:
        'ISO 4217. A first price is in USD unless said otherwise; null clears together with the amount.',
    }),
    mileage: t.int({ description: '0 to 10,000,000.' }),
    exteriorColor: t.string({ description: 'At most 100 characters.' }),
    interiorColor: t.string({ description: 'At most 100 characters.' }),
    description: t.string({ description: 'Plain text of at most 20,000 characters.' }),
  }),
});

const UpsertVehicleInput = builder.inputType('UpsertVehicleInput', {
  description: 'A vehicle to add or to change.',
  fields: (t) => ({
    vehicle: t.field({ type: VehicleFields, required: true, description: 'What to write.' }),
    idempotencyKey: t.string(idempotencyKey),
  }),
});

/** The payload of a mutation that changes one vehicle. */
export const vehiclePayload = (name: string, description: string) =>
  builder.objectRef<{ vehicleId?: string } & Payload>(name).implement({
    description,
    fields: (t) => ({
      vehicle: t.prismaField({
        type: Vehicle,
        nullable: true,
        description: 'Null when nothing was changed.',
        resolve: (query, { vehicleId }, _, { prisma, viewer }) =>
          vehicleId && viewer.dealershipId
            ? prisma.vehicle.findFirst({
                ...query,
                where: { dealershipId: viewer.dealershipId, id: vehicleId },
              })
            : null,
      }),
      userErrors: t.field(userErrorsField),
    }),
  });

const VehiclePayload = vehiclePayload('VehiclePayload', 'A vehicle after a change.');

builder.mutationField('upsertVehicle', (t) =>
  t.field({
    type: VehiclePayload,
    description:
      'Adds a vehicle, or changes the one that has the id, else the VIN, else the stock number.',
    args: { input: t.arg({ type: UpsertVehicleInput, required: true }) },
    resolve: (_, { input }, context) => {
      const actor = requireRight(context, 'editVehicles');
      const { id, ...fields } = input.vehicle;
      return attempt(async () => ({
        vehicleId: await context.vehicles.upsert(
          actor,
          { ...fields, ...(id != null && { id: uuidOf('Vehicle', id) }) },
          readIdempotencyKey(actor, 'upsertVehicle', input),
        ),
      }));
    },
  }),
);

const DeleteVehicleInput = builder.inputType('DeleteVehicleInput', {
  description: 'A vehicle to delete.',
  fields: (t) => ({
    id: t.id({ required: true, description: 'Which vehicle.' }),
    idempotencyKey: t.string(idempotencyKey),
  }),
});

const DeletePayload = builder
  .objectRef<{ deletedId?: string } & Payload>('DeletePayload')
  .implement({
    description: 'What went.',
    fields: (t) => ({
      deletedId: t.id({
        nullable: true,
        description: 'Null when nothing was deleted.',
        resolve: ({ deletedId }) => deletedId ?? null,
      }),
      userErrors: t.field(userErrorsField),
    }),
  });

builder.mutationField('deleteVehicle', (t) =>
  t.field({
    type: DeletePayload,
    description: 'Deletes a vehicle with its media, for good.',
    args: { input: t.arg({ type: DeleteVehicleInput, required: true }) },
    resolve: (_, { input }, context) => {
      const actor = requireRight(context, 'editVehicles');
      return attempt(async () => {
        const key = readIdempotencyKey(actor, 'deleteVehicle', input);
        await context.vehicles.remove(actor, uuidOf('Vehicle', input.id), key);
        return { deletedId: input.id };
      });
    },
  }),
);
