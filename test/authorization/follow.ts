import type { TestServer } from '../server.ts';
import type { Answer } from './world.ts';

/**
 * The first thing that a subscription says: an error, or, to an `after` that is
 * no cursor, that the stream begins anew.
 */
export async function firstEvents(
  { url }: TestServer,
  headers: Record<string, string>,
  query: string,
  variables: Record<string, unknown>,
): Promise<Answer> {
  const cut = new AbortController();
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'text/event-stream', ...headers },
    body: JSON.stringify({ query, variables }),
    signal: cut.signal,
  });
  let text = '';
  try {
    for await (const chunk of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
      text += chunk;
      const event = /^data: ?(\{.*\})$/m.exec(text)?.[1];
      if (event) return JSON.parse(event) as Answer;
    }
  } finally {
    cut.abort();
  }
  return JSON.parse(text) as Answer;
}
