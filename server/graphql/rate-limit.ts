import { getOperationAST, GraphQLError, type ExecutionArgs } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import { IN_PROCESS, type Context } from '../context.ts';
import type { PlanOf } from './execute-reads.ts';
import { waitFor } from '../rate-limits/rate-limits.ts';

/** Counts operations: all of an account; of nobody in particular by address, changes one by one and reads by their cost. */
export function useRateLimit(planOf: PlanOf): Plugin<Context> {
  async function refusal(args: ExecutionArgs) {
    const { document, operationName, contextValue } = args;
    const { viewer, address, rateLimits } = contextValue as Context;
    const writes = getOperationAST(document, operationName)?.operation === 'mutation';
    const seconds = await (viewer.kind === 'visitor'
      ? writes
        ? rateLimits.take('visitor-writes', address)
        : address === IN_PROCESS
          ? null
          : rateLimits.take('visitor-reads', address, planOf(args).cost.requested)
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
