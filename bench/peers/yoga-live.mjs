/** Subscriptions of Yoga as its guide has them: its own publisher, server-sent events, and graphql-ws beside it. */
import { createServer } from 'node:http';
import { useServer } from 'graphql-ws/use/ws';
import { createPubSub, createSchema, createYoga } from 'graphql-yoga';
import { WebSocketServer } from 'ws';
import { onTrigger, typeDefs } from './live.mjs';

const pubSub = createPubSub();
const yoga = createYoga({
  schema: createSchema({
    typeDefs,
    resolvers: {
      Subscription: {
        vehicleMediaChanged: {
          subscribe: (_, { vehicleId }) => pubSub.subscribe('changed', vehicleId),
          resolve: (event) => event,
        },
      },
    },
  }),
  logging: false,
});
const server = createServer(yoga);
useServer(
  {
    execute: ({ rootValue, ...args }) => rootValue.execute(args),
    subscribe: ({ rootValue, ...args }) => rootValue.subscribe(args),
    async onSubscribe({ extra, ...context }, _id, params) {
      const { schema, execute, subscribe, contextFactory, parse, validate } = yoga.getEnveloped({
        ...context,
        req: extra.request,
        socket: extra.socket,
        params,
      });
      const document = parse(params.query);
      const errors = validate(schema, document);
      if (errors.length > 0) return errors;
      return {
        schema,
        document,
        operationName: params.operationName,
        variableValues: params.variables,
        contextValue: await contextFactory(),
        rootValue: { execute, subscribe },
      };
    },
  },
  new WebSocketServer({ server, path: yoga.graphqlEndpoint }),
);
server.listen(0, '127.0.0.1', () => {
  onTrigger((event) => pubSub.publish('changed', process.env.VEHICLE, event));
  process.send({ url: `http://127.0.0.1:${server.address().port}/graphql` });
});
