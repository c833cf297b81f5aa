import {
  GraphQLError,
  getNamedType,
  isIntrospectionType,
  type ASTVisitor,
  type ValidationContext,
} from 'graphql';

/**
 * Refuses to tell the schema. `__type { name }` only says again what it was asked, and clients
 * try a server with it: it is answered.
 */
export function noIntrospection(context: ValidationContext): ASTVisitor {
  return {
    Field(node) {
      const name = node.name.value;
      const parent = context.getParentType();
      const type = getNamedType(context.getType());
      const told =
        parent?.name === '__Type'
          ? name !== 'name' && name !== '__typename'
          : type && isIntrospectionType(type) && name !== '__type';
      if (!told) return;
      const message = `GraphQL introspection has been disabled, but the requested query contained the field "${name}".`;
      context.reportError(new GraphQLError(message, { nodes: node }));
    },
  };
}
