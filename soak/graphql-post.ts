import { Agent, request } from 'node:http';
import type { GraphQLAnswer } from '../test/graphql-client.ts';

export interface GraphQLPost {
  /** Of a server on this machine. */
  port: number;
  token: string;
  query: string;
  variables: Record<string, unknown>;
}

/** A request that its client may give up. */
export interface SentPost {
  /** Null when not all of the reply came. */
  readonly answer: Promise<GraphQLAnswer<unknown> | null>;
  /** Ends the connection, whatever is under way. */
  leave(): void;
}

const keepAlive = new Agent({ keepAlive: true, maxFreeSockets: 1_000 });

/** On one of the connections that are kept: cheap enough for some hundred thousand. */
export function post(message: GraphQLPost): Promise<GraphQLAnswer<unknown> | null> {
  return send(message, keepAlive).answer;
}

/** On a connection of its own, which the reply ends. */
export function postOnce(message: GraphQLPost): SentPost {
  return send(message, false);
}

function send({ port, token, query, variables }: GraphQLPost, agent: Agent | false): SentPost {
  const call = request({
    host: '127.0.0.1',
    port,
    path: '/graphql',
    method: 'POST',
    agent,
    headers: {
      'content-type': 'application/json',
      authorization: `Bearer ${token}`,
      ...(agent === false && { connection: 'close' }),
    },
  });
  const answer = new Promise<GraphQLAnswer<unknown> | null>((resolve) => {
    call.on('error', () => resolve(null));
    call.on('close', () => resolve(null));
    call.on('response', (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
      response.on('error', () => resolve(null));
      response.on('end', () =>
        resolve(response.complete ? (JSON.parse(text) as GraphQLAnswer<unknown>) : null),
      );
    });
  });
  call.end(JSON.stringify({ query, variables }));
  return { answer, leave: () => call.destroy() };
}

/** What a reply says, from its bytes; throws unless they are as many as its head says. */
export function answerOf(reply: Buffer): GraphQLAnswer<unknown> {
  const head = reply.subarray(0, reply.indexOf('\r\n\r\n') + 4);
  const length = /^content-length: (\d+)\r$/im.exec(head.toString())?.[1];
  const body = reply.subarray(head.length);
  if (Number(length) !== body.length) throw new Error(`Not a whole reply: ${reply.toString()}`);
  return JSON.parse(body.toString()) as GraphQLAnswer<unknown>;
}
