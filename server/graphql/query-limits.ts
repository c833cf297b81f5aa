import { validate, type ExecutionArgs, type GraphQLError } from 'graphql';
import { isAsyncIterable, type Plugin } from 'graphql-yoga';
import {
  excessOfDocument,
  MAX_DOCUMENT_CHARACTERS,
  MAX_TOKENS,
} from '../documents/document-size.ts';
import { noIntrospection } from './no-introspection.ts';
import type { PlanOf } from './execute-reads.ts';
import { MAX_COST, type QueryCost } from './query-cost.ts';
import { topLevelError } from './top-level-error.ts';

const MAX_VARIABLE_DEPTH = 50;
const MAX_VALIDATION_ERRORS = 10;

/** Whether values lie in each other deeper than the limit; looks no deeper. */
export function isTooDeep(value: unknown, left = MAX_VARIABLE_DEPTH): boolean {
  if (value === null || typeof value !== 'object') return false;
  return left === 0 || Object.values(value).some((inner) => isTooDeep(inner, left - 1));
}

function refusal(excess: string): GraphQLError {
  return topLevelError('BAD_USER_INPUT', `The operation asks for too much. ${excess}`);
}

export interface QueryLimitsOptions {
  /** Whether the schema may be asked for. */
  introspection: boolean;
  planOf: PlanOf;
}

/**
 * Refuses what would cost more than one request may, before anything is read:
 * the size of a document before it is validated, its price before it runs.
 * Every answer says what it cost in `extensions.cost`.
 */
export function useQueryLimits({ introspection, planOf }: QueryLimitsOptions): Plugin {
  type Stop = (result: { errors: GraphQLError[]; extensions?: Record<string, unknown> }) => void;

  function check(args: ExecutionArgs, stop: Stop): QueryCost | null {
    if (isTooDeep(args.variableValues ?? {})) {
      stop({ errors: [refusal(`Nest values of variables at most ${MAX_VARIABLE_DEPTH} deep.`)] });
      return null;
    }
    const { cost } = planOf(args);
    if (cost.excess) stop({ errors: [refusal(cost.excess)], extensions: extensionsOf(cost) });
    return cost;
  }

  return {
    onParse({ params, parseFn, setParseFn }) {
      if (String(params.source).length > MAX_DOCUMENT_CHARACTERS) {
        throw refusal(
          `A document has at most ${MAX_DOCUMENT_CHARACTERS} characters. Put values into variables.`,
        );
      }
      setParseFn((source, options) => parseFn(source, { ...options, maxTokens: MAX_TOKENS }));
    },
    onValidate({ params, addValidationRule, setValidationFn, setResult }) {
      const excess = excessOfDocument(params.documentAST);
      if (excess) setResult([refusal(excess)]);
      if (!introspection) addValidationRule(noIntrospection);
      setValidationFn((schema, document, rules, typeInfo) =>
        validate(
          schema,
          document,
          rules,
          { maxErrors: MAX_VALIDATION_ERRORS, hideSuggestions: !introspection },
          typeInfo,
        ),
      );
    },
    onExecute({ args, setResultAndStopExecution }) {
      const cost = check(args, setResultAndStopExecution);
      if (!cost || cost.excess) return undefined;
      return {
        onExecuteDone({ result, setResult }) {
          if (isAsyncIterable(result)) return;
          setResult({ ...result, extensions: { ...result.extensions, ...extensionsOf(cost) } });
        },
      };
    },
    onSubscribe({ args, setResultAndStopExecution }) {
      check(args, setResultAndStopExecution);
    },
  };
}

/** What an answer says beside its data. */
export function extensionsOf({ requested }: QueryCost): Record<string, unknown> {
  return { cost: { requested, limit: MAX_COST } };
}
