import type { TestServer } from '../server.ts';
import type { Answer } from './world.ts';

/**
 * The first thing that a subscription says: an error, or, to an `after` that is
 * no cursor, that the stream begins anew.
 */
export async function firstEvents(
  server: TestServer,
  headers: Record<string, string>,
  query: string,
  variables: Record<string, unknown>,
): Promise<Answer> {
  const whole = (text: string): string | undefined => /^data: ?(\{.*\})$/m.exec(text)?.[1];
  const text = await follow(server, headers, query, variables, (said) => whole(said) !== undefined);
  return JSON.parse(whole(text) ?? text) as Answer;
}

/** All that a subscription says, up to a word. */
export function readEvents(
  server: TestServer,
  headers: Record<string, string>,
  query: string,
  variables: Record<string, unknown>,
  lastWord: string,
): Promise<string> {
  return follow(server, headers, query, variables, (said) => said.includes(lastWord));
}

async function follow(
  { url }: TestServer,
  headers: Record<string, string>,
  query: string,
  variables: Record<string, unknown>,
  isEnough: (said: string) => boolean,
): Promise<string> {
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
      if (isEnough(text)) break;
    }
  } finally {
    cut.abort();
  }
  return text;
}
