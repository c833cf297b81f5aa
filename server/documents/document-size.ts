import {
  Kind,
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql';

/** Of a document that a request brings. */
export const MAX_TOKENS = 2_000;
/** Documents are cached, whole; what is long goes into variables. */
export const MAX_DOCUMENT_CHARACTERS = 50_000;
const MAX_OPERATIONS = 20;
const MAX_FRAGMENTS = 50;
/** Fields and fragments of an operation, once its fragments are unfolded. */
const MAX_SELECTIONS = 1_000;
/** Also those of `__typename`. */
const MAX_ALIASES = 50;
const MAX_DIRECTIVES = 50;
const MAX_DEPTH = 15;

/** Of a selection with everything below it, its fragments unfolded. */
interface Size {
  selections: number;
  aliases: number;
  directives: number;
  depth: number;
}

const NOTHING: Size = { selections: 0, aliases: 0, directives: 0, depth: 0 };

const FOUND = new WeakMap<DocumentNode, string | null>();

/**
 * Why a document is too large to be validated, or null. Each fragment is
 * measured once, however often it is spread, so that a short document which
 * unfolds to a large one costs no more than its text.
 */
export function excessOfDocument(document: DocumentNode): string | null {
  let excess = FOUND.get(document);
  if (excess === undefined) FOUND.set(document, (excess = measure(document)));
  return excess;
}

function measure({ definitions }: DocumentNode): string | null {
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const definition of definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION)
      fragments.set(definition.name.value, definition);
  }
  const operations = definitions.filter(({ kind }) => kind === Kind.OPERATION_DEFINITION);
  if (operations.length > MAX_OPERATIONS) {
    return `A document has at most ${MAX_OPERATIONS} operations.`;
  }
  if (definitions.length - operations.length > MAX_FRAGMENTS) {
    return `A document has at most ${MAX_FRAGMENTS} fragments.`;
  }

  const measured = new Map<string, Size>();

  function sizeOfFragment(name: string): Size {
    const known = measured.get(name);
    if (known) return known;
    const fragment = fragments.get(name);
    // One that contains itself is left to the validation, which refuses it.
    measured.set(name, NOTHING);
    const size = fragment
      ? plus(sizeOfSet(fragment.selectionSet), { directives: fragment.directives?.length ?? 0 })
      : NOTHING;
    measured.set(name, size);
    return size;
  }

  function sizeOf(selection: SelectionNode): Size {
    const own = { selections: 1, directives: selection.directives?.length ?? 0 };
    if (selection.kind === Kind.FRAGMENT_SPREAD) {
      return plus(sizeOfFragment(selection.name.value), own);
    }
    const inner = selection.selectionSet ? sizeOfSet(selection.selectionSet) : NOTHING;
    if (selection.kind === Kind.INLINE_FRAGMENT) return plus(inner, own);
    return {
      ...plus(inner, { ...own, aliases: selection.alias ? 1 : 0 }),
      depth: isIntrospection(selection) ? 1 : inner.depth + 1,
    };
  }

  function sizeOfSet({ selections }: SelectionSetNode): Size {
    return selections
      .map(sizeOf)
      .reduce(
        (sum, size) => ({ ...plus(sum, size), depth: Math.max(sum.depth, size.depth) }),
        NOTHING,
      );
  }

  // What no operation uses is validated all the same.
  for (const definition of definitions) {
    if (!('selectionSet' in definition)) continue;
    const size = plus(sizeOfSet(definition.selectionSet), {
      directives: definition.directives?.length ?? 0,
    });
    if (size.depth > MAX_DEPTH) return `Nest at most ${MAX_DEPTH} fields.`;
    if (size.selections > MAX_SELECTIONS) {
      return `Select at most ${MAX_SELECTIONS} fields, those of fragments each time they are spread.`;
    }
    if (size.aliases > MAX_ALIASES) return `Use at most ${MAX_ALIASES} aliases.`;
    if (size.directives > MAX_DIRECTIVES) return `Use at most ${MAX_DIRECTIVES} directives.`;
  }
  return null;
}

/** How deep it goes is limited by graphql-js. */
function isIntrospection({ name }: FieldNode): boolean {
  return name.value === '__schema' || name.value === '__type';
}

function plus(size: Size, more: Partial<Size>): Size {
  return {
    selections: size.selections + (more.selections ?? 0),
    aliases: size.aliases + (more.aliases ?? 0),
    directives: size.directives + (more.directives ?? 0),
    depth: size.depth,
  };
}
