import type { IncomingMessage, ServerResponse } from 'node:http';
import {
  getOperationAST,
  Kind,
  type ExecutionResult,
  type GraphQLError,
  type OperationDefinitionNode,
} from 'graphql';
import { processRegularResult, type FetchAPI, type YogaServerInstance } from 'graphql-yoga';
import type { Recalled, Viewer } from '../accounts/viewer.ts';
import type { Context } from '../context.ts';
import type { TrustedDocuments } from '../documents/trusted-documents.ts';
import { acceptedType } from './accepted-type.ts';
import type { KnownDocuments } from './known-documents.ts';
import type { RequestParams } from './request-params.ts';

export interface DirectWayOptions<Incoming extends object> {
  yoga: YogaServerInstance<Incoming, Context>;
  documents: Pick<KnownDocuments, 'find'>;
  trustedDocuments: Pick<TrustedDocuments, 'find'>;
  /** Of every answer: names and values in turns. */
  headers(): readonly string[];
  /** What may be told of an error. */
  maskError(error: unknown): Error;
}

/** Who asks, in the order in which that is found out. */
export interface Asking {
  /** Whose key is known from a moment ago, which takes nothing; null when whoever asks has to be looked up. */
  recall(): Recalled | null;
  viewer(): Promise<Viewer>;
}

export interface DirectWay<Incoming extends object> {
  /**
   * The operation that asks for tickets alone; null for all others. The statement
   * that grants one looks whether the key that is shown is in force.
   */
  forTickets(params: RequestParams | null): OperationDefinitionNode | null;
  /** Resolves to false for what has to go the long way. */
  answer(request: DirectRequest<Incoming>): Promise<boolean>;
}

export interface DirectRequest<Incoming extends object> {
  req: IncomingMessage;
  res: ServerResponse;
  params: RequestParams;
  /** What {@link DirectWay.forTickets} says of it. */
  forTickets: OperationDefinitionNode | null;
  incoming: Incoming;
  asking: Asking;
}

/**
 * Executes what came as plain JSON with a document that is known, with Yoga and
 * all of its plugins, but without the Request and the Response between them and
 * Node, which cost more than most mutations.
 */
export function createDirectWay<Incoming extends object>(
  options: DirectWayOptions<Incoming>,
): DirectWay<Incoming> {
  const { yoga, documents, trustedDocuments, maskError } = options;

  function operationOf(text: string | null, name: string | null): OperationDefinitionNode | null {
    const known = text === null ? null : documents.find(text);
    return (known && getOperationAST(known, name)) ?? null;
  }

  async function textOf(document: RequestParams['document'], viewerOf: () => Promise<Viewer>) {
    if ('text' in document) return document.text;
    const viewer = await viewerOf().catch(() => null);
    return viewer && trustedDocuments.find(viewer.dealershipId, document.hash);
  }

  return {
    forTickets(params) {
      if (!params || !('text' in params.document)) return null;
      const operation = operationOf(params.document.text, params.operationName);
      return operation && grantsTickets(operation) ? operation : null;
    },

    async answer({ req, res, params: { document, ...others }, forTickets, incoming, asking }) {
      const contentType = req.method === 'POST' ? acceptedType(req.headers.accept) : null;
      if (contentType === null) return false;
      const query = await textOf(document, asking.viewer);
      const operation = forTickets ?? operationOf(query, others.operationName);
      if (query === null || !operation || operation.operation === 'subscription') return false;
      const params = { ...others, query } as never;
      const recalled = forTickets && asking.recall();
      let result = (await yoga.getResultForParams(
        { params, request: NONE },
        incoming as never,
      )) as ExecutionResult;
      try {
        if (!tellsNothing(result)) await recalled?.confirm();
      } catch (error) {
        result = { errors: [maskError(error) as GraphQLError] };
      }
      const { body, status, headers } = processRegularResult(
        result,
        ANSWERS,
        contentType,
      ) as unknown as Answer;
      const said = [...options.headers(), ...Object.entries(headers).flat()];
      said.push('content-length', String(Buffer.byteLength(body)));
      res.writeHead(status, said).end(body);
      return true;
    },
  };
}

function grantsTickets({ operation, selectionSet }: OperationDefinitionNode): boolean {
  return (
    operation === 'mutation' &&
    selectionSet.selections.every(
      (field) => field.kind === Kind.FIELD && TICKETS.includes(field.name.value),
    )
  );
}

/** Whether the database had no time for it: a look-up would wait for the same, to say that to whomever it is. */
function tellsNothing({ data, errors = [] }: ExecutionResult): boolean {
  const isBusy = ({ extensions }: GraphQLError) => extensions['code'] === 'SERVICE_UNAVAILABLE';
  return !data && errors.length > 0 && errors.every(isBusy);
}

const TICKETS = ['requestUpload', 'requestUploads'];

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
