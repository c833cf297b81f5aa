import {
  getNamedType,
  isCompositeType,
  isInterfaceType,
  isNonNullType,
  isObjectType,
  isUnionType,
  parse,
  type GraphQLField,
  type GraphQLNamedType,
  type GraphQLObjectType,
  type GraphQLSchema,
} from 'graphql';
import { costOf } from '../../server/graphql/query-cost.ts';

const DEPTHS = [4, 3, 2, 1];
/** The server refuses an operation of more. */
const MAX_WORDS = 900;

const PAGE_VEHICLE = `{ __typename id vin model description mediaVersion
  heroMedia { __typename id alt preview { url } } media(first: 20) { nodes { __typename id alt } }
  dealership { __typename id name slug } }`;

/** What pages ask, which is read in another way than everything. */
const PAGE_SELECTIONS: Record<string, string> = {
  vehicle: PAGE_VEHICLE,
  vehicles: `{ nodes ${PAGE_VEHICLE} }`,
  dealership: `{ __typename id name slug vehicles { nodes ${PAGE_VEHICLE} } }`,
};

/** Everything, and what pages ask. */
export function selectionsOf(
  schema: GraphQLSchema,
  field: GraphQLField<unknown, unknown>,
): string[] {
  const page = PAGE_SELECTIONS[field.name];
  return [selectionOf(schema, field), ...(page ? [page] : [])];
}

/** Everything that can be read of a field without arguments, as deep as the server lets one ask. */
export function selectionOf(schema: GraphQLSchema, field: GraphQLField<unknown, unknown>): string {
  const isLive = schema.getSubscriptionType()?.getFields()[field.name] === field;
  // An event comes without pages, and within a page there are none.
  const selections = DEPTHS.map((depth) =>
    select(schema, getNamedType(field.type), depth, isLive || isPage(field)),
  );
  const isAllowed = (text: string): boolean =>
    (text.match(/\w+/g) ?? []).length < MAX_WORDS && (!isLive || isCheap(schema, field.name, text));
  return selections.find(isAllowed) ?? '{ __typename }';
}

function isCheap(schema: GraphQLSchema, name: string, selection: string): boolean {
  const document = parse(`subscription { ${name} ${selection} }`);
  return costOf(schema, document, null, {}, 'field by field').excess === null;
}

function select(
  schema: GraphQLSchema,
  type: GraphQLNamedType,
  depth: number,
  inList: boolean,
): string {
  if (!isCompositeType(type)) return '';
  if (isObjectType(type)) return `{ __typename ${fieldsOf(schema, type, depth, inList)} }`;
  if (isUnionType(type) || isInterfaceType(type)) {
    const types = [...schema.getPossibleTypes(type)];
    const shared = sharedNames(types);
    const parts = types.map(
      (one) => `... on ${one.name} { __typename ${fieldsOf(schema, one, depth, inList, shared)} }`,
    );
    return `{ ${parts.join(' ')} }`;
  }
  return '';
}

/** Fields of one name and different types cannot stand beside each other: those get another name. */
function sharedNames(types: readonly GraphQLObjectType[]): Set<string> {
  const seen = new Map<string, string>();
  const shared = new Set<string>();
  for (const type of types) {
    for (const { name, type: of } of Object.values(type.getFields())) {
      const before = seen.get(name);
      if (before !== undefined && before !== String(of)) shared.add(name);
      seen.set(name, String(of));
    }
  }
  return shared;
}

function fieldsOf(
  schema: GraphQLSchema,
  type: GraphQLObjectType,
  depth: number,
  inList: boolean,
  shared: ReadonlySet<string> = new Set(),
): string {
  return Object.values(type.getFields())
    .filter((field) => field.args.every((arg) => !isNonNullType(arg.type)))
    .flatMap((field) => {
      const named = getNamedType(field.type);
      const name = shared.has(field.name)
        ? `${type.name}_${field.name}: ${field.name}`
        : field.name;
      if (!isCompositeType(named)) return [name];
      if (depth === 1 || (inList && isPage(field))) return [];
      return [`${name} ${select(schema, named, depth - 1, inList || isPage(field))}`];
    })
    .join(' ');
}

function isPage({ type }: GraphQLField<unknown, unknown>): boolean {
  return getNamedType(type).name.endsWith('Connection');
}
