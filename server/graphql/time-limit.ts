import { getOperationAST, type ExecutionArgs } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import { topLevelError } from './top-level-error.ts';

const QUERY_MS = 10_000;

/**
 * Answers a query that takes too long with TIMEOUT, and resolves no further
 * field of it. Not a mutation: what it does is bounded step by step, and an
 * answer before its end would only have it sent again.
 */
export function useTimeLimit(afterMs = QUERY_MS): Plugin {
  return {
    onExecute({ args: { document, operationName }, executeFn, setExecuteFn }) {
      if (getOperationAST(document, operationName)?.operation !== 'query') return;
      setExecuteFn(async (args: ExecutionArgs) => {
        const late = new AbortController();
        let timer: NodeJS.Timeout | undefined;
        const timeout = new Promise((resolve) => {
          timer = setTimeout(() => {
            resolve({ errors: [timeoutError(afterMs)] });
            late.abort();
          }, afterMs);
        });
        try {
          return await Promise.race([
            executeFn({ ...args, signal: late.signal } as ExecutionArgs),
            timeout,
          ]);
        } finally {
          clearTimeout(timer);
        }
      });
    },
  };
}

function timeoutError(afterMs: number) {
  return topLevelError(
    'TIMEOUT',
    `The query took longer than ${afterMs / 1_000} seconds. Ask for smaller pages, or try again in a moment.`,
  );
}
