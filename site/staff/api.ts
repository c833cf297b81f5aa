/** Why an answer did not come. */
export type ApiFailureCode =
  /** Nobody is logged in, or the token is past its time. */
  | 'UNAUTHENTICATED'
  /** Logged in, but this role may not do it. */
  | 'FORBIDDEN'
  /** Too many requests. */
  | 'RATE_LIMITED'
  /** Something that was sent is not of its type: a control character, or a number out of range. */
  | 'BAD_USER_INPUT'
  /** The server was not reached. */
  | 'OFFLINE'
  /** The server answered with something else than data. */
  | 'SERVER';

const MESSAGES: Readonly<Record<ApiFailureCode, string>> = {
  UNAUTHENTICATED: 'Please log in again.',
  FORBIDDEN: 'Your account is not allowed to do this.',
  RATE_LIMITED: 'Too many requests at once. Wait a moment and try again.',
  BAD_USER_INPUT: 'Something typed here cannot be used. Check for odd characters or huge numbers.',
  OFFLINE: 'The server cannot be reached. Check your connection and try again.',
  SERVER: 'Something went wrong on the server. Try again in a moment.',
};

export class ApiFailure extends Error {
  override readonly name = 'ApiFailure';
  readonly code: ApiFailureCode;

  constructor(code: ApiFailureCode, options?: ErrorOptions) {
    super(MESSAGES[code], options);
    this.code = code;
  }
}

export interface ApiRequest {
  token: string | null;
  signal?: AbortSignal;
}

interface Answer {
  data?: unknown;
  errors?: { extensions?: { code?: string } }[];
}

const CODES = new Set<string>(['UNAUTHENTICATED', 'FORBIDDEN', 'RATE_LIMITED', 'BAD_USER_INPUT']);

/**
 * Sends one document to `/graphql` and resolves to its data. Rejects with an
 * `ApiFailure`, or with the signal's reason when it was aborted.
 */
export async function askApi<Data>(
  document: string,
  variables: Record<string, unknown>,
  { token, signal }: ApiRequest,
): Promise<Data> {
  const response = await fetch('/graphql', {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'application/graphql-response+json, application/json',
      ...(token === null ? {} : { authorization: `Bearer ${token}` }),
    },
    body: JSON.stringify({ query: document, variables }),
    signal,
  }).catch((cause: unknown) => {
    signal?.throwIfAborted();
    throw new ApiFailure('OFFLINE', { cause });
  });
  if (response.status === 401) throw new ApiFailure('UNAUTHENTICATED');
  if (response.status === 429) throw new ApiFailure('RATE_LIMITED');
  const answer = await response.json().catch((cause: unknown) => {
    signal?.throwIfAborted();
    throw new ApiFailure('SERVER', { cause });
  });
  const { data, errors } = answer as Answer;
  const code = errors?.map((error) => error.extensions?.code ?? '').find((item) => CODES.has(item));
  if (code !== undefined) throw new ApiFailure(code as ApiFailureCode);
  if (errors?.length || data === undefined || data === null) throw new ApiFailure('SERVER');
  return data as Data;
}
