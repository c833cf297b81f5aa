import { noteSecrets } from './secret-watch.ts';

export interface GraphQLAnswer<Data> {
  data?: Data | null;
  errors?: { message: string; path?: (string | number)[]; extensions?: { code?: string } }[];
}

/** A plain client over HTTP: what any program would send. */
export class GraphQLClient {
  readonly endpoint: string;
  readonly #headers: Record<string, string>;

  constructor(url: string, token?: string) {
    this.endpoint = `${url}/graphql`;
    this.#headers = {
      'content-type': 'application/json',
      ...(token && { authorization: `Bearer ${token}` }),
    };
  }

  async send<Data>(
    query: string,
    variables?: Record<string, unknown>,
  ): Promise<GraphQLAnswer<Data>> {
    noteSecrets(variables);
    noteSecrets(this.#headers);
    const response = await fetch(this.endpoint, {
      method: 'POST',
      headers: this.#headers,
      body: JSON.stringify({ query, variables }),
    });
    const answer = (await response.json()) as GraphQLAnswer<Data>;
    noteSecrets(answer.data);
    return answer;
  }

  /** The data of an answer without errors. */
  async expect<Data>(query: string, variables?: Record<string, unknown>): Promise<Data> {
    const { data, errors } = await this.send<Data>(query, variables);
    if (errors || !data) throw new Error(`The server answered ${JSON.stringify(errors)}`);
    return data;
  }
}
