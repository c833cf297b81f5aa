import {
  getOperationAST,
  getVariableValues,
  GraphQLError,
  type DocumentNode,
  type ExecutionArgs,
  type ExecutionResult,
  type OperationDefinitionNode,
} from 'graphql';
import type { Plugin } from 'graphql-yoga';
import type { Context } from '../context.ts';
import type { ReadOperation, Reads } from '../reads/reads.ts';

/** Has Postgres write the data of the queries that it can; all others are executed field by field. */
export function useReads(reads: Reads): Plugin<Context> {
  const prepared = new WeakMap<OperationDefinitionNode, ReadOperation | null>();

  function prepare(document: DocumentNode, operation: OperationDefinitionNode) {
    let read = prepared.get(operation);
    if (read === undefined) prepared.set(operation, (read = reads.prepare(document, operation)));
    return read;
  }

  /** Null where it is not covered. */
  function start(args: ExecutionArgs): Promise<ExecutionResult> | null {
    const operation = getOperationAST(args.document, args.operationName);
    const read = operation && prepare(args.document, operation);
    if (!read) return null;
    const { coerced } = getVariableValues(
      args.schema,
      operation.variableDefinitions ?? [],
      args.variableValues ?? {},
      { maxErrors: 1 },
    );
    const run = coerced && reads.read(read, coerced, (args.contextValue as Context).viewer);
    return run ? run().then(resultOf, failure) : null;
  }

  return {
    onExecute({ executeFn, setExecuteFn }) {
      setExecuteFn((args: ExecutionArgs) => start(args) ?? executeFn(args));
    },
  };
}

const resultOf = ({ data }: { data: string }): ExecutionResult => ({
  data: JSON.parse(data) as Record<string, unknown>,
});

/** Asked again field by field, a database that has no time would have even less. */
const failure = (originalError: Error): ExecutionResult => ({
  data: null,
  errors: [new GraphQLError(originalError.message, { originalError })],
});
