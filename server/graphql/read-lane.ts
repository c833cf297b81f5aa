import type { IncomingMessage, ServerResponse } from 'node:http';
import {
  getOperationAST,
  getVariableValues,
  GraphQLError,
  type DocumentNode,
  type GraphQLSchema,
  type OperationDefinitionNode,
} from 'graphql';
import type { Plugin } from 'graphql-yoga';
import type { Viewer, Visitor } from '../accounts/viewer.ts';
import type { TrustedDocuments } from '../documents/trusted-documents.ts';
import { isKnownTag } from '../http/entity-tag.ts';
import type { Context } from '../context.ts';
import type { RateLimits } from '../rate-limits/rate-limits.ts';
import { answerOf, type KeptAnswer, type KeptAnswers } from '../reads/kept-answers.ts';
import type { ReadOperation, Reads } from '../reads/reads.ts';
import type { Variables } from '../reads/selection.ts';
import { acceptedType } from './accepted-type.ts';
import type { KnownDocuments } from './known-documents.ts';
import { hasBroken } from './plugins.ts';
import { costOf, pageSizeVariables, type QueryCost } from './query-cost.ts';
import { extensionsOf, isTooDeep } from './query-limits.ts';
import type { PlainRequest, RequestParams } from './request-params.ts';
import { cacheHeaders } from './visitor-cache.ts';

const MAX_COSTS = 100;

export interface ReadLaneOptions {
  schema: GraphQLSchema;
  reads: Reads;
  documents: Pick<KnownDocuments, 'find'>;
  keptAnswers: KeptAnswers;
  trustedDocuments: Pick<TrustedDocuments, 'find'>;
  rateLimits: RateLimits;
  /** Who asks; throws where that is not told, or not allowed from there. */
  viewerOf(req: IncomingMessage): Promise<Viewer>;
  /** A visitor of no key, when it is known at once that nobody else asks. */
  visitorNow(req: IncomingMessage): Visitor | null;
  /** As limits count it. */
  addressOf(req: IncomingMessage): string;
  /** What a client may know of an error. */
  maskError(error: unknown): Error;
  /** What every answer says: names and values in turns. */
  headers(): readonly string[];
}

/**
 * The short way of queries that pages live on. A document that has gone the
 * long way once, through Yoga and its plugins, is known to be valid and to have
 * no excess; the next time whoever asks, what it costs and how often are checked
 * as there, and Postgres writes the answer. Whatever is not plainly an answer
 * goes the long way again, which tells what is wrong.
 */
export interface ReadLane {
  /** Sends what is kept for a visitor of no key, at once; false when nothing is. */
  answerKept(req: IncomingMessage, res: ServerResponse, request: PlainRequest): boolean;
  /** Resolves to false when the request has to go another way. */
  answer(req: IncomingMessage, res: ServerResponse, request: PlainRequest): Promise<boolean>;
  /** Drops what mutations change. */
  plugin: Plugin<Context>;
}

interface Sent {
  contentType: string;
  viewer: Viewer;
  kept: KeptAnswer;
}

interface Known {
  operation: OperationDefinitionNode;
  read: ReadOperation;
  /** For coerced variables, which may say how large pages are. */
  cost(variables: Variables): QueryCost;
}

export function createReadLane(options: ReadLaneOptions): ReadLane {
  const { schema, reads, documents, keptAnswers, trustedDocuments, rateLimits } = options;
  const { viewerOf, visitorNow, addressOf, maskError, headers } = options;
  const operations = new WeakMap<DocumentNode, Map<string | null, Known | null>>();

  function lookUp(text: string | null, operationName: string | null): Known | null {
    const document = text === null ? null : documents.find(text);
    if (!document) return null;
    let ofDocument = operations.get(document);
    if (!ofDocument) operations.set(document, (ofDocument = new Map()));
    let known = ofDocument.get(operationName);
    if (known === undefined) {
      known = prepare(document, operationName);
      // Any name can be asked for, but few are there.
      if (known) ofDocument.set(operationName, known);
    }
    return known;
  }

  function prepare(document: DocumentNode, operationName: string | null): Known | null {
    const operation = getOperationAST(document, operationName);
    const read = operation && reads.prepare(document, operation);
    if (!read) return null;
    const costs = new Map<string, QueryCost>();
    const sizes = pageSizeVariables(document);
    return {
      operation,
      read,
      cost(variables) {
        const key = JSON.stringify(sizes.map((name) => variables[name]));
        let cost = costs.get(key);
        if (!cost) {
          cost = costOf(schema, document, operationName, variables, 'by Postgres');
          if (costs.size < MAX_COSTS) costs.set(key, cost);
        }
        return cost;
      },
    };
  }

  /** What a document that is known finds for a viewer; null when that has to go the long way. */
  async function read(req: IncomingMessage, params: RequestParams | null, viewer: Viewer) {
    if (!params) return null;
    const { document, variables, operationName } = params;
    const text =
      'text' in document
        ? document.text
        : await trustedDocuments.find(viewer.dealershipId, document.hash);
    const known = lookUp(text, operationName);
    if (!known) return null;
    if (isTooDeep(variables) || hasBroken(variables)) return null;
    const { coerced } = getVariableValues(
      schema,
      known.operation.variableDefinitions ?? [],
      variables,
      { maxErrors: 1 },
    );
    if (!coerced) return null;
    const cost = known.cost(coerced);
    if (cost.excess) return null;
    const run = reads.read(known.read, coerced, viewer);
    if (!run) return null;
    const wait = await (viewer.kind === 'visitor'
      ? rateLimits.take('visitor-reads', addressOf(req), cost.requested)
      : rateLimits.take('account', viewer.actorId));
    if (wait !== null) return null;
    const { data, vehicleId } = await run();
    const extensions = JSON.stringify(extensionsOf(cost));
    return { body: `{"data":${data},"extensions":${extensions}}`, vehicleId };
  }

  async function answer(
    req: IncomingMessage,
    res: ServerResponse,
    request: PlainRequest,
  ): Promise<boolean> {
    const contentType = acceptedType(req.headers.accept);
    if (!contentType) return false;
    const viewer = await viewerOf(req);
    if (viewer.kind !== 'visitor') {
      const found = await read(req, request.params(), viewer);
      if (!found) return false;
      send(req, res, { contentType, viewer, kept: answerOf(found.body) });
      return true;
    }
    const key = keptAnswers.keyOf(req.method ?? '', viewer.dealershipId, request.text);
    let kept = keptAnswers.find(key);
    if (!kept) {
      const readAt = keptAnswers.now();
      const found = await read(req, request.params(), viewer);
      if (!found) return false;
      const { body, vehicleId } = found;
      kept = keptAnswers.keep(key, body, { vehicleId, readAt });
    }
    send(req, res, { contentType, viewer, kept });
    return true;
  }

  function send(req: IncomingMessage, res: ServerResponse, { contentType, viewer, kept }: Sent) {
    const said = [...headers()];
    if (req.method === 'GET') {
      const isPublic = viewer.kind === 'visitor';
      const cache = cacheHeaders(isPublic, isPublic && viewer.perOrigin === true);
      said.push('vary', cache.vary, 'cache-control', cache['cache-control']);
      if (isPublic) {
        said.push('etag', kept.etag);
        if (isKnownTag(req.headers['if-none-match'], kept.etag)) {
          res.writeHead(304, said).end();
          return;
        }
      }
    }
    said.push('content-type', `${contentType}; charset=utf-8`);
    said.push('content-length', String(kept.body.length));
    res.writeHead(200, said).end(kept.body);
  }

  function refuse(req: IncomingMessage, res: ServerResponse, error: Error): void {
    const { http, ...extensions } = (error instanceof GraphQLError ? error.extensions : {}) as {
      http?: { status?: number; headers?: Record<string, string> };
    };
    const type = acceptedType(req.headers.accept) ?? 'application/json';
    res.writeHead(http?.status ?? (type === 'application/json' ? 200 : 500), [
      ...headers(),
      ...(req.method === 'GET' ? ['cache-control', 'no-store'] : []),
      ...Object.entries(http?.headers ?? {}).flat(),
      'content-type',
      `${type}; charset=utf-8`,
    ]);
    res.end(JSON.stringify({ errors: [{ message: error.message, extensions }], data: null }));
  }

  return {
    answerKept(req, res, request) {
      const contentType = acceptedType(req.headers.accept);
      const viewer = contentType && visitorNow(req);
      if (!contentType || !viewer) return false;
      const key = keptAnswers.keyOf(req.method ?? '', viewer.dealershipId, request.text);
      const kept = keptAnswers.find(key);
      if (kept) send(req, res, { contentType, viewer, kept });
      return kept !== null;
    },

    async answer(req, res, request) {
      try {
        return await answer(req, res, request);
      } catch (error) {
        // Who asks is not told, or not allowed: the long way says so.
        if (error instanceof GraphQLError) return false;
        // Asked again, a database that has no time would have even less.
        refuse(req, res, maskError(error));
        return true;
      }
    },

    plugin: {
      onExecute({ args }) {
        const { dealershipId } = (args.contextValue as Context).viewer;
        const kind = getOperationAST(args.document, args.operationName)?.operation;
        if (kind !== 'mutation' || dealershipId === null) return undefined;
        return { onExecuteDone: () => keptAnswers.wrote(dealershipId) };
      },
    },
  };
}
