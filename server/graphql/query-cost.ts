import {
  getNamedType,
  getNullableType,
  isCompositeType,
  isInputObjectType,
  isListType,
  isObjectType,
  isInterfaceType,
  Kind,
  SchemaMetaFieldDef,
  TypeMetaFieldDef,
  visit,
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLNamedType,
  type GraphQLOutputType,
  type GraphQLSchema,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from 'graphql';

/** What one operation may cost: a quarter of a second of one core, see soak/query-cost.ts. */
export const MAX_COST = 100_000;
/** Of one event of a subscription: it is read again for each, in a moment that many share. */
const MAX_EVENT_COST = 2_000;
const MAX_ROOT_FIELDS = 10;
const MAX_NESTED_LISTS = 3;
/** Each takes a password, a token or an address that somebody may be guessing. */
const AUTHENTICATING = [
  'logIn',
  'signUp',
  'requestPasswordReset',
  'resetPassword',
  'acceptInvitation',
  'changePassword',
];

/** How an operation is executed. */
export type Way = 'by Postgres' | 'field by field';

/** What is read from a table beside what its fields cost. */
const ROW_COST = 25;
/** The same in a query that Postgres does not write. */
const RESOLVED_ROW_COST = 75;
/** A relation that is asked for under a second name takes a statement of its own for every parent. */
const STATEMENT_COST = 400;
const DEFAULT_PAGE_SIZE = 20;
/** Beyond what any list allows the cost says nothing: the list refuses the size itself. */
const MAX_PAGE_SIZE = 100;
/** Lists without pages are short. */
const LIST_SIZE = 10;
/** How long the lists of an introspection are on average. */
const INTROSPECTION_SIZES: Record<string, number> = {
  fields: 6,
  inputFields: 2,
  args: 1,
  enumValues: 3,
  interfaces: 1,
  possibleTypes: 1,
  directives: 5,
  // No list, but few types are wrapped in others.
  ofType: 0.3,
};

type Variables = Readonly<Record<string, unknown>>;

export interface QueryCost {
  /** A field costs 1, a row of a table 25 more, or 75; lists multiply what is below them. */
  requested: number;
  /** Why the operation asks for too much, or null. */
  excess: string | null;
}

/** Where a visit is. */
interface Place {
  type: GraphQLNamedType | undefined;
  depth: number;
  lists: number;
  /** How often what is here occurs. */
  times: number;
  /** Size of the page that is here, if one is. */
  page: number;
}

/** What an operation would cost at most, from its page sizes and the schema alone. */
export function costOf(
  schema: GraphQLSchema,
  document: DocumentNode,
  operationName: string | null | undefined,
  variables: Variables,
  way: Way,
): QueryCost {
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
  if (!operation) return { requested: 0, excess: null };
  const isQuery = operation.operation === 'query';
  const rowCost = isQuery && way === 'field by field' ? RESOLVED_ROW_COST : ROW_COST;

  const given: Record<string, unknown> = { ...variables };
  for (const { variable, defaultValue } of operation.variableDefinitions ?? []) {
    if (given[variable.name.value] === undefined && defaultValue?.kind === Kind.INT)
      given[variable.name.value] = Number(defaultValue.value);
  }

  let cost = 0;
  let roots = 0;
  let authenticating = 0;
  let mostLists = 0;

  function visitSelections({ selections }: SelectionSetNode, place: Place): void {
    for (const selection of selections) {
      if (selection.kind === Kind.FIELD) visitField(selection, place);
      else {
        const fragment =
          selection.kind === Kind.FRAGMENT_SPREAD ? fragments.get(selection.name.value) : selection;
        const condition = fragment?.typeCondition?.name.value;
        const type = condition ? schema.getType(condition) : place.type;
        if (fragment) visitSelections(fragment.selectionSet, { ...place, type });
      }
    }
  }

  function visitField(field: FieldNode, place: Place): void {
    const name = field.name.value;
    if (place.depth === 0) {
      roots += 1;
      if (AUTHENTICATING.includes(name)) authenticating += 1;
    }
    const declared = declaredType(place.type, name);
    const type = declared && getNamedType(declared);
    const times = place.times * lengthOf(declared, type, name, place.page);
    const isPage = Boolean(type?.name.endsWith('Connection'));
    const lists = place.lists + (isPage ? 1 : 0);
    mostLists = Math.max(mostLists, lists);
    cost += times;
    if (isRow(type) || name === 'totalCount') cost += rowCost * times;
    if (field.alias && place.depth > 0 && (isPage || isRow(type)))
      cost += STATEMENT_COST * place.times;
    if (field.selectionSet) {
      const page = isPage ? pageSize(field, given) : 1;
      visitSelections(field.selectionSet, { type, depth: place.depth + 1, lists, times, page });
    }
  }

  const type = schema.getRootType(operation.operation) ?? undefined;
  visitSelections(operation.selectionSet, { type, depth: 0, lists: 0, times: 1, page: 1 });
  const requested = Math.ceil(cost);
  const isLive = operation.operation === 'subscription';
  const most = isLive ? MAX_EVENT_COST : MAX_COST;
  const reasons: [boolean, string][] = [
    [roots > MAX_ROOT_FIELDS, `Ask for at most ${MAX_ROOT_FIELDS} root fields.`],
    [
      authenticating > 1,
      `Send one of ${AUTHENTICATING.join(', ')} in an operation: log in once, then the next.`,
    ],
    [isLive && mostLists > 0, 'An event comes without pages of lists: ask for them in a query.'],
    [mostLists > MAX_NESTED_LISTS, `Nest at most ${MAX_NESTED_LISTS} lists.`],
    [
      requested > most,
      `It costs ${requested}, and ${most} is the most. Ask for smaller pages or fewer fields.`,
    ],
  ];
  return { requested, excess: reasons.find(([exceeded]) => exceeded)?.[1] ?? null };
}

/** Undefined for a field that is not there. */
function declaredType(
  type: GraphQLNamedType | undefined,
  name: string,
): GraphQLOutputType | undefined {
  if (name === SchemaMetaFieldDef.name) return SchemaMetaFieldDef.type;
  if (name === TypeMetaFieldDef.name) return TypeMetaFieldDef.type;
  return type && 'getFields' in type && !isInputObjectType(type)
    ? type.getFields()[name]?.type
    : undefined;
}

/** How many there are of what a field gives, for each parent. */
function lengthOf(
  declared: GraphQLOutputType | undefined,
  type: GraphQLNamedType | undefined,
  name: string,
  page: number,
): number {
  if (type?.name.startsWith('__')) {
    if (name === 'types') return 150;
    return INTROSPECTION_SIZES[name] ?? 1;
  }
  if (!declared || !isListType(getNullableType(declared)) || !isCompositeType(type)) return 1;
  return name === 'nodes' || name === 'edges' ? page : LIST_SIZE;
}

/** Whether it is read from a table. */
function isRow(type: GraphQLNamedType | undefined): boolean {
  if (!isObjectType(type) && !isInterfaceType(type)) return false;
  return type.name === 'Node' || type.getInterfaces().some(({ name }) => name === 'Node');
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

/** Variables that say how large a page is: what an operation costs depends on no others. */
export function pageSizeVariables(document: DocumentNode): string[] {
  const names = new Set<string>();
  visit(document, {
    Argument: ({ name, value }) => {
      if ((name.value === 'first' || name.value === 'last') && value.kind === Kind.VARIABLE)
        names.add(value.name.value);
    },
  });
  return [...names];
}
