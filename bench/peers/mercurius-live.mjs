/** Subscriptions of mercurius as its guide has them: its own publisher, JIT. */
import Fastify from 'fastify';
import mercurius from 'mercurius';
import { onTrigger, typeDefs } from './live.mjs';

const app = Fastify();
app.register(mercurius, {
  schema: typeDefs,
  jit: 1,
  subscription: true,
  resolvers: {
    Subscription: {
      vehicleMediaChanged: {
        subscribe: (_, { vehicleId }, { pubsub }) => pubsub.subscribe(`changed:${vehicleId}`),
      },
    },
  },
});
await app.listen({ port: 0, host: '127.0.0.1' });
onTrigger((event) =>
  app.graphql.pubsub.publish({
    topic: `changed:${process.env.VEHICLE}`,
    payload: { vehicleMediaChanged: event },
  }),
);
process.send({ url: `http://127.0.0.1:${app.server.address().port}/graphql` });
