import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { ApiClient, type Credentials } from './api-client.ts';
import type { ApiError } from './api-error.ts';

const servers: Server[] = [];

afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

async function clientOf(
  answer: RequestListener,
  credentials: Partial<Credentials> = {},
  refused = () => {},
): Promise<ApiClient> {
  const listening = createServer(answer);
  servers.push(listening);
  await new Promise<void>((resolve) => listening.listen(0, '127.0.0.1', resolve));
  const { port } = listening.address() as AddressInfo;
  return new ApiClient(
    {
      endpoint: `http://127.0.0.1:${port}/graphql`,
      embedKey: null,
      token: null,
      tokenProvider: null,
      ...credentials,
    },
    refused,
  );
}

const json =
  (status: number, body: unknown, headers = {}): RequestListener =>
  (_request, response) => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers });
    response.end(JSON.stringify(body));
  };

const failure = (client: ApiClient, signal?: AbortSignal): Promise<ApiError> =>
  client.request('{ a }', {}, signal).then(
    () => Promise.reject(new Error('It succeeded.')),
    (error: ApiError) => error,
  );

describe('ApiClient', () => {
  it('posts JSON and returns the data', async () => {
    let sent = '';
    const client = await clientOf((request, response) => {
      request.on('data', (chunk: Buffer) => (sent += chunk.toString()));
      request.on('end', () => json(200, { data: { a: 1 } })(request, response));
    });
    expect(await client.request('{ a }', { b: 2 })).toEqual({ a: 1 });
    expect(JSON.parse(sent)).toEqual({ query: '{ a }', variables: { b: 2 } });
  });

  it('sends a query that caches may answer as a GET, but with a token as a POST', async () => {
    const sent: (string | undefined)[] = [];
    const answer: RequestListener = (request, response) => {
      sent.push(`${request.method} ${request.url}`);
      json(200, { data: {} })(request, response);
    };
    const read = (client: ApiClient) => client.request('{ a }', { b: 2 }, undefined, 'default');
    await read(await clientOf(answer, { embedKey: 'pk_1' }));
    await read(await clientOf(answer, { tokenProvider: () => null }));
    await read(await clientOf(answer, { token: 'secret', embedKey: 'pk_1' }));
    expect(sent).toEqual([
      'GET /graphql?query=%7B+a+%7D&variables=%7B%22b%22%3A2%7D&key=pk_1',
      'GET /graphql?query=%7B+a+%7D&variables=%7B%22b%22%3A2%7D',
      'POST /graphql',
    ]);
  });

  it.each([
    ['FORBIDDEN', 200, 'FORBIDDEN', false],
    ['BAD_USER_INPUT', 400, 'BAD_USER_INPUT', false],
    ['INTERNAL_SERVER_ERROR', 200, 'SERVER', true],
  ] as const)('calls %s by its name', async (code, status, expected, retryable) => {
    const client = await clientOf(
      json(status, { errors: [{ message: 'No.', extensions: { code } }] }),
    );
    expect(await failure(client)).toMatchObject({ code: expected, message: 'No.', retryable });
  });

  it('says how long to wait when there were too many requests', async () => {
    const client = await clientOf(json(429, 'slow down', { 'retry-after': '7' }));
    expect(await failure(client)).toMatchObject({ code: 'RATE_LIMITED', retryAfterSeconds: 7 });
  });

  it('tells a page in between from no answer at all', async () => {
    const client = await clientOf((_request, response) => response.end('<h1>Proxy</h1>'));
    expect(await failure(client)).toMatchObject({ code: 'BAD_RESPONSE' });
    const gone = await clientOf((request) => request.socket.destroy());
    expect(await failure(gone)).toMatchObject({ code: 'NETWORK', retryable: true });
  });

  it('ends with the reason of the signal', async () => {
    const client = await clientOf(() => {});
    const signal = AbortSignal.timeout(1);
    expect(await failure(client, signal)).toBe(signal.reason);
  });

  it('asks the provider again, once, when its token is refused', async () => {
    const seen: (string | undefined)[] = [];
    const tokens = ['old', 'new'];
    let refusals = 0;
    const client = await clientOf(
      (request, response) => {
        seen.push(request.headers.authorization);
        const fine = request.headers.authorization === 'Bearer new';
        json(
          200,
          fine
            ? { data: {} }
            : { errors: [{ message: 'No.', extensions: { code: 'UNAUTHENTICATED' } }] },
        )(request, response);
      },
      { tokenProvider: () => Promise.resolve(tokens.shift() ?? 'spent') },
      () => (refusals += 1),
    );
    await client.request('{ a }', {});
    await client.request('{ a }', {});
    expect(seen).toEqual(['Bearer old', 'Bearer new', 'Bearer new']);
    expect(refusals).toBe(1);
  });

  it('does not ask twice with the same token', async () => {
    let asked = 0;
    const client = await clientOf(
      (request, response) => {
        asked += 1;
        json(401, { errors: [{ message: 'No.' }] })(request, response);
      },
      { token: 'same' },
    );
    expect(await failure(client)).toMatchObject({ code: 'UNAUTHENTICATED' });
    expect(asked).toBe(1);
  });
});
