import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { renderGraphiQL } from '@graphql-yoga/render-graphiql';
import { GraphQLError, type ExecutionArgs, type ExecutionResult } from 'graphql';
import { CloseCode } from 'graphql-ws';
import { createYoga } from 'graphql-yoga';
import type { Logger } from 'pino';
import type { Viewer, Viewers } from '../accounts/viewer.ts';
import { clientFor, IN_PROCESS, type Context, type Services } from '../context.ts';
import { allowAllOrigins, TO_ALL_ORIGINS } from '../http/all-origins.ts';
import { clientAddress, type TrustedProxies } from '../http/client-address.ts';
import { createDeadPeers } from '../http/dead-peers.ts';
import { createHeartbeat } from '../http/heartbeat.ts';
import { createOpenStreams } from '../http/open-streams.ts';
import type { OriginCheck } from '../http/origins.ts';
import { dataHeaders, setSecurityHeaders } from '../http/security-headers.ts';
import { schema } from '../schema/index.ts';
import { EXAMPLE_DOCUMENTS } from './example-documents.ts';
import {
  credentialsOfIncoming,
  credentialsOfRequest,
  credentialsOfSocket,
  hasNoCredentials,
  type Credentials,
} from './credentials.ts';
import { EndOfResponse } from './end-of-response.ts';
import { sendEvents, type EventSource } from './event-source.ts';
import { identify, recall } from './identify.ts';
import { createLiveStreams } from './live-streams.ts';
import { createMaskError } from './mask-error.ts';
import { useErrorCodes, useMediaCursor, useJsonOnly, useTextGuard } from './plugins.ts';
import { useMutationExecutor } from './execute-mutations.ts';
import { useQueryLimits } from './query-limits.ts';
import { useNamedDocuments } from './named-documents.ts';
import { useRateLimit } from './rate-limit.ts';
import { useTimeLimit } from './time-limit.ts';
import type { TrustedDocuments } from '../documents/trusted-documents.ts';
import type { KeptAnswers } from '../reads/kept-answers.ts';
import { createReads } from '../reads/reads.ts';
import { createDirectWay, type Asking, type DirectRequest } from './direct-way.ts';
import { createKnownDocuments } from './known-documents.ts';
import { createReadLane } from './read-lane.ts';
import { forgetBody, readPlainRequest, type PlainRequest } from './request-params.ts';
import { useStreamCap } from './stream-cap.ts';
import { useReadOnlyKeys } from './read-only-keys.ts';
import { topLevelError } from './top-level-error.ts';
import { createPlans, useReads } from './execute-reads.ts';
import { useVisitorCache } from './visitor-cache.ts';
import { acceptWebSockets, SocketStream } from './web-sockets.ts';
import { createYogaLogger } from './yoga-logger.ts';

const PATH = '/graphql';
/** Documents and variables; files never come this way. */
const MAX_BODY_BYTES = 256 * 1024;
/** Of one socket, at once. */
const MAX_OPERATIONS = 100;

/** Of answers of the short way. */
const DATA_HEADERS = {
  byHttp: [...dataHeaders(false), ...TO_ALL_ORIGINS.flat()],
  byHttps: [...dataHeaders(true), ...TO_ALL_ORIGINS.flat()],
};

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
  keptAnswers: KeptAnswers;
  /** Whether browsers come by HTTPS. */
  https(): boolean;
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
  /** Where it is answered over HTTP. */
  res?: ServerResponse | undefined;
}

/** Who sent a request, once that has been asked. */
const VIEWER = Symbol('viewer');
type Identified = IncomingMessage & { [VIEWER]?: Promise<Viewer> };

export function createGraphQLServer(options: GraphQLServerOptions): GraphQLServer {
  const { services, viewers, mayUseToken, trustedProxies, graphiql, introspection, queryMs, log } =
    options;
  const { keptAnswers, https } = options;

  /** Upload tokens are made for pages, and visitors have none. */
  function assertOrigin({ kind }: Viewer, origin: string | null): void {
    if ((kind !== 'staff' && kind !== 'integrator') || mayUseToken(origin)) return;
    throw topLevelError(
      'FORBIDDEN',
      'Pages of this origin may not use tokens here. Ask the operator to add it to STAFF_ORIGINS.',
    );
  }

  async function viewerOf(credentials: Credentials, origin: string | null): Promise<Viewer> {
    const viewer = await identify(viewers, credentials);
    assertOrigin(viewer, origin);
    return viewer;
  }

  async function viewerOfIncoming(req: Identified): Promise<Viewer> {
    return (req[VIEWER] ??= viewerOf(credentialsOfIncoming(req), req.headers.origin ?? null));
  }

  const askingOf = (req: Identified): Asking => ({
    recall() {
      const viewer = req[VIEWER] ? null : recall(viewers, req);
      if (!viewer || !mayUseToken(req.headers.origin ?? null)) return null;
      req[VIEWER] = Promise.resolve(viewer);
      return viewer.recalled;
    },
    viewer: () => viewerOfIncoming(req),
  });

  const maskError = createMaskError(log);
  const trustedDocuments: Pick<TrustedDocuments, 'find'> = {
    find: (dealershipId, hash) => services.trustedDocuments.find(dealershipId, hash),
  };
  const reads = createReads({
    schema,
    query: (text, values, { kind, dealershipId }) =>
      services.tenants.readAs(
        kind === 'visitor' ? 'forecourt_visitor' : 'forecourt_tenant',
        dealershipId,
        text,
        values,
      ),
    mediaBase: () => services.storage.publicBase,
    cursorAt: (xmin) => services.feed.cursorAt(xmin),
  });
  const planOf = createPlans(reads);
  const documents = createKnownDocuments();
  const shortHeaders = () => (https() ? DATA_HEADERS.byHttps : DATA_HEADERS.byHttp);
  const lane = createReadLane({
    schema,
    reads,
    documents,
    keptAnswers,
    trustedDocuments,
    rateLimits: services.rateLimits,
    viewerOf: viewerOfIncoming,
    visitorNow: (req) => (hasNoCredentials(req) ? viewers.visitorNow() : null),
    addressOf: (req) => clientAddress(req, trustedProxies),
    maskError,
    headers: shortHeaders,
  });
  const deadPeers = createDeadPeers();
  const openStreams = createOpenStreams(options.maxStreamsPerAddress);
  const liveStreams = createLiveStreams(maskError);
  const heartbeat = createHeartbeat((source: EventSource) => source.beat());

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
    extraParamNames: ['documentId'],
    maxRequestBodySize: MAX_BODY_BYTES,
    logging: createYogaLogger(log),
    maskedErrors: { maskError },
    plugins: [
      useJsonOnly(),
      useNamedDocuments(trustedDocuments, (request) =>
        viewerOf(credentialsOfRequest(request), request.headers.get('origin')),
      ),
      useQueryLimits({ introspection, planOf }),
      useRateLimit(planOf),
      useStreamCap({ openStreams, deadPeers }),
      useMutationExecutor(),
      useReads(planOf),
      useTimeLimit(queryMs),
      useReadOnlyKeys(),
      useTextGuard(),
      useMediaCursor(),
      useErrorCodes({ suggestions: introspection }),
      useVisitorCache(),
      lane.plugin,
      documents.plugin,
      liveStreams.plugin,
    ],
    async context({ request, req, connectionParams }) {
      const viewer = await (!req
        ? viewerOf(credentialsOfRequest(request), null)
        : connectionParams
          ? viewerOf(credentialsOfSocket(req, connectionParams), req.headers.origin ?? null)
          : viewerOfIncoming(req));
      const prisma = clientFor(viewer, services.tenants);
      const address = req ? clientAddress(req, trustedProxies) : IN_PROCESS;
      return { ...services, viewer, prisma, address, mediaCursor: null };
    },
  });

  const directWay = createDirectWay({
    yoga,
    documents,
    trustedDocuments,
    maskError,
    headers: shortHeaders,
  });

  /** Whether it needed neither a Request nor a Response. */
  async function executeDirectly(
    req: IncomingMessage,
    res: ServerResponse,
    request: PlainRequest,
    forTickets: DirectRequest<Incoming>['forTickets'],
  ): Promise<boolean> {
    const params = request.params();
    const others = { forTickets, incoming: { req, res }, asking: askingOf(req) };
    if (params && (await directWay.answer({ req, res, params, ...others }))) return true;
    // From a body that it reads itself, Yoga never lets go.
    request.giveBack();
    return false;
  }

  /** Looks whether the answer is a stream before it is sent. */
  async function answerOrStream(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const end = new EndOfResponse(res);
    const response = await yoga.handleNodeRequestAndResponse(req, end as never, { req, res });
    const stream = liveStreams.ofResponse(response);
    end.forget();
    if (stream) forgetBody(req);
    response.headers.forEach((value, name) => res.setHeader(name, value));
    res.writeHead(response.status);
    if (stream) sendEvents(res, stream, heartbeat);
    else res.end(Buffer.from(await response.arrayBuffer()));
  }

  return {
    async handle(req, res) {
      let request: PlainRequest | null;
      try {
        request = await readPlainRequest(req, MAX_BODY_BYTES);
      } catch {
        // Whoever sent it was gone before the end.
        res.destroy();
        return;
      }
      if (request && lane.answerKept(req, res, request)) return;
      const forTickets =
        request && req.method === 'POST' ? directWay.forTickets(request.params()) : null;
      if (request && !forTickets && (await lane.answer(req, res, request))) return;
      if (request && (await executeDirectly(req, res, request, forTickets))) return;
      setSecurityHeaders(req, res, https());
      allowAllOrigins(res);
      if (req.method === 'OPTIONS') {
        res.writeHead(204, PREFLIGHT).end();
        return;
      }
      const accepted = (req.headers.accept || '*/*').toLowerCase();
      if (/text\/event-stream|\*/.test(accepted)) await answerOrStream(req, res);
      else await yoga(req, res);
    },

    acceptWebSockets(server) {
      const sockets = acceptWebSockets(server, {
        path: PATH,
        maxPayload: MAX_BODY_BYTES,
        enter: (req) => openStreams.enter(clientAddress(req, trustedProxies)),
        log,
        hooks: {
          execute: (args: ExecutionArgs) => (args as EnvelopedArgs).rootValue.execute(args),
          subscribe: (args: ExecutionArgs) => (args as EnvelopedArgs).rootValue.subscribe(args),
          async onConnect({ connectionParams, extra }) {
            try {
              const credentials = credentialsOfSocket(extra.request, connectionParams);
              await viewerOf(credentials, extra.request.headers.origin ?? null);
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
              // The text of the document that is known already, instead of another copy.
              (params as { query: string }).query = document.loc?.source.body ?? params.query;
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
          onOperation({ extra, subscriptions }, id, _params, args) {
            const stream = liveStreams.ofContext(args.contextValue as object);
            // One that was completed meanwhile is not begun.
            if (!stream || !(id in subscriptions)) return undefined;
            // The protocol holds on to its arguments as long as the stream is open.
            args.contextValue = args.rootValue = undefined;
            return new SocketStream(stream, extra, id);
          },
        },
      });
      return {
        async close() {
          deadPeers.close();
          heartbeat.close();
          await sockets.close();
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

type EnvelopedArgs = ExecutionArgs & {
  rootValue: {
    execute(args: ExecutionArgs): Promise<ExecutionResult>;
    subscribe(args: ExecutionArgs): Promise<ExecutionResult | AsyncIterable<ExecutionResult>>;
  };
};
