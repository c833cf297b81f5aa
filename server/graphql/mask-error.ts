import { randomUUID } from 'node:crypto';
import { GraphQLError } from 'graphql';
import type { Logger } from 'pino';
import { isUnavailable } from '../db/unavailable.ts';
import { UserFailure } from '../errors.ts';

/**
 * What a client may know of an error: what it caused itself as it is, that
 * the database has no time for it, anything else as a number that the log has too.
 */
export function createMaskError(log: Logger): (error: unknown) => Error {
  return (error) => {
    const located = error instanceof GraphQLError ? error : null;
    const cause = located ? located.originalError : error;
    if (located && (!cause || cause instanceof GraphQLError)) return located;
    const place = {
      ...(located?.nodes && { nodes: located.nodes }),
      ...(located?.path && { path: located.path }),
    };
    if (cause instanceof UserFailure) {
      return new GraphQLError(cause.message, { ...place, extensions: { code: cause.code } });
    }
    if (isUnavailable(cause)) {
      log.warn(
        { err: cause, path: located?.path },
        'a request met a database that is busy or out of reach',
      );
      return new GraphQLError(
        'The server is busy. Send the request again, a mutation with the same idempotency key.',
        {
          ...place,
          extensions: {
            code: 'SERVICE_UNAVAILABLE',
            retryAfterSeconds: 1,
            http: { status: 503, headers: { 'retry-after': '1' } },
          },
        },
      );
    }
    const id = randomUUID();
    log.error({ err: cause, errorId: id, path: located?.path }, 'a request failed');
    return new GraphQLError(
      `Something went wrong on the server. Tell its operator this number: ${id}`,
      {
        ...place,
        extensions: { code: 'INTERNAL_SERVER_ERROR', id },
      },
    );
  };
}
