/** Yoga, Pothos and Prisma as their guides put them together: look-ahead, one query of Prisma for a root field. */
import { createServer } from 'node:http';
import SchemaBuilder from '@pothos/core';
import PrismaPlugin, { queryFromInfo } from '@pothos/plugin-prisma';
import RelayPlugin from '@pothos/plugin-relay';
import { createYoga } from 'graphql-yoga';
import {
  MediaKind,
  MediaStatus,
  UploadStatus,
  VehicleStatus,
} from '../../generated/prisma/enums.ts';
import { getDatamodel } from '../../generated/pothos-prisma-types.ts';
import {
  addTicket,
  beyond,
  IN_ORDER,
  listed,
  NEWEST_FIRST,
  priceOf,
  prisma,
  SHOWN,
} from './prisma.mjs';
import { putTarget } from './sign.mjs';
import { connectionOf, globalId, rowId, typeOfMedia } from './shape.mjs';

const builder = new SchemaBuilder({
  plugins: [PrismaPlugin, RelayPlugin],
  prisma: { client: prisma, dmmf: getDatamodel() },
  relay: {},
});
builder.scalarType('DateTime', { serialize: (date) => date.toISOString() });
const KindEnum = builder.enumType(MediaKind, { name: 'MediaKind' });
const MediaStatusEnum = builder.enumType(MediaStatus, { name: 'MediaStatus' });
const VehicleStatusEnum = builder.enumType(VehicleStatus, { name: 'VehicleStatus' });

const Money = builder.objectRef('Money').implement({
  fields: (t) => ({ amount: t.exposeString('amount'), currency: t.exposeString('currency') }),
});
const Media = builder.prismaInterface('Media', {
  resolveType: typeOfMedia,
  fields: (t) => ({
    id: t.id({ resolve: ({ id }) => globalId('Media', id) }),
    position: t.exposeInt('position'),
    kind: t.expose('kind', { type: KindEnum }),
    status: t.expose('status', { type: MediaStatusEnum }),
    alt: t.exposeString('alt', { nullable: true }),
    caption: t.exposeString('caption', { nullable: true }),
    groupKey: t.exposeString('groupKey', { nullable: true }),
    placeholder: t.exposeString('placeholder', { nullable: true }),
    tags: t.exposeStringList('tags'),
    createdAt: t.expose('createdAt', { type: 'DateTime' }),
  }),
});
for (const variant of ['ImageMedia', 'VideoMedia']) {
  builder.prismaObject('Media', {
    variant,
    interfaces: [Media],
    fields: (t) => ({
      width: t.exposeInt('width', { nullable: true }),
      height: t.exposeInt('height', { nullable: true }),
    }),
  });
}

const MediaConnection = builder.objectRef('MediaConnection').implement({
  fields: (t) => ({ nodes: t.field({ type: [Media], resolve: (nodes) => nodes }) }),
});
const Vehicle = builder.prismaObject('Vehicle', {
  fields: (t) => ({
    id: t.id({ resolve: ({ id }) => globalId('Vehicle', id) }),
    vin: t.exposeString('vin', { nullable: true }),
    stockNumber: t.exposeString('stockNumber', { nullable: true }),
    year: t.exposeInt('year', { nullable: true }),
    make: t.exposeString('make', { nullable: true }),
    model: t.exposeString('model', { nullable: true }),
    trim: t.exposeString('trim', { nullable: true }),
    price: t.field({
      type: Money,
      nullable: true,
      select: { priceAmount: true, priceCurrency: true },
      resolve: priceOf,
    }),
    mileage: t.exposeInt('mileage', { nullable: true }),
    status: t.expose('status', { type: VehicleStatusEnum }),
    createdAt: t.expose('createdAt', { type: 'DateTime' }),
    updatedAt: t.expose('updatedAt', { type: 'DateTime' }),
    media: t.field({
      type: MediaConnection,
      args: { first: t.arg.int({ defaultValue: 20 }) },
      select: ({ first }, _context, nestedSelection) => ({
        media: nestedSelection({ where: SHOWN, orderBy: IN_ORDER, take: first }, ['nodes']),
      }),
      resolve: ({ media }) => media,
    }),
  }),
});

const VehicleFilter = builder.inputType('VehicleFilter', {
  fields: (t) => ({ status: t.field({ type: [VehicleStatusEnum] }) }),
});
builder.queryType({
  fields: (t) => ({
    vehicle: t.prismaField({
      type: 'Vehicle',
      nullable: true,
      args: { id: t.arg.id({ required: true }) },
      resolve: (query, _root, { id }) =>
        prisma.vehicle.findFirst({ ...query, where: { id: rowId(id), ...listed(null) } }),
    }),
    vehicles: t.connection(
      {
        type: Vehicle,
        args: { filter: t.arg({ type: VehicleFilter }) },
        async resolve(_root, { first, after, filter }, context, info) {
          const where = listed(filter);
          const rows = await prisma.vehicle.findMany({
            ...queryFromInfo({ context, info, path: ['edges', 'node'] }),
            where: { ...where, ...beyond(after) },
            orderBy: NEWEST_FIRST,
            take: first + 1,
          });
          return { where, ...connectionOf(rows, { first, after }) };
        },
      },
      {
        fields: (t) => ({
          totalCount: t.int({ resolve: ({ where }) => prisma.vehicle.count({ where }) }),
        }),
      },
    ),
  }),
});

const UploadStatusEnum = builder.enumType(UploadStatus, { name: 'UploadStatus' });
const HttpHeader = builder.objectRef('HttpHeader').implement({
  fields: (t) => ({ name: t.exposeString('name'), value: t.exposeString('value') }),
});
const PutTarget = builder.objectRef('PutTarget').implement({
  fields: (t) => ({
    url: t.exposeString('url'),
    headers: t.expose('headers', { type: [HttpHeader] }),
    expiresAt: t.expose('expiresAt', { type: 'DateTime' }),
  }),
});
const Upload = builder.objectRef('Upload').implement({
  fields: (t) => ({
    id: t.id({ resolve: ({ id }) => globalId('Upload', id) }),
    status: t.expose('status', { type: UploadStatusEnum }),
    expiresAt: t.expose('expiresAt', { type: 'DateTime' }),
    media: t.expose('media', { type: Media }),
    target: t.field({
      type: PutTarget,
      resolve: (upload) =>
        putTarget(upload.storageKey, { ...upload, byteSize: Number(upload.byteSize) }),
    }),
  }),
});
const UserError = builder.objectRef('UserError').implement({
  fields: (t) => ({ code: t.exposeString('code'), message: t.exposeString('message') }),
});
const Payload = builder.objectRef('RequestUploadPayload').implement({
  fields: (t) => ({
    upload: t.expose('upload', { type: Upload, nullable: true }),
    userErrors: t.expose('userErrors', { type: [UserError] }),
  }),
});
const RequestUploadInput = builder.inputType('RequestUploadInput', {
  fields: (t) => ({
    vehicleId: t.id({ required: true }),
    fileName: t.string({ required: true }),
    contentType: t.string({ required: true }),
    byteSize: t.int({ required: true }),
    md5: t.string({ required: true }),
  }),
});
builder.mutationType({
  fields: (t) => ({
    requestUpload: t.field({
      type: Payload,
      args: { input: t.arg({ type: RequestUploadInput, required: true }) },
      resolve: async (_root, { input }) => ({ upload: await addTicket(input), userErrors: [] }),
    }),
  }),
});

const server = createServer(createYoga({ schema: builder.toSchema(), graphiql: false }));
server.listen(0, '127.0.0.1', () =>
  process.send({ url: `http://127.0.0.1:${server.address().port}/graphql` }),
);
process.on('disconnect', () => process.exit(0));
