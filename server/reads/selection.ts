import {
  BREAK,
  getDirectiveValues,
  getArgumentValues,
  getNamedType,
  GraphQLIncludeDirective,
  GraphQLSkipDirective,
  isAbstractType,
  isObjectType,
  Kind,
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLField,
  type GraphQLObjectType,
  type GraphQLSchema,
  type OperationDefinitionNode,
  type SelectionSetNode,
  type ValueNode,
  visit,
} from 'graphql';

export type Variables = Readonly<Record<string, unknown>>;

/** A field as an answer has it: what is asked for twice is here once. */
export interface SelectedField {
  /** Its name in the answer. */
  key: string;
  name: string;
  args(variables: Variables): Record<string, unknown>;
  /** What is asked of it, by the name of each object type that it may be; none for a leaf. */
  of: Readonly<Record<string, readonly SelectedField[]>>;
}

/** The fields of an operation, in the order of the answer; variables decide which are left out. The document is valid. */
export function selectedFields(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
  variables: Variables,
): SelectedField[] {
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const definition of document.definitions)
    if (definition.kind === Kind.FRAGMENT_DEFINITION)
      fragments.set(definition.name.value, definition);

  function isIncluded(node: Parameters<typeof getDirectiveValues>[1]): boolean {
    if (!node.directives?.length) return true;
    return (
      getDirectiveValues(GraphQLSkipDirective, node, variables)?.['if'] !== true &&
      getDirectiveValues(GraphQLIncludeDirective, node, variables)?.['if'] !== false
    );
  }

  function applies(condition: string | undefined, type: GraphQLObjectType): boolean {
    if (condition === undefined || condition === type.name) return true;
    const named = schema.getType(condition);
    return isAbstractType(named) && schema.isSubType(named, type);
  }

  function collect(
    type: GraphQLObjectType,
    { selections }: SelectionSetNode,
    nodes: Map<string, FieldNode[]>,
  ): void {
    for (const selection of selections) {
      if (!isIncluded(selection)) continue;
      if (selection.kind === Kind.FIELD) {
        const key = (selection.alias ?? selection.name).value;
        const known = nodes.get(key);
        if (known) known.push(selection);
        else nodes.set(key, [selection]);
        continue;
      }
      const fragment =
        selection.kind === Kind.FRAGMENT_SPREAD ? fragments.get(selection.name.value) : selection;
      if (fragment && applies(fragment.typeCondition?.name.value, type))
        collect(type, fragment.selectionSet, nodes);
    }
  }

  function fieldsOf(type: GraphQLObjectType, sets: readonly SelectionSetNode[]): SelectedField[] {
    const nodes = new Map<string, FieldNode[]>();
    for (const set of sets) collect(type, set, nodes);
    return Array.from(nodes, ([key, [node, ...others]]) =>
      select(type, key, node as FieldNode, others),
    );
  }

  function select(
    parent: GraphQLObjectType,
    key: string,
    node: FieldNode,
    others: readonly FieldNode[],
  ): SelectedField {
    const name = node.name.value;
    // Those of the schema itself have none.
    const field: GraphQLField<unknown, unknown> | undefined = parent.getFields()[name];
    const sets = [node, ...others].flatMap(({ selectionSet }) => selectionSet ?? []);
    const type = field && getNamedType(field.type);
    const types = isObjectType(type)
      ? [type]
      : isAbstractType(type)
        ? schema.getPossibleTypes(type)
        : [];
    return {
      key,
      name,
      args: argumentsOf(field, node),
      of: Object.fromEntries(types.map((each) => [each.name, fieldsOf(each, sets)])),
    };
  }

  const root = schema.getRootType(operation.operation);
  return root ? fieldsOf(root, [operation.selectionSet]) : [];
}

/** The values of a field's arguments; those that no variable is part of are found once. */
function argumentsOf(
  field: GraphQLField<unknown, unknown> | undefined,
  node: FieldNode,
): SelectedField['args'] {
  if (!field?.args.length) return () => NONE;
  if (node.arguments?.some(({ value }) => hasVariable(value)))
    return (variables) => getArgumentValues(field, node, variables);
  let values: Record<string, unknown> | undefined;
  return () => (values ??= getArgumentValues(field, node));
}

const NONE: Record<string, unknown> = {};

function hasVariable(value: ValueNode): boolean {
  let found = false;
  visit(value, {
    Variable: () => {
      found = true;
      return BREAK;
    },
  });
  return found;
}
