import { ApiError, type ApiErrorCode } from './api-error.ts';

/** Whom the element speaks for. Read anew for every request. */
export interface Credentials {
  /** URL, absolute or relative to `baseURI`. */
  readonly endpoint: string;
  readonly baseURI?: string;
  readonly embedKey: string | null;
  readonly token: string | null;
  /** Asked instead of `token`, and again when the server refuses what it gave. */
  readonly tokenProvider: (() => Promise<string | null> | string | null) | null;
}

interface GraphQLAnswer<T> {
  data?: T | null;
  errors?: readonly {
    message: string;
    extensions?: { code?: string; retryAfterSeconds?: number };
  }[];
}

const statusCodes: Readonly<Record<number, ApiErrorCode>> = {
  401: 'UNAUTHENTICATED',
  403: 'FORBIDDEN',
  429: 'RATE_LIMITED',
};

const knownCodes: readonly string[] = [
  'UNAUTHENTICATED',
  'FORBIDDEN',
  'BAD_USER_INPUT',
  'RATE_LIMITED',
];

/** GraphQL over plain fetch, with the element's credentials and typed errors. */
export class ApiClient {
  #credentials: Credentials;
  #onTokenRefused: () => void;
  /** What the provider gave, until the server refuses it. */
  #provided: string | null = null;

  constructor(credentials: Credentials, onTokenRefused: () => void) {
    this.#credentials = credentials;
    this.#onTokenRefused = onTokenRefused;
  }

  /** Absolute URL. */
  get endpoint(): string {
    const { endpoint, baseURI } = this.#credentials;
    return new URL(endpoint, baseURI).href;
  }

  get embedKey(): string | null {
    return this.#credentials.embedKey;
  }

  async token(): Promise<string | null> {
    const { token, tokenProvider } = this.#credentials;
    if (!tokenProvider) return token;
    return (this.#provided ??= await tokenProvider());
  }

  /** Has the page know, and the provider asked again next time. */
  refuseToken(): void {
    this.#provided = null;
    this.#onTokenRefused();
  }

  /** A token alone: with an embed key beside it, whoever has it would only look. */
  async headers(): Promise<Record<string, string>> {
    const { embedKey } = this;
    const token = await this.token();
    if (token) return { authorization: `Bearer ${token}` };
    return embedKey ? { 'x-embed-key': embedKey } : {};
  }

  /**
   * Sends one operation and returns its data. With `cache`, a query of whoever
   * has no token travels as a plain GET: no browser asks leave for it first,
   * and caches may answer it.
   *
   * @throws ApiError; AbortError when `signal` fires.
   */
  async request<T>(
    document: string,
    variables: object,
    signal?: AbortSignal,
    cache?: RequestCache,
  ): Promise<T> {
    try {
      return await this.#send<T>(document, variables, signal, cache);
    } catch (error) {
      if (!(error instanceof ApiError) || error.code !== 'UNAUTHENTICATED') throw error;
      const refused = await this.token();
      this.refuseToken();
      if (!this.#credentials.tokenProvider || (await this.token()) === refused) throw error;
      return this.#send<T>(document, variables, signal);
    }
  }

  async #send<T>(
    document: string,
    variables: object,
    signal?: AbortSignal,
    cache?: RequestCache,
  ): Promise<T> {
    const url = new URL(this.endpoint);
    const accept = 'application/graphql-response+json, application/json';
    const headers = await this.headers();
    let init: RequestInit = {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept, ...headers },
      body: JSON.stringify({ query: document, variables }),
    };
    if (cache && !headers['authorization']) {
      init = { headers: { accept }, cache };
      const search = { query: document, variables: JSON.stringify(variables), key: this.embedKey };
      for (const [name, value] of Object.entries(search)) {
        if (value) url.searchParams.set(name, value);
      }
    }
    let response: Response;
    try {
      response = await fetch(url, { ...init, credentials: 'omit', signal });
    } catch (cause) {
      if (signal?.aborted) throw signal.reason;
      throw new ApiError('NETWORK', 'The server did not answer.', { cause });
    }
    const answer = (await response.json().catch((): null => null)) as GraphQLAnswer<T> | null;
    if (signal?.aborted) throw signal.reason;
    const problem = answer?.errors?.[0];
    if (answer?.data && !problem) return answer.data;
    const code = problem?.extensions?.code ?? '';
    throw new ApiError(
      knownCodes.includes(code)
        ? (code as ApiErrorCode)
        : (statusCodes[response.status] ?? (problem ? 'SERVER' : 'BAD_RESPONSE')),
      problem?.message ?? `The server answered ${response.status} without GraphQL.`,
      {
        retryAfterSeconds:
          problem?.extensions?.retryAfterSeconds ??
          (Number(response.headers.get('retry-after')) || null),
      },
    );
  }
}
