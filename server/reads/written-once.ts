import { Kind, visit, type DocumentNode } from 'graphql';
import { may } from '../accounts/rights.ts';
import { createSecondChance } from '../second-chance.ts';
import type { Variables } from './selection.ts';
import { OpenVariable, type Asked, type Audience } from './statement.ts';

/** As many as statements are prepared. */
const LIMIT = 500;
const MAX_KEY_LENGTH = 1_000;

/** Arguments that statements take as values alone. They differ from page to page. */
const OPEN_ARGUMENTS: Readonly<Record<string, readonly string[]>> = {
  vehicle: ['id', 'vin', 'stockNumber'],
  vehicles: ['after', 'before'],
  media: ['after'],
};

/** The variables of a document that are such arguments wherever they are used. */
export function openVariables(document: DocumentNode): string[] {
  const uses = new Map<string, number>();
  const count = (name: string, by: number) => uses.set(name, (uses.get(name) ?? 0) + by);
  const open = new Set<string>();
  visit(document, {
    VariableDefinition: () => false,
    Variable: ({ name }) => void count(name.value, 1),
    Field: ({ name: field, arguments: args }) => {
      for (const { name, value } of args ?? []) {
        if (value.kind !== Kind.VARIABLE) continue;
        if (!OPEN_ARGUMENTS[field.value]?.includes(name.value)) continue;
        open.add(value.name.value);
        count(value.name.value, -1);
      }
    },
  });
  return [...open].filter((name) => uses.get(name) === 0);
}

/** What is written may depend on this alone. */
export interface Given {
  readonly audience: Audience;
  readonly variables: Variables;
}

/** Keeps what was written for operations: once for all who ask alike. */
export function createWrittenOnce<Written>() {
  const kept = createSecondChance<Written>(LIMIT);

  return (
    operation: number,
    open: readonly string[],
    asked: Asked,
    write: (given: Given) => Written,
  ): Written => {
    const given = givenOf(open, asked);
    const { audience, variables } = given;
    const key = `${operation} ${audience.kind} ${audience.reads} ${JSON.stringify(variables)}`;
    const known = kept.find(key);
    if (known !== undefined) return known;
    const written = write(given);
    if (key.length <= MAX_KEY_LENGTH) kept.keep(key, written);
    return written;
  };
}

function givenOf(open: readonly string[], { variables, viewer }: Asked): Given {
  const audience = { kind: viewer.kind, reads: may(viewer, 'read') };
  if (open.length === 0) return { audience, variables };
  const closed: Record<string, unknown> = { ...variables };
  for (const name of open) if (closed[name] != null) closed[name] = new OpenVariable(name);
  return { audience, variables: closed };
}
