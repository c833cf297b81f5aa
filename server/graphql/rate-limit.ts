import { getOperationAST, GraphQLError, type ExecutionArgs } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import type { Context } from '../context.ts';
import { waitFor } from '../rate-limits/rate-limits.ts';

/** Counts operations: all of an account, and what nobody in particular would change, by address. */
export function useRateLimit(): Plugin<Context> {
  async function refusal({ document, operationName, contextValue }: ExecutionArgs) {
    const { viewer, address, rateLimits } = contextValue as Context;
    const writes = getOperationAST(document, operationName)?.operation === 'mutation';
    if (viewer.kind === 'visitor' && !writes) return null;
    const seconds = await (viewer.kind === 'visitor'
      ? rateLimits.take('visitor-writes', address)
      : rateLimits.take('account', viewer.actorId));
    return seconds === null ? null : { errors: [tooMany(seconds)] };
  }
  return {
    async onExecute({ args, setResultAndStopExecution }) {
      const refused = await refusal(args);
      if (refused) setResultAndStopExecution(refused);
    },
    async onSubscribe({ args, setResultAndStopExecution }) {
      const refused = await refusal(args);
      if (refused) setResultAndStopExecution(refused);
    },
  };
}

function tooMany(retryAfterSeconds: number): GraphQLError {
  return new GraphQLError(waitFor(retryAfterSeconds), {
    extensions: {
      code: 'RATE_LIMITED',
      retryAfterSeconds,
      http: { status: 429, headers: { 'retry-after': String(retryAfterSeconds) } },
    },
  });
}
