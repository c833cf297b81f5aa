import {
  getNamedType,
  isCompositeType,
  isInterfaceType,
  isNonNullType,
  isObjectType,
  isUnionType,
  type GraphQLField,
  type GraphQLNamedType,
  type GraphQLObjectType,
  type GraphQLSchema,
} from 'graphql';

const DEPTHS = [4, 3, 2, 1];
/** The server refuses an operation of more. */
const MAX_WORDS = 900;

/** Everything that can be read of a field without arguments, as deep as the server lets one ask. */
export function selectionOf(schema: GraphQLSchema, field: GraphQLField<unknown, unknown>): string {
  const selections = DEPTHS.map((depth) =>
    select(schema, getNamedType(field.type), depth, isPage(field)),
  );
  const short = (text: string): boolean => (text.match(/\w+/g) ?? []).length < MAX_WORDS;
  return selections.find(short) ?? '{ __typename }';
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
