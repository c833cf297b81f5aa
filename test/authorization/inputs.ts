import {
  getNamedType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  type GraphQLArgument,
  type GraphQLField,
  type GraphQLInputField,
  type GraphQLInputType,
} from 'graphql';
import { COMPANIONS, NAMES, VALUES, type Given, type TargetKind } from './expectations.ts';

/** One place of a field's arguments that names something: what the matrix puts targets into. */
export interface Position {
  /** Such as `input.vehicleId`. */
  path: string;
  kind: TargetKind;
}

type Slot = Pick<GraphQLArgument | GraphQLInputField, 'name' | 'type'>;

/** Where the arguments of a field name things, in the order of the schema. Throws for what nobody has classified. */
export function positionsOf(field: GraphQLField<unknown, unknown>): Position[] {
  return field.args.flatMap((arg) => positionsIn(field.name, arg, arg.name));
}

function positionsIn(field: string, slot: Slot, path: string): Position[] {
  const type = getNamedType(slot.type);
  if (isInputObjectType(type)) {
    return Object.values(type.getFields()).flatMap((inner) =>
      positionsIn(field, inner, `${path}.${inner.name}`),
    );
  }
  const kinds = NAMES[`${field}.${path}`] ?? NAMES[slot.name];
  if (kinds === undefined) {
    if (type.name !== 'ID') return [];
    throw new Error(`Say in test/authorization/expectations.ts what ${field}.${path} names`);
  }
  return kinds.map((kind) => ({ path, kind }));
}

/** The arguments of a field, with a target at one position and what the viewer owns at the others that are required. */
export function argumentsFor(
  field: GraphQLField<unknown, unknown>,
  position: Position | null,
  target: string,
  own: (kind: TargetKind) => string,
  given: Given,
): Record<string, unknown> {
  const build = (slot: Slot, path: string): unknown => {
    const at = position?.path === path;
    const inside = position?.path.startsWith(`${path}.`) ?? false;
    const said = VALUES[`${field.name}.${path}`] ?? VALUES[slot.name];
    const named = NAMES[`${field.name}.${path}`] ?? NAMES[slot.name];
    if (at) return wrap(slot.type, target);
    const companion = COMPANIONS[`${field.name}.${position?.path}`];
    if (named?.[0] && companion === `${field.name}.${path}`) return wrap(slot.type, own(named[0]));
    if (!inside && !isNonNullType(slot.type) && said === undefined) return undefined;
    const type = getNamedType(slot.type);
    if (isInputObjectType(type)) {
      const entries = Object.values(type.getFields())
        .map((inner) => [inner.name, build(inner, `${path}.${inner.name}`)] as const)
        .filter(([, value]) => value !== undefined);
      return wrap(slot.type, Object.fromEntries(entries));
    }
    if (named?.[0] && isNonNullType(slot.type)) return wrap(slot.type, own(named[0]));
    if (said !== undefined) return said(given);
    if (named) return undefined;
    return wrap(slot.type, isEnumType(type) ? type.getValues()[0]?.name : plain(type.name));
  };
  const entries = field.args
    .map((arg) => [arg.name, build(arg, arg.name)] as const)
    .filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries);
}

function wrap(type: GraphQLInputType, value: unknown): unknown {
  const nullable = isNonNullType(type) ? type.ofType : type;
  return isListType(nullable) ? [value] : value;
}

function plain(type: string): unknown {
  switch (type) {
    case 'Int':
    case 'ByteSize':
      return 1;
    case 'Boolean':
      return false;
    case 'DateTime':
      return '2030-01-01T00:00:00.000Z';
    case 'Sha256':
      return 'a'.repeat(64);
    default:
      return 'words';
  }
}
