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
import type { ReadAnswer, ReadOperation, Reads } from '../reads/reads.ts';
import { costOf, type QueryCost } from './query-cost.ts';

/** What is to be done for an operation. */
export interface Plan {
  cost: QueryCost;
  /** Has Postgres write all of its data; null where it is executed field by field. */
  read: (() => Promise<ReadAnswer>) | null;
}

/** Made once for each operation that somebody asks. Its variables are not too deep. */
export type PlanOf = (args: ExecutionArgs) => Plan;

export function createPlans(reads: Reads): PlanOf {
  const prepared = new WeakMap<OperationDefinitionNode, ReadOperation | null>();
  const plans = new WeakMap<object, Plan>();

  function prepare(document: DocumentNode, operation: OperationDefinitionNode) {
    let read = prepared.get(operation);
    if (read === undefined) prepared.set(operation, (read = reads.prepare(document, operation)));
    return read;
  }

  function readOf(args: ExecutionArgs): Plan['read'] {
    const operation = getOperationAST(args.document, args.operationName);
    const read = operation && prepare(args.document, operation);
    if (!read) return null;
    const { coerced } = getVariableValues(
      args.schema,
      operation.variableDefinitions ?? [],
      args.variableValues ?? {},
      { maxErrors: 1 },
    );
    return coerced ? reads.read(read, coerced, (args.contextValue as Context).viewer) : null;
  }

  return (args) => {
    const { schema, document, operationName, variableValues, contextValue } = args;
    const known = plans.get(contextValue as object);
    if (known) return known;
    const read = readOf(args);
    const way = read ? 'by Postgres' : 'field by field';
    const cost = costOf(schema, document, operationName, variableValues ?? {}, way);
    const plan = { cost, read };
    plans.set(contextValue as object, plan);
    return plan;
  };
}

/** Has Postgres write the data of the queries that it can. */
export function useReads(planOf: PlanOf): Plugin<Context> {
  return {
    onExecute({ executeFn, setExecuteFn }) {
      setExecuteFn((args: ExecutionArgs) => {
        const { read } = planOf(args);
        return read ? read().then(resultOf, failure) : executeFn(args);
      });
    },
  };
}

const resultOf = ({ data }: ReadAnswer): ExecutionResult => ({
  data: JSON.parse(data) as Record<string, unknown>,
});

/** Asked again field by field, a database that has no time would have even less. */
const failure = (originalError: Error): ExecutionResult => ({
  data: null,
  errors: [new GraphQLError(originalError.message, { originalError })],
});
