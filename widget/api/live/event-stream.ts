import { createRequest, makeOperation } from '@urql/core';
import { makeFetchBody, makeFetchOptions, makeFetchSource } from '@urql/core/internal';
import { onEnd, pipe, subscribe } from 'wonka';
import type { ApiClient } from '../api-client.ts';
import { ApiError } from '../api-error.ts';
import { type FeedRequest, type FeedSink, feedError, type MediaEvent } from './feed-stream.ts';

/** Milliseconds without a byte after which a stream counts as lost; the server sends a comment every 12 s. */
const silenceLimit = 40_000;

/**
 * One subscription over server-sent events, where WebSockets do not get
 * through. Resolves when the server completes it.
 *
 * @throws ApiError
 */
export async function eventStream(
  client: ApiClient,
  request: FeedRequest,
  sink: FeedSink,
  signal: AbortSignal,
): Promise<void> {
  const headers = await client.headers();
  if (signal.aborted) return;
  const lost = new AbortController();
  const operation = makeOperation(
    'subscription',
    createRequest(request.document, { ...request.variables }),
    {
      url: client.endpoint,
      requestPolicy: 'network-only',
      preferGetMethod: false,
      fetchOptions: { headers, credentials: 'omit' },
      fetch: async (input, init) => {
        // `AbortSignal.any` is newer than what else is needed here.
        for (const other of [signal, init?.signal]) {
          other?.addEventListener('abort', () => lost.abort(other.reason), { signal: lost.signal });
        }
        const response = await fetch(input, { ...init, signal: lost.signal });
        const streams = response.headers.get('content-type')?.startsWith('text/event-stream');
        if (!streams || !response.body) return response;
        sink.opened();
        return new Response(response.body.pipeThrough(watchSilence(() => lost.abort())), response);
      },
    },
  );
  await new Promise<void>((resolve, reject) => {
    const { unsubscribe } = pipe(
      makeFetchSource(
        operation,
        client.endpoint,
        makeFetchOptions(operation, makeFetchBody(operation)),
      ),
      onEnd(resolve),
      subscribe(({ data, error }) => {
        if (error) {
          reject(
            error.networkError || error.graphQLErrors.length === 0
              ? new ApiError('NETWORK', 'The connection was lost.', { cause: error })
              : feedError(error.graphQLErrors),
          );
        } else if (data && !signal.aborted) {
          sink.event((data as { vehicleMediaChanged: MediaEvent }).vehicleMediaChanged);
        }
      }),
    );
    signal.addEventListener(
      'abort',
      () => {
        unsubscribe();
        resolve();
      },
      { once: true },
    );
  });
}

function watchSilence(onsilence: () => void): TransformStream<Uint8Array, Uint8Array> {
  let timer: ReturnType<typeof setTimeout>;
  const restart = (): void => {
    clearTimeout(timer);
    timer = setTimeout(onsilence, silenceLimit);
  };
  return new TransformStream({
    start: restart,
    transform(chunk, controller) {
      restart();
      controller.enqueue(chunk);
    },
    flush: () => clearTimeout(timer),
  });
}
