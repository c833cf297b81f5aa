/**
 * 10,000 guesses at one password, through everything that could hide one: a
 * request each, aliases, batches, fragments, several operations, WebSocket,
 * other letters of the address, invented proxies, under the limits that a server
 * has unless told otherwise. They take longer than the minutes that an hour's
 * tries last, so that the hour has to end them. At most 10 a minute and 50 in
 * all may be evaluated, and the right password, guessed last, must not open
 * anything.
 *
 *   npm run soak:guesses [-- --short --seed 1 --out result.json]
 */
import { setTimeout as delay } from 'node:timers/promises';
import { createClient } from 'graphql-ws';
import WebSocket from 'ws';
import { PUBLIC_DEALERSHIP, startServer } from '../test/server.ts';
import { soakRun } from './soak-run.ts';

const run = soakRun('guesses');
const GUESSES = run.short ? 1_000 : 10_000;
const AT_ONCE = 20;
const ALLOWED_A_MINUTE = 10;
const ALLOWED_AN_HOUR = 50;
/** The whole form goes on after an hour's tries are used up; the short one is done at once. */
const ROUND_MS = run.short ? 0 : 840;

const server = await startServer({
  // Nothing but the limit of an account may help, and that as it is by default.
  env: { RATE_LIMITS: 'log-in-address=off, visitor-writes=off' },
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
  const begunMs = performance.now();
  while (sent < GUESSES) {
    const roundOver = delay(ROUND_MS);
    const names = Object.keys(ways);
    const name = names[run.random(names.length)] as string;
    const words = Array.from({ length: AT_ONCE }, guess);
    await ways[name]?.(words);
    byWay[name] = (byWay[name] ?? 0) + words.length;
    sent += words.length;
    await roundOver;
  }
  await ways['one a request']?.([password]);
  await ways.WebSocket?.([password]);
  await sockets.dispose();

  const minutes = (performance.now() - begunMs) / 60_000;
  const allowed = Math.min(ALLOWED_AN_HOUR, ALLOWED_A_MINUTE * (1 + Math.floor(minutes)));
  await run.report(
    { guesses: sent, minutes: Number(minutes.toFixed(1)), byWay, evaluated, allowed, opened },
    evaluated > 0 && evaluated <= allowed && opened === 0,
  );
} finally {
  await server.stop();
}
