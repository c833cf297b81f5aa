import { visit, type DocumentNode, type ExecutionArgs, type GraphQLError } from 'graphql';
import { createGraphQLError, type Plugin } from 'graphql-yoga';
import type { Context } from '../context.ts';
import { topLevelError } from './top-level-error.ts';

interface DocumentFacts {
  asksForCursor: boolean;
  hasBroken: boolean;
}

const FACTS = new WeakMap<DocumentNode, DocumentFacts>();

/** What a document says, looked for once. */
function factsOf(document: DocumentNode): DocumentFacts {
  let facts = FACTS.get(document);
  if (!facts) {
    const found = { asksForCursor: false, hasBroken: false };
    visit(document, {
      Field: ({ name }) => {
        if (name.value === 'mediaCursor') found.asksForCursor = true;
      },
      StringValue: ({ value }) => {
        if (BROKEN.test(value)) found.hasBroken = true;
      },
    });
    FACTS.set(document, (facts = found));
  }
  return facts;
}

/** What Postgres cannot keep: NUL in a text, and in JSON half a pair of surrogates. */
const BROKEN = /[\0\p{Surrogate}]/u;

export function hasBroken(value: unknown): boolean {
  if (typeof value === 'string') return BROKEN.test(value);
  if (value === null || typeof value !== 'object') return false;
  return Object.entries(value).some(([key, inner]) => BROKEN.test(key) || hasBroken(inner));
}

/** Tells of every broken text at once. */
export function useTextGuard(): Plugin {
  const guard = (args: ExecutionArgs, stop: (result: { errors: GraphQLError[] }) => void): void => {
    if (factsOf(args.document).hasBroken || hasBroken(args.variableValues)) {
      stop({
        errors: [
          topLevelError(
            'BAD_USER_INPUT',
            'A text contains the character NUL, or half of a character. Remove it.',
          ),
        ],
      });
    }
  };
  return {
    onExecute: ({ args, setResultAndStopExecution }) => guard(args, setResultAndStopExecution),
    onSubscribe: ({ args, setResultAndStopExecution }) => guard(args, setResultAndStopExecution),
  };
}

/** Takes the feed position before the operation reads, so that it can only be too early, never too late. */
export function useMediaCursor(): Plugin<Context> {
  return {
    async onExecute({ args }) {
      const context = args.contextValue as Context;
      if (factsOf(args.document).asksForCursor) {
        context.mediaCursor = await context.feed.currentCursor();
      }
    },
  };
}

const JSON_TYPES = /^application\/(graphql\+)?json\s*(;|$)/i;

/** Takes nothing but JSON, which a foreign page cannot send without asking. */
export function useJsonOnly(): Plugin {
  return {
    onRequestParse({ request }) {
      if (
        request.method === 'POST' &&
        !JSON_TYPES.test(request.headers.get('content-type') ?? '')
      ) {
        throw createGraphQLError('Send application/json.', {
          extensions: { code: 'BAD_USER_INPUT', http: { status: 415 } },
        });
      }
    },
  };
}

/**
 * Errors of the document and its variables come from graphql-js without a code,
 * and with the name that may have been meant, which tells of the schema.
 */
export function useErrorCodes({ suggestions }: { suggestions: boolean }): Plugin {
  const coded = (error: GraphQLError): GraphQLError => {
    const { code } = error.extensions;
    if (code && code !== 'GRAPHQL_VALIDATION_FAILED' && code !== 'GRAPHQL_PARSE_FAILED')
      return error;
    if (!suggestions) error.message = error.message.replace(/ Did you mean [^?]*\?$/, '');
    error.extensions.code = 'BAD_USER_INPUT';
    return error;
  };
  return {
    onParse:
      () =>
      ({ result }) => {
        if (result instanceof Error && 'extensions' in result) coded(result as GraphQLError);
      },
    onValidate:
      () =>
      ({ result }) => {
        for (const error of Array.isArray(result) ? result : []) coded(error as GraphQLError);
      },
    onExecute: () => ({
      onExecuteDone({ result }) {
        if ('errors' in result) result.errors?.forEach(coded);
      },
    }),
    onSubscribe: () => ({
      onSubscribeResult({ result }) {
        if ('errors' in result)
          (result.errors as readonly GraphQLError[] | undefined)?.forEach(coded);
      },
    }),
  };
}
