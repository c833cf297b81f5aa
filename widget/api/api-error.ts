export type ApiErrorCode =
  /** No answer: offline, blocked by CORS or a firewall, or the server is down. */
  | 'NETWORK'
  /** An answer that is not GraphQL, such as a proxy's error page. */
  | 'BAD_RESPONSE'
  /** The token or key is missing, unknown or past its time. */
  | 'UNAUTHENTICATED'
  /** Known, and not allowed to do this. */
  | 'FORBIDDEN'
  /** No such vehicle for this viewer. */
  | 'NOT_FOUND'
  /** The element lacks an attribute it needs. */
  | 'SETUP'
  /** What `src` names is no manifest; the message says where it is wrong. */
  | 'BAD_MANIFEST'
  /** The server refused the document or its variables. */
  | 'BAD_USER_INPUT'
  /** Too many requests; `retryAfterSeconds` says when to come back. */
  | 'RATE_LIMITED'
  /** Anything the server keeps to itself. */
  | 'SERVER';

/** What went wrong between the element and the API. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly code: ApiErrorCode;
  /** Whether the same request may succeed later. */
  readonly retryable: boolean;
  readonly retryAfterSeconds: number | null;

  constructor(
    code: ApiErrorCode,
    message: string,
    options: { retryAfterSeconds?: number | null; cause?: unknown } = {},
  ) {
    super(message, { cause: options.cause });
    this.code = code;
    this.retryable = ['NETWORK', 'BAD_RESPONSE', 'RATE_LIMITED', 'SERVER'].includes(code);
    this.retryAfterSeconds = options.retryAfterSeconds ?? null;
  }
}
