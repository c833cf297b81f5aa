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
import { costOf, pageSizeVariables, type QueryCost, type Way } from './query-cost.ts';

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
  /** Of operations whose price no variable changes; null for the others. */
  const fixedCosts = new WeakMap<OperationDefinitionNode, Map<Way, QueryCost> | null>();

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

  function cost({ schema, document, operationName, variableValues }: ExecutionArgs, way: Way) {
    const operation = getOperationAST(document, operationName);
    let known = operation && fixedCosts.get(operation);
    if (operation && known === undefined) {
      known = pageSizeVariables(document).length === 0 ? new Map<Way, QueryCost>() : null;
      fixedCosts.set(operation, known);
    }
    const before = known?.get(way);
    if (before) return before;
    const found = costOf(schema, document, operationName, variableValues ?? {}, way);
    known?.set(way, found);
    return found;
  }

  return (args) => {
    const { contextValue } = args;
    const known = plans.get(contextValue as object);
    if (known) return known;
    const read = readOf(args);
    const plan = { cost: cost(args, read ? 'by Postgres' : 'field by field'), read };
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
