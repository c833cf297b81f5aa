import { getOperationAST } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import type { Context } from '../context.ts';
import { topLevelError } from './top-level-error.ts';

/** Whoever shows an embed key changes nothing: not even what nobody need be known for, such as a log-in. */
export function useReadOnlyKeys(): Plugin<Context> {
  return {
    onExecute({ args, setResultAndStopExecution }) {
      const { viewer } = args.contextValue as Context;
      if (viewer.kind !== 'visitor' || viewer.keyId === undefined) return;
      if (getOperationAST(args.document, args.operationName)?.operation !== 'mutation') return;
      setResultAndStopExecution({
        errors: [
          topLevelError(
            'FORBIDDEN',
            'An embed key only reads. Send the token of a session, or an API key, without it.',
          ),
        ],
      });
    },
  };
}
