import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { renderGraphiQL } from '@graphql-yoga/render-graphiql';
import { GraphQLError, type ExecutionArgs, type ExecutionResult } from 'graphql';
import { CloseCode } from 'graphql-ws';
import { useServer } from 'graphql-ws/use/ws';
import { createYoga } from 'graphql-yoga';
import type { Logger } from 'pino';
import { WebSocketServer } from 'ws';
import type { Viewer, Viewers } from '../accounts/viewer.ts';
import { clientFor, type Context, type Services } from '../context.ts';
import { clientAddress, type TrustedProxies } from '../http/client-address.ts';
import { createDeadPeers } from '../http/dead-peers.ts';
import { createOpenStreams } from '../http/open-streams.ts';
import type { OriginCheck } from '../http/origins.ts';
import { schema } from '../schema/index.ts';
import { EXAMPLE_DOCUMENTS } from './example-documents.ts';
import { credentialsOfRequest, credentialsOfSocket } from './credentials.ts';
import { identify } from './identify.ts';
import { createMaskError } from './mask-error.ts';
import { useErrorCodes, useMediaCursor, useJsonOnly, useTextGuard } from './plugins.ts';
import { useQueryLimits } from './query-limits.ts';
import { useRateLimit } from './rate-limit.ts';
import { useTimeLimit } from './time-limit.ts';
import { useReadOnlyKeys } from './read-only-keys.ts';
import { topLevelError } from './top-level-error.ts';
import { useVisitorCache } from './visitor-cache.ts';
import { createYogaLogger } from './yoga-logger.ts';

const PATH = '/graphql';
/** Documents and variables; files never come this way. */
const MAX_BODY_BYTES = 256 * 1024;
/** Of one socket, at once. */
const MAX_OPERATIONS = 100;

/** Pages of any origin may ask; who they are travels in a header, never in a cookie. */
const PREFLIGHT = {
  'access-control-allow-methods': 'GET, POST, OPTIONS',
  'access-control-allow-headers': 'authorization, content-type, x-embed-key',
  'access-control-max-age': '86400',
};

export interface GraphQLServerOptions {
  services: Services;
  viewers: Viewers;
  /** Which pages may use tokens. */
  mayUseToken: OriginCheck;
  /** Whose word for the address behind them is taken. */
  trustedProxies: TrustedProxies;
  /** Over WebSocket and server-sent events together. */
  maxStreamsPerAddress: number;
  graphiql: boolean;
  /** Whether the schema may be asked for. */
  introspection: boolean;
  /** When a query is broken off; after 10 seconds unless given. */
  queryMs?: number;
  log: Logger;
}

/** GraphQL over POST, GET, server-sent events and WebSocket, on one path. */
export interface GraphQLServer {
  handle(req: IncomingMessage, res: ServerResponse): Promise<void>;
  /** Takes the upgrades of a server; `close` ends every socket with 1001. */
  acceptWebSockets(server: Server): { close(): Promise<void> };
  /** Executes in process, as nobody in particular, or as the page that shows an embed key with these headers. */
  execute(
    document: string,
    variables?: Record<string, unknown>,
    headers?: Readonly<Record<string, string>>,
  ): Promise<ExecutionResult>;
}

interface Incoming {
  /** What came with a WebSocket; HTTP has headers. */
  connectionParams?: Readonly<Record<string, unknown>>;
  /** Absent where the server asks itself. */
  req?: IncomingMessage | undefined;
}

export function createGraphQLServer(options: GraphQLServerOptions): GraphQLServer {
  const { services, viewers, mayUseToken, trustedProxies, graphiql, introspection, queryMs, log } =
    options;

  /** Upload tokens are made for pages, and visitors have none. */
  function assertOrigin({ kind }: Viewer, origin: string | null): void {
    if ((kind !== 'staff' && kind !== 'integrator') || mayUseToken(origin)) return;
    throw topLevelError(
      'FORBIDDEN',
      'Pages of this origin may not use tokens here. Ask the operator to add it to STAFF_ORIGINS.',
    );
  }

  const deadPeers = createDeadPeers();
  const openStreams = createOpenStreams(options.maxStreamsPerAddress);
  const maskError = createMaskError(log);

  const yoga = createYoga<Incoming, Context>({
    schema,
    graphqlEndpoint: PATH,
    landingPage: false,
    graphiql: graphiql && {
      title: 'Forecourt',
      defaultQuery: EXAMPLE_DOCUMENTS,
      subscriptionsProtocol: 'WS',
    },
    renderGraphiQL,
    // Yoga echoes the origin; what is open to all says so, and can be cached for all.
    cors: false,
    multipart: false,
    batching: false,
    maxRequestBodySize: MAX_BODY_BYTES,
    logging: createYogaLogger(log),
    maskedErrors: { maskError },
    plugins: [
      useJsonOnly(),
      useQueryLimits({ introspection }),
      useRateLimit(),
      useTimeLimit(queryMs),
      useReadOnlyKeys(),
      useTextGuard(),
      useMediaCursor(),
      useErrorCodes({ suggestions: introspection }),
      useVisitorCache(),
    ],
    async context({ request, req, connectionParams }) {
      const credentials =
        connectionParams && req
          ? credentialsOfSocket(req, connectionParams)
          : credentialsOfRequest(request);
      const viewer = await identify(viewers, credentials);
      assertOrigin(viewer, req?.headers.origin ?? null);
      const prisma = clientFor(viewer, services.tenants);
      const address = req ? clientAddress(req, trustedProxies) : 'this server';
      return { ...services, viewer, prisma, address, mediaCursor: null };
    },
  });

  return {
    async handle(req, res) {
      res.setHeader('access-control-allow-origin', '*');
      res.setHeader('access-control-expose-headers', 'retry-after');
      if (req.method === 'OPTIONS') {
        res.writeHead(204, PREFLIGHT).end();
        return;
      }
      if (/\btext\/event-stream\b/.test(req.headers.accept ?? '')) {
        const leave = openStreams.enter(clientAddress(req, trustedProxies));
        if (!leave) {
          refuseStream(res);
          return;
        }
        res.once('close', leave);
        deadPeers.watch(req.socket);
      }
      await yoga(req, res);
    },

    acceptWebSockets(server) {
      const sockets = new WebSocketServer({
        noServer: true,
        path: PATH,
        maxPayload: MAX_BODY_BYTES,
      });
      const upgrade = (req: IncomingMessage, socket: Duplex, head: Buffer): void => {
        const leave = openStreams.enter(clientAddress(req, trustedProxies));
        if (!leave) {
          socket.end(
            'HTTP/1.1 429 Too Many Requests\r\nRetry-After: 60\r\nConnection: close\r\n\r\n',
          );
          return;
        }
        socket.once('close', leave);
        sockets.handleUpgrade(req, socket, head, (opened) => {
          sockets.emit('connection', opened, req);
        });
      };
      server.on('upgrade', upgrade);
      const graphqlWs = useServer(
        {
          execute: (args: ExecutionArgs) => (args as EnvelopedArgs).rootValue.execute(args),
          subscribe: (args: ExecutionArgs) => (args as EnvelopedArgs).rootValue.subscribe(args),
          async onConnect({ connectionParams, extra }) {
            try {
              const credentials = credentialsOfSocket(extra.request, connectionParams);
              assertOrigin(
                await identify(viewers, credentials),
                extra.request.headers.origin ?? null,
              );
              return true;
            } catch (error) {
              if (!(error instanceof GraphQLError)) throw error;
              extra.socket.close(CloseCode.Forbidden, error.message);
              return false;
            }
          },
          async onSubscribe({ extra, connectionParams, subscriptions }, _id, params) {
            if (Object.keys(subscriptions).length > MAX_OPERATIONS) {
              const most = `A socket carries at most ${MAX_OPERATIONS} operations at once. End some.`;
              return [topLevelError('BAD_USER_INPUT', most)];
            }
            const {
              schema: enveloped,
              execute,
              subscribe,
              contextFactory,
              parse,
              validate,
            } = yoga.getEnveloped({
              connectionParams: connectionParams ?? {},
              req: extra.request,
              params,
            });
            try {
              const document = parse(params.query);
              const errors = validate(enveloped, document);
              if (errors.length > 0) return errors;
              return {
                schema: enveloped,
                operationName: params.operationName,
                document,
                variableValues: params.variables,
                contextValue: await contextFactory(),
                rootValue: { execute, subscribe },
              };
            } catch (error) {
              // An error thrown here would end the socket with all its other operations.
              const masked = maskError(error);
              return [masked instanceof GraphQLError ? masked : new GraphQLError(masked.message)];
            }
          },
        },
        sockets,
        12_000,
      );
      return {
        async close() {
          deadPeers.close();
          server.off('upgrade', upgrade);
          await graphqlWs.dispose();
          for (const socket of sockets.clients) socket.terminate();
        },
      };
    },

    async execute(document, variables, headers) {
      const response = await yoga.fetch(`http://forecourt${PATH}`, {
        method: 'POST',
        headers: { ...headers, 'content-type': 'application/json' },
        body: JSON.stringify({ query: document, variables }),
      });
      return (await response.json()) as ExecutionResult;
    },
  };
}

function refuseStream(res: ServerResponse): void {
  const retryAfterSeconds = 60;
  const message = 'Too many streams are open from this address. Close some, or come back later.';
  res.writeHead(429, {
    'content-type': 'application/json',
    'retry-after': String(retryAfterSeconds),
  });
  res.end(
    JSON.stringify({
      errors: [{ message, extensions: { code: 'RATE_LIMITED', retryAfterSeconds } }],
    }),
  );
}

type EnvelopedArgs = ExecutionArgs & {
  rootValue: {
    execute(args: ExecutionArgs): Promise<ExecutionResult>;
    subscribe(args: ExecutionArgs): Promise<ExecutionResult | AsyncIterable<ExecutionResult>>;
  };
};
