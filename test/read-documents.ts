import fc from 'fast-check';
import {
  getNamedType,
  getNullableType,
  isCompositeType,
  isEnumType,
  isInterfaceType,
  isListType,
  isNonNullType,
  isObjectType,
  type GraphQLArgument,
  type GraphQLCompositeType,
  type GraphQLField,
  type GraphQLInputType,
  type GraphQLSchema,
} from 'graphql';

/** What is there to be asked for. */
export interface Known {
  vehicleIds: readonly string[];
  vins: readonly string[];
  stockNumbers: readonly string[];
  dealershipIds: readonly string[];
  dealershipSlugs: readonly string[];
  words: readonly string[];
  tags: readonly string[];
  /** Of pages that were read, by the list that they are of. */
  vehicleCursors: readonly { sort: object; cursor: string }[];
  mediaCursors: readonly string[];
}

export interface ReadDocument {
  query: string;
  variables: Record<string, unknown>;
}

/** Fields that pages begin with. */
const ROOTS = ['vehicle', 'vehicles', 'dealership'];
const MAX_DEPTH = 6;
/** What pages seldom ask for, and is executed field by field. */
const SELDOM = [
  'members',
  'invitations',
  'apiKeys',
  'embedKeys',
  'uploadTokens',
  'auditLog',
  'uploadPolicy',
  'storageUsage',
  'vehicle',
  'last',
  'before',
];

/**
 * Queries over the fields that pages live on: any selection, under any name,
 * through fragments and conditions, with any argument in the text or in a variable.
 */
export function readDocuments(schema: GraphQLSchema, known: Known): fc.Arbitrary<ReadDocument> {
  return fc
    .noShrink(fc.noBias(fc.integer()))
    .map((seed) => write(schema, known, seededRandom(seed)));
}

type Random = () => number;

function write(schema: GraphQLSchema, known: Known, random: Random): ReadDocument {
  const below = (count: number) => Math.floor(random() * count);
  const chance = (probability: number) => random() < probability;
  const pick = <T>(from: readonly T[]): T => from[below(from.length)] as T;
  const variables: Record<string, unknown> = {};
  const definitions: string[] = [];
  const fragments: string[] = [];

  function variable(type: string, value: unknown): string {
    const name = `v${definitions.length}`;
    definitions.push(`$${name}: ${type}`);
    variables[name] = value;
    return `$${name}`;
  }

  function selection(type: GraphQLCompositeType, depth: number): string {
    const fields = isObjectType(type) || isInterfaceType(type) ? type.getFields() : {};
    const names = Object.keys(fields).filter(
      (name) =>
        (depth < MAX_DEPTH || !isCompositeType(getNamedType(fields[name]?.type))) &&
        (chance(0.02) || !SELDOM.includes(name)),
    );
    const parts: string[] = [];
    const count = 1 + below(depth < 2 ? 5 : 7);
    for (let index = 0; index < count; index++) {
      const name = chance(0.06) ? '__typename' : pick(names);
      const part = name === '__typename' ? name : one(fields[name], depth);
      parts.push(wrap(part, type, depth));
    }
    if (isInterfaceType(type) && chance(0.7)) {
      const concrete = pick(schema.getPossibleTypes(type));
      parts.push(`... on ${concrete.name}${condition()} ${selection(concrete, depth + 1)}`);
    }
    return `{ ${parts.join(' ')} }`;
  }

  function wrap(part: string, type: GraphQLCompositeType, depth: number): string {
    if (depth === 0 || !chance(0.12)) return part;
    if (chance(0.5)) return `... ${condition()} { ${part} }`;
    const name = `f${fragments.length}`;
    fragments.push(`fragment ${name} on ${type.name} { ${part} }`);
    return `...${name}${condition()}`;
  }

  function condition(): string {
    if (!chance(0.1)) return '';
    const value = chance(0.5);
    const said = chance(0.5) ? String(value) : variable('Boolean!', value);
    return ` @${chance(0.5) ? 'skip' : 'include'}(if: ${said})`;
  }

  let aliases = 0;
  let sorted: object | null = null;
  function one(field: GraphQLField<unknown, unknown> | undefined, depth: number): string {
    if (!field) return '__typename';
    const type = getNamedType(field.type);
    const args = argumentsOf(field);
    // The same name with other arguments is a conflict: arguments come with a name of their own.
    const isNamed = args !== '' || isCompositeType(type) || chance(0.1);
    const alias = isNamed && (args !== '' || chance(0.3)) ? `a${aliases++}: ` : '';
    const below_ = isCompositeType(type) ? ` ${selection(type, depth + 1)}` : '';
    return `${alias}${field.name}${args}${condition()}${below_}`;
  }

  function argumentsOf(field: GraphQLField<unknown, unknown>): string {
    const namedBy = pick(['id', 'id', 'id', 'vin', 'stockNumber']);
    const said = field.args.flatMap((arg): string[] => {
      const value = valueOf(field, arg, namedBy);
      if (value === undefined) return [];
      const text = chance(0.5)
        ? variable(String(arg.type), value)
        : literal(value, arg.type as GraphQLInputType);
      return [`${arg.name}: ${text}`];
    });
    return said.length > 0 ? `(${said.join(', ')})` : '';
  }

  function valueOf(
    field: GraphQLField<unknown, unknown>,
    { name, type }: GraphQLArgument,
    namedBy: string,
  ): unknown {
    const isVehicles = field.name === 'vehicles';
    switch (name) {
      case 'id':
        if (field.name === 'dealership') return chance(0.2) ? pick(known.dealershipIds) : undefined;
        return namedBy === 'id' ? pick(chance(0.9) ? known.vehicleIds : ['no-such']) : undefined;
      case 'vin':
        return namedBy === 'vin' ? pick(known.vins) : undefined;
      case 'stockNumber':
        return namedBy === 'stockNumber' ? pick(known.stockNumbers) : undefined;
      case 'dealership':
        return chance(0.1) ? pick([...known.dealershipIds, ...known.dealershipSlugs]) : undefined;
      case 'slug':
        return chance(0.1) ? pick(known.dealershipSlugs) : undefined;
      case 'first':
        return chance(0.6) ? 1 + below(chance(0.1) ? 101 : 6) : undefined;
      case 'last':
        return chance(0.05) ? 1 + below(4) : undefined;
      case 'after':
      case 'before': {
        if (!chance(name === 'after' ? 0.35 : 0.05)) return undefined;
        if (!isVehicles) return known.mediaCursors.length ? pick(known.mediaCursors) : undefined;
        if (known.vehicleCursors.length === 0) return undefined;
        const { sort, cursor } = pick(known.vehicleCursors);
        sorted = sort;
        return cursor;
      }
      case 'sort': {
        const sort = sorted;
        sorted = null;
        if (sort) return sort;
        if (!chance(0.4)) return undefined;
        return {
          by: pick(['CREATED_AT', 'UPDATED_AT', 'PRICE', 'YEAR', 'MILEAGE', 'STOCK_NUMBER']),
          direction: pick(['ASC', 'DESC']),
        };
      }
      case 'format':
        return chance(0.5) ? pick(['WEBP', 'JPEG', 'AVIF']) : undefined;
      case 'filter':
        return chance(0.4) ? (isVehicles ? vehicleFilter() : mediaFilter()) : undefined;
      default:
        return isNonNullType(type) ? null : undefined;
    }
  }

  function some<T>(values: readonly T[]): T[] {
    return values.filter(() => chance(0.5));
  }

  function vehicleFilter(): object {
    return {
      ...(chance(0.4) && { search: pick(known.words) }),
      ...(chance(0.3) && { status: some(['DRAFT', 'PUBLISHED', 'SOLD', 'ARCHIVED']) }),
      ...(chance(0.2) && { condition: some(['NEW', 'USED', 'CERTIFIED']) }),
      ...(chance(0.2) && { make: some(known.words) }),
      ...(chance(0.2) && { yearMin: 2015 + below(10) }),
      ...(chance(0.2) && { yearMax: 2015 + below(10) }),
      ...(chance(0.2) && { withoutMedia: chance(0.5) }),
      ...(chance(0.1) && { updatedAfter: '2026-01-01T00:00:00Z' }),
    };
  }

  function mediaFilter(): object {
    return {
      ...(chance(0.4) && { kind: pick(['IMAGE', 'VIDEO']) }),
      ...(chance(0.3) && { status: some(['READY', 'PROCESSING', 'FAILED']) }),
      ...(chance(0.2) && { groupKey: pick(known.tags) }),
      ...(chance(0.2) && { tag: pick(known.tags) }),
    };
  }

  const query = schema.getQueryType();
  const roots = Array.from({ length: chance(0.2) ? 2 : 1 }, () => {
    const field = query?.getFields()[pick(ROOTS)];
    return `r${aliases++}: ${one(field, 0).replace(/^\w+: /, '')}`;
  });
  const declared = definitions.length > 0 ? `(${definitions.join(', ')})` : '';
  return {
    query: `query Q${Math.floor(random() * 1e9)}${declared} { ${roots.join(' ')} } ${fragments.join(' ')}`,
    variables,
  };
}

/** A value as the text of a document has it. */
function literal(value: unknown, type: GraphQLInputType): string {
  const nullable = getNullableType(type);
  if (value === null) return 'null';
  if (isEnumType(nullable)) return String(value);
  if (Array.isArray(value)) {
    const inner = isListType(nullable) ? nullable.ofType : nullable;
    return `[${value.map((each) => literal(each, inner as GraphQLInputType)).join(', ')}]`;
  }
  if (typeof value === 'object') {
    const fields = (
      nullable as { getFields(): Record<string, { type: GraphQLInputType }> }
    ).getFields();
    return `{ ${Object.entries(value)
      .map(([name, each]) => `${name}: ${literal(each, fields[name]?.type as GraphQLInputType)}`)
      .join(', ')} }`;
  }
  return JSON.stringify(value);
}

/** mulberry32 */
function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
