import { Kind, parse, validate, type GraphQLSchema } from 'graphql';
import { UserFailure } from '../errors.ts';
import { excessOfDocument, MAX_TOKENS } from './document-size.ts';

/** Of one request. */
export const MAX_AT_ONCE = 50;
/** Fewer than a request may have: thousands of them are kept at once. */
export const MAX_CHARACTERS = 10_000;

/** Throws a {@link UserFailure} for the first text that could not be asked, or that is no query. */
export function checkDocuments(schema: GraphQLSchema, texts: readonly string[]): void {
  if (texts.length < 1 || texts.length > MAX_AT_ONCE)
    throw invalid(`Send 1 to ${MAX_AT_ONCE} documents.`);
  for (const [index, text] of texts.entries()) {
    const problem = problemOf(schema, text);
    if (problem !== null) throw invalid(problem, index);
  }
}

function problemOf(schema: GraphQLSchema, text: string): string | null {
  if (text.length > MAX_CHARACTERS)
    return `A document has at most ${MAX_CHARACTERS} characters. Put values into variables.`;
  try {
    const document = parse(text, { maxTokens: MAX_TOKENS });
    const excess = excessOfDocument(document);
    if (excess !== null) return excess;
    const [error] = validate(schema, document, undefined, { maxErrors: 1 });
    if (error) return error.message;
    const hasOthers = document.definitions.some(
      (definition) =>
        definition.kind === Kind.OPERATION_DEFINITION && definition.operation !== 'query',
    );
    return hasOthers
      ? 'Only queries can be registered. Send mutations and subscriptions as they are.'
      : null;
  } catch (error) {
    return (error as Error).message;
  }
}

function invalid(message: string, index?: number): UserFailure {
  const field = ['input', 'documents', ...(index === undefined ? [] : [String(index)])];
  return new UserFailure('INVALID_INPUT', message, { field });
}
