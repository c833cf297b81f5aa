import { createSourceEventStream, type ExecutionArgs, type ExecutionResult } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import type { Sink } from '../events/sink.ts';
import { MediaSubscription, type Connected } from '../events/subscription.ts';
import type { EventFrame } from './event-frame.ts';
import { createEventRenderings } from './event-rendering.ts';

/** A subscription that was granted. Nothing of it runs before it has a socket. */
export interface LiveStream {
  connect(sink: Sink<EventFrame>): Connected;
}

/**
 * Takes subscriptions out of the path of single answers once every check has let
 * them pass: what GraphQL iterates, a transport connects to its socket instead.
 */
export interface LiveStreams {
  /** The last of the plugins that may refuse an operation. */
  plugin: Plugin;
  /** Of an operation over WebSocket, by its context; null when it is none. */
  ofContext(context: object): LiveStream | null;
  /** Of a response that is to be sent as events; null when it is none. */
  ofResponse(response: object): LiveStream | null;
}

const EVENT_STREAM_HEADERS = {
  'content-type': 'text/event-stream',
  connection: 'keep-alive',
  'cache-control': 'no-cache',
  'content-encoding': 'none',
};

export function createLiveStreams(maskError: (error: unknown) => Error): LiveStreams {
  const renderings = createEventRenderings(maskError);
  /** By the request or, over WebSocket, the context; then by the response. */
  const streams = new WeakMap<object, LiveStream>();

  async function subscribe(args: ExecutionArgs): Promise<ExecutionResult | AsyncIterable<unknown>> {
    const source = await createSourceEventStream(args);
    if (source instanceof MediaSubscription) {
      const context = args.contextValue as { request?: object };
      const rendering = renderings.of(args);
      streams.set(context.request ?? context, {
        connect: (sink) => source.connect(rendering, sink),
      });
    }
    return source;
  }

  return {
    plugin: {
      onSubscribe: ({ setSubscribeFn }) => setSubscribeFn(subscribe),
      onResultProcess({ request, resultProcessor, setResultProcessor }) {
        const stream = streams.get(request);
        if (!stream || !resultProcessor) return;
        setResultProcessor((_, { Response }) => {
          const response = new Response(null, { headers: EVENT_STREAM_HEADERS });
          streams.set(response, stream);
          return response;
        }, EVENT_STREAM_HEADERS['content-type']);
      },
    },
    ofContext: (context) => streams.get(context) ?? null,
    ofResponse: (response) => streams.get(response) ?? null,
  };
}
