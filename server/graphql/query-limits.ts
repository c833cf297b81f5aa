import {
  getNamedType,
  Kind,
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type ExecutionArgs,
  type GraphQLError,
  type GraphQLNamedType,
  type GraphQLSchema,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from 'graphql';
import type { Plugin } from 'graphql-yoga';
import { topLevelError } from './top-level-error.ts';

const MAX_TOKENS = 2_000;
const MAX_DEPTH = 15;
const MAX_ROOT_FIELDS = 10;
const MAX_LOG_INS = 1;
const MAX_NESTED_LISTS = 3;
/** Of the rows that an operation may ask for: page sizes multiplied along nested lists, summed. */
const MAX_ROWS = 25_000;
const DEFAULT_PAGE_SIZE = 20;
/** Beyond what any list allows the cost says nothing: the list refuses the size itself. */
const MAX_PAGE_SIZE = 100;
const MAX_VARIABLE_DEPTH = 50;

type Variables = Readonly<Record<string, unknown>>;

/** What a visit may still spend, and where it is. */
interface Place {
  type: GraphQLNamedType | undefined;
  depth: number;
  lists: number;
  rows: number;
}

/** Why an operation asks for too much, or null. Looks no further than its limits. */
export function excessOf(
  schema: GraphQLSchema,
  document: DocumentNode,
  operationName: string | null | undefined,
  variables: Variables,
): string | null {
  const fragments = new Map<string, FragmentDefinitionNode>();
  const operations: OperationDefinitionNode[] = [];
  for (const definition of document.definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION)
      fragments.set(definition.name.value, definition);
    if (definition.kind === Kind.OPERATION_DEFINITION) operations.push(definition);
  }
  const operation = operationName
    ? operations.find(({ name }) => name?.value === operationName)
    : operations[0];
  if (!operation) return null;

  const given: Record<string, unknown> = { ...variables };
  for (const { variable, defaultValue } of operation.variableDefinitions ?? []) {
    if (given[variable.name.value] === undefined && defaultValue?.kind === Kind.INT)
      given[variable.name.value] = Number(defaultValue.value);
  }

  let roots = 0;
  let logIns = 0;
  let rows = 0;
  let visits = 0;

  function visitSelections({ selections }: SelectionSetNode, place: Place): string | null {
    for (const selection of selections) {
      // Fragments that are spread again and again multiply a short document.
      if (++visits > MAX_TOKENS * 5) return 'Its fragments unfold to too many fields.';
      let excess: string | null = null;
      if (selection.kind === Kind.FIELD) excess = visitField(selection, place);
      else {
        const fragment =
          selection.kind === Kind.FRAGMENT_SPREAD ? fragments.get(selection.name.value) : selection;
        const condition = fragment?.typeCondition?.name.value;
        const type = condition ? schema.getType(condition) : place.type;
        if (fragment) excess = visitSelections(fragment.selectionSet, { ...place, type });
      }
      if (excess) return excess;
    }
    return null;
  }

  function visitField(field: FieldNode, place: Place): string | null {
    const name = field.name.value;
    if (place.depth === 0) {
      if (++roots > MAX_ROOT_FIELDS) return `Ask for at most ${MAX_ROOT_FIELDS} root fields.`;
      if (name === 'logIn' && ++logIns > MAX_LOG_INS) return 'Log in once in an operation.';
      // Its size is that of the schema, and it ends by itself.
      if (name === '__schema' || name === '__type') return null;
    }
    const fields = place.type && 'getFields' in place.type ? place.type.getFields() : {};
    const type = fields[name] && getNamedType(fields[name].type);
    const inner: Place = { ...place, type, depth: place.depth + 1 };
    if (inner.depth > MAX_DEPTH) return `Nest at most ${MAX_DEPTH} fields.`;
    if (type?.name.endsWith('Connection')) {
      inner.lists += 1;
      inner.rows *= pageSize(field, given);
      rows += inner.rows;
      if (inner.lists > MAX_NESTED_LISTS) return `Nest at most ${MAX_NESTED_LISTS} lists.`;
      if (rows > MAX_ROWS) return `It asks for more than ${MAX_ROWS} rows. Ask for smaller pages.`;
    }
    return field.selectionSet ? visitSelections(field.selectionSet, inner) : null;
  }

  const type = schema.getRootType(operation.operation) ?? undefined;
  return visitSelections(operation.selectionSet, { type, depth: 0, lists: 0, rows: 1 });
}

function pageSize(field: FieldNode, variables: Variables): number {
  for (const name of ['first', 'last']) {
    const value = field.arguments?.find((argument) => argument.name.value === name)?.value;
    let size: unknown = null;
    if (value?.kind === Kind.INT) size = Number(value.value);
    if (value?.kind === Kind.VARIABLE) size = variables[value.name.value];
    if (typeof size === 'number') return Math.min(Math.max(1, size), MAX_PAGE_SIZE);
  }
  return DEFAULT_PAGE_SIZE;
}

/** Whether values lie in each other deeper than the limit; looks no deeper. */
function isTooDeep(value: unknown, left = MAX_VARIABLE_DEPTH): boolean {
  if (value === null || typeof value !== 'object') return false;
  return left === 0 || Object.values(value).some((inner) => isTooDeep(inner, left - 1));
}

/** Refuses what would cost more than one request may, before anything is read. */
export function useQueryLimits(): Plugin {
  const refuse = (message: string): { errors: GraphQLError[] } => ({
    errors: [topLevelError('BAD_USER_INPUT', message)],
  });
  const check = (args: ExecutionArgs, stop: (result: { errors: GraphQLError[] }) => void): void => {
    const variables = args.variableValues ?? {};
    if (isTooDeep(variables)) {
      stop(refuse(`Nest values of variables at most ${MAX_VARIABLE_DEPTH} deep.`));
      return;
    }
    const excess = excessOf(args.schema, args.document, args.operationName, variables);
    if (excess) stop(refuse(`The operation asks for too much. ${excess}`));
  };
  return {
    onParse({ parseFn, setParseFn }) {
      setParseFn((source, options) => parseFn(source, { ...options, maxTokens: MAX_TOKENS }));
    },
    onExecute: ({ args, setResultAndStopExecution }) => check(args, setResultAndStopExecution),
    onSubscribe: ({ args, setResultAndStopExecution }) => check(args, setResultAndStopExecution),
  };
}
