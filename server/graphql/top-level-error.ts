import { GraphQLError } from 'graphql';

/** Codes of top-level errors: what no payload can tell. */
export type TopLevelCode =
  /** No valid token: log in. */
  | 'UNAUTHENTICATED'
  /** Known, but not allowed to. */
  | 'FORBIDDEN'
  /** Nothing of that id for this viewer; only where there is no payload to say it. */
  | 'NOT_FOUND'
  /** A document, scalar or page size that is not allowed. */
  | 'BAD_USER_INPUT'
  /** A query took too long and was broken off. */
  | 'TIMEOUT';

const STATUS: Partial<Record<TopLevelCode, number>> = {
  UNAUTHENTICATED: 401,
  TIMEOUT: 503,
};

export function topLevelError(code: TopLevelCode, message: string): GraphQLError {
  const status = STATUS[code];
  return new GraphQLError(message, {
    extensions: { code, ...(status && { http: { status } }) },
  });
}
