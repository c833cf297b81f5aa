/**
 * 10,000 guesses at one password, through everything that could hide one: a
 * request each, aliases, batches, fragments, several operations, WebSocket,
 * other letters of the address, invented proxies. At most 10 may be evaluated,
 * and the right password, guessed last, must not open anything.
 *
 *   npm run soak:guesses [-- --short --seed 1 --out result.json]
 */
import { createClient } from 'graphql-ws';
import WebSocket from 'ws';
import { PUBLIC_DEALERSHIP, startServer } from '../test/server.ts';
import { soakRun } from './soak-run.ts';

const run = soakRun('guesses');
const GUESSES = run.short ? 1_000 : 10_000;
const AT_ONCE = 20;
const ALLOWED = 10;

const server = await startServer({
  // An hour, so that no second window begins on a slow machine; nothing else may help.
  env: { RATE_LIMITS: `log-in=${ALLOWED}/hour, log-in-address=off, visitor-writes=off` },
});
try {
  const { email, password } = await server.dealership(PUBLIC_DEALERSHIP);
  let sent = 0;
  let evaluated = 0;
  let opened = 0;

  const disguised = () => {
    const letters = [...email].map((letter) => (run.random(2) ? letter.toUpperCase() : letter));
    return `${' '.repeat(run.random(3))}${letters.join('')}${' '.repeat(run.random(3))}`;
  };
  const guess = () => `guess ${run.random(1e9)}`;
  const field = (word: string) =>
    `logIn(input: { email: "${disguised()}", password: "${word}" }) { session { token } userErrors { code } }`;
  const aliases = (words: string[]) =>
    words.map((word, index) => `g${index}: ${field(word)}`).join(' ');

  function look(answer: unknown): void {
    const text = JSON.stringify(answer);
    evaluated += text.split('INVALID_CREDENTIALS').length - 1;
    opened += text.split('"token":"').length - 1;
  }

  async function post(body: object): Promise<void> {
    const response = await fetch(`${server.url}/graphql`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'x-forwarded-for': `192.0.2.${run.random(256)}`,
      },
      body: JSON.stringify(body),
    });
    look(await response.json());
  }

  const sockets = createClient({
    url: `${server.url.replace('http', 'ws')}/graphql`,
    webSocketImpl: WebSocket,
  });

  const ways: Record<string, (words: string[]) => Promise<void>> = {
    'one a request': async (words) => {
      await Promise.all(words.map((word) => post({ query: `mutation { ${field(word)} }` })));
    },
    aliases: (words) => post({ query: `mutation { ${aliases(words)} }` }),
    fragments: (words) =>
      post({
        query: `mutation { ...A } fragment A on Mutation { ${aliases(words)} }`,
      }),
    batches: (words) => post(words.map((word) => ({ query: `mutation { ${field(word)} }` }))),
    operations: async (words) => {
      const query = words.map((word, index) => `mutation G${index} { ${field(word)} }`).join(' ');
      await Promise.all(words.map((_, index) => post({ query, operationName: `G${index}` })));
    },
    WebSocket: async (words) => {
      await Promise.all(
        words.map(async (word) => {
          const answers = sockets.iterate({ query: `mutation { ${field(word)} }` });
          try {
            for await (const answer of answers) look(answer);
          } catch (refused) {
            look(refused);
          }
        }),
      );
    },
  };

  const byWay: Record<string, number> = {};
  while (sent < GUESSES) {
    const names = Object.keys(ways);
    const name = names[run.random(names.length)] as string;
    const words = Array.from({ length: AT_ONCE }, guess);
    await ways[name]?.(words);
    byWay[name] = (byWay[name] ?? 0) + words.length;
    sent += words.length;
  }
  await ways['one a request']?.([password]);
  await ways.WebSocket?.([password]);
  await sockets.dispose();

  await run.report(
    { guesses: sent, byWay, evaluated, allowed: ALLOWED, opened },
    evaluated > 0 && evaluated <= ALLOWED && opened === 0,
  );
} finally {
  await server.stop();
}
