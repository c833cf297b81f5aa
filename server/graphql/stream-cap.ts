import type { IncomingMessage, ServerResponse } from 'node:http';
import { GraphQLError } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import type { Context } from '../context.ts';
import type { DeadPeers } from '../http/dead-peers.ts';
import type { OpenStreams } from '../http/open-streams.ts';

const RETRY_AFTER_SECONDS = 60;

/** Counts what is a stream, however it was asked for, and frees those whose peer is gone. A WebSocket is counted when it opens. */
export function useStreamCap(parts: {
  openStreams: OpenStreams;
  deadPeers: DeadPeers;
}): Plugin<Context> {
  return {
    onSubscribe({ args, setResultAndStopExecution }) {
      const { address, req, res, connectionParams } = args.contextValue as unknown as Context & {
        req?: IncomingMessage;
        res?: ServerResponse;
        connectionParams?: object;
      };
      if (!req || !res || connectionParams) return;
      const leave = parts.openStreams.enter(address);
      if (!leave) {
        setResultAndStopExecution({ errors: [tooMany()] });
        return;
      }
      // Who has left meanwhile leaves once more.
      if (res.closed) leave();
      else res.once('close', leave);
      parts.deadPeers.watch(req.socket);
    },
  };
}

function tooMany(): GraphQLError {
  return new GraphQLError(
    'Too many streams are open from this address. Close some, or come back later.',
    {
      extensions: {
        code: 'RATE_LIMITED',
        retryAfterSeconds: RETRY_AFTER_SECONDS,
        http: { status: 429, headers: { 'retry-after': String(RETRY_AFTER_SECONDS) } },
      },
    },
  );
}
