/** Apollo Server by itself with Prisma: a resolver for each field, relations by Prisma's own batching. */
import { ApolloServer } from '@apollo/server';
import { startStandaloneServer } from '@apollo/server/standalone';
import { GraphQLScalarType } from 'graphql';
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
import { typeDefs } from './schema.mjs';
import { putTarget } from './sign.mjs';
import { connectionOf, globalId, rowId, typeOfMedia } from './shape.mjs';

const media = { id: ({ id }) => globalId('Media', id) };
const resolvers = {
  DateTime: new GraphQLScalarType({ name: 'DateTime', serialize: (date) => date.toISOString() }),
  Media: { __resolveType: typeOfMedia },
  ImageMedia: media,
  VideoMedia: media,
  Vehicle: {
    id: ({ id }) => globalId('Vehicle', id),
    price: priceOf,
    media: async ({ id }, { first }) => ({
      nodes: await prisma.vehicle
        .findUnique({ where: { id } })
        .media({ where: SHOWN, orderBy: IN_ORDER, take: first }),
    }),
  },
  VehicleConnection: { totalCount: ({ where }) => prisma.vehicle.count({ where }) },
  Upload: { id: ({ id }) => globalId('Upload', id) },
  Mutation: {
    async requestUpload(_, { input }) {
      const upload = await addTicket(input);
      return {
        upload: { ...upload, target: await putTarget(upload.storageKey, input) },
        userErrors: [],
      };
    },
  },
  Query: {
    vehicle: (_, { id }) => prisma.vehicle.findFirst({ where: { id: rowId(id), ...listed(null) } }),
    async vehicles(_, { first, after, filter }) {
      const where = listed(filter);
      const rows = await prisma.vehicle.findMany({
        where: { ...where, ...beyond(after) },
        orderBy: NEWEST_FIRST,
        take: first + 1,
      });
      return { where, ...connectionOf(rows, { first, after }) };
    },
  },
};

const { url } = await startStandaloneServer(new ApolloServer({ typeDefs, resolvers }), {
  listen: { port: 0, host: '127.0.0.1' },
});
process.send({ url });
process.on('disconnect', () => process.exit(0));
