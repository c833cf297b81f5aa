import { createClient } from 'graphql-ws';
import type { ApiClient } from '../api-client.ts';
import { ApiError } from '../api-error.ts';
import { type FeedRequest, type FeedSink, feedError, type MediaEvent } from './feed-stream.ts';

/** Milliseconds between pings, and how long an answer may take: a silent peer is noticed within both together. */
const keepAlive = 12_000;
const pongTimeout = 5_000;

/**
 * One subscription over one WebSocket. Resolves when the server completes it.
 *
 * @throws ApiError
 */
export async function webSocketStream(
  client: ApiClient,
  request: FeedRequest,
  sink: FeedSink,
  signal: AbortSignal,
): Promise<void> {
  let silence: ReturnType<typeof setTimeout> | undefined;
  const socket = createClient({
    url: client.endpoint.replace(/^http/, 'ws'),
    connectionParams: async () => {
      const token = await client.token();
      return token ? { token } : { embedKey: client.embedKey };
    },
    retryAttempts: 0,
    keepAlive,
    connectionAckWaitTimeout: 10_000,
    on: {
      connected: () => sink.opened(),
      ping: (received) => {
        if (!received) silence = setTimeout(() => socket.terminate(), pongTimeout);
      },
      pong: (received) => {
        if (received) clearTimeout(silence);
      },
    },
  });
  try {
    await new Promise<void>((resolve, reject) => {
      signal.addEventListener('abort', () => resolve(), { once: true });
      socket.subscribe<{ vehicleMediaChanged: MediaEvent }>(
        { query: request.document, variables: { ...request.variables } },
        {
          next: ({ data, errors }) => {
            if (errors) reject(feedError(errors));
            else if (data && !signal.aborted) sink.event(data.vehicleMediaChanged);
          },
          error: (error) => reject(closeError(error)),
          complete: resolve,
        },
      );
    });
  } finally {
    clearTimeout(silence);
    void socket.dispose();
  }
}

function closeError(error: unknown): ApiError {
  if (Array.isArray(error)) return feedError(error);
  const code = (error as { code?: unknown } | null)?.code;
  // 4401 and 4403 are how graphql-transport-ws refuses credentials.
  return code === 4401 || code === 4403
    ? new ApiError('UNAUTHENTICATED', 'The feed refused the token or key.')
    : new ApiError('NETWORK', 'The connection was lost.', { cause: error });
}
