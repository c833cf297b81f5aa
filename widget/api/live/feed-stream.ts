import { ApiError, type ApiErrorCode } from '../api-error.ts';
import type { MediaItem } from '../media-item.ts';

/** One event of `vehicleMediaChanged`, as the document selects it. */
export interface MediaEvent {
  readonly __typename: string;
  readonly cursor: string;
  readonly mediaVersion: number;
  readonly media?: MediaItem | null;
  readonly mediaId?: string;
  readonly order?: readonly string[];
  readonly positions?: readonly number[];
}

export interface FeedRequest {
  readonly document: string;
  readonly variables: { readonly vehicleId: string; readonly after: string | null };
}

export interface FeedSink {
  /** The server has taken the subscription's connection. */
  opened(): void;
  event(event: MediaEvent): void;
}

interface GraphQLProblem {
  readonly message: string;
  readonly extensions?: Record<string, unknown>;
}

const final: readonly string[] = ['FORBIDDEN', 'NOT_FOUND', 'BAD_USER_INPUT'];

/** What the errors of a subscription mean: trying again helps, a new token does, or nothing. */
export function feedError(problems: readonly GraphQLProblem[]): ApiError {
  const code = String(problems[0]?.extensions?.['code']);
  const known = code === 'UNAUTHENTICATED' || final.includes(code);
  return new ApiError(
    known ? (code as ApiErrorCode) : 'SERVER',
    problems[0]?.message ?? 'The feed ended.',
  );
}
