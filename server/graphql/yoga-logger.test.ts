import { BlockList } from 'node:net';
import { pino } from 'pino';
import { expect, it } from 'vitest';
import type { Services } from '../context.ts';
import { createGraphQLServer } from './graphql-server.ts';

const logIn = (extra = '') =>
  `mutation { logIn(input: { email: "a@dealership.example", password: "hunter2" ${extra} }) { session { token } } }`;

it.each([
  ['a log-in that fails', logIn()],
  ['a log-in with a field too many', logIn('pin: 1')],
  ['a log-in with a syntax error', `${logIn()} }`],
])('says nothing of the password of %s', async (_, document) => {
  let logged = '';
  const log = pino({ level: 'trace' }, { write: (line: string) => void (logged += line) });
  const server = createGraphQLServer({
    services: {
      rateLimits: { take: () => Promise.resolve(null) },
      tenants: { asVisitor: () => ({}) },
      accounts: { logIn: () => Promise.reject(new Error('The database is away')) },
    } as unknown as Services,
    viewers: {
      fromToken: () => Promise.resolve(null),
      visitor: () => Promise.resolve({ kind: 'visitor', dealershipId: null }),
      fromEmbedKey: () => Promise.resolve('unknown'),
      stillMay: () => Promise.resolve(true),
    },
    mayUseToken: () => true,
    maxStreamsPerAddress: 1,
    trustedProxies: new BlockList(),
    graphiql: false,
    introspection: true,
    log,
  });
  const { errors } = await server.execute(document);
  expect(errors).toHaveLength(1);
  expect(logged).not.toContain('hunter2');
});
