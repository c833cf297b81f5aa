import type { IncomingMessage, ServerResponse } from 'node:http';
import { getOperationAST, type ExecutionResult } from 'graphql';
import { processRegularResult, type FetchAPI, type YogaServerInstance } from 'graphql-yoga';
import type { Viewer } from '../accounts/viewer.ts';
import type { Context } from '../context.ts';
import type { TrustedDocuments } from '../documents/trusted-documents.ts';
import { acceptedType } from './accepted-type.ts';
import type { KnownDocuments } from './known-documents.ts';
import type { RequestParams } from './request-params.ts';

export interface DirectWayOptions<Incoming extends object> {
  yoga: YogaServerInstance<Incoming, Context>;
  documents: Pick<KnownDocuments, 'find'>;
  trustedDocuments: Pick<TrustedDocuments, 'find'>;
}

/**
 * Executes what came as plain JSON with a document that is known, with Yoga and
 * all of its plugins, but without the Request and the Response between them and
 * Node, which cost more than most mutations. Resolves to false for the rest.
 */
export function createDirectWay<Incoming extends object>(options: DirectWayOptions<Incoming>) {
  const { yoga, documents, trustedDocuments } = options;

  async function textOf(document: RequestParams['document'], viewerOf: () => Promise<Viewer>) {
    if ('text' in document) return document.text;
    const viewer = await viewerOf().catch(() => null);
    return viewer && trustedDocuments.find(viewer.dealershipId, document.hash);
  }

  return async (
    req: IncomingMessage,
    res: ServerResponse,
    { document, ...others }: RequestParams,
    incoming: Incoming,
    viewerOf: () => Promise<Viewer>,
  ): Promise<boolean> => {
    const contentType = req.method === 'POST' ? acceptedType(req.headers.accept) : null;
    if (contentType === null) return false;
    const query = await textOf(document, viewerOf);
    const known = query === null ? null : documents.find(query);
    const kind = known && getOperationAST(known, others.operationName)?.operation;
    if (query === null || !kind || kind === 'subscription') return false;
    const params = { ...others, query } as never;
    const result = await yoga.getResultForParams({ params, request: NONE }, incoming as never);
    const { body, status, headers } = processRegularResult(
      result as ExecutionResult,
      ANSWERS,
      contentType,
    ) as unknown as Answer;
    res.writeHead(status, { ...headers, 'content-length': Buffer.byteLength(body) });
    res.end(body);
    return true;
  };
}

/** As with a WebSocket. */
const NONE = undefined as unknown as Request;

/** What Yoga says of an answer, in the place of a Response. */
class Answer {
  readonly body: string;
  readonly status: number;
  readonly headers: Record<string, string>;

  constructor(
    body: string,
    { status, headers }: { status: number; headers: Record<string, string> },
  ) {
    this.body = body;
    this.status = status;
    this.headers = headers;
  }
}

const ANSWERS = { Response: Answer } as unknown as FetchAPI;
