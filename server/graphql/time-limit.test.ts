import { BlockList } from 'node:net';
import { pino } from 'pino';
import { expect, it } from 'vitest';
import type { Services } from '../context.ts';
import { createGraphQLServer } from './graphql-server.ts';
import { createKeptAnswers } from '../reads/kept-answers.ts';

function startSlow(mutationMs: number) {
  return createGraphQLServer({
    services: {
      rateLimits: { take: () => Promise.resolve(null) },
      storage: { publicBase: '' },
      tenants: {
        asVisitor: () => ({ dealership: { findFirst: () => new Promise(() => {}) } }),
        readAs: () => new Promise(() => {}),
      },
      accounts: {
        logIn: () =>
          new Promise((_, reject) => setTimeout(() => reject(new Error('late')), mutationMs)),
      },
    } as unknown as Services,
    viewers: {
      fromToken: () => Promise.resolve(null),
      recall: () => null,
      visitor: () => Promise.resolve({ kind: 'visitor', dealershipId: 'a' }),
      visitorNow: () => null,
      fromEmbedKey: () => Promise.resolve('unknown'),
      stillMay: () => Promise.resolve(true),
    },
    mayUseToken: () => true,
    keptAnswers: createKeptAnswers(0),
    https: () => false,
    maxStreamsPerAddress: 1,
    trustedProxies: new BlockList(),
    graphiql: false,
    introspection: true,
    queryMs: 20,
    log: pino({ level: 'silent' }),
  });
}

it.each([
  ['that Postgres writes', '{ dealership { name } }'],
  ['that is executed field by field', '{ dealership { name } __schema { __typename } }'],
])('breaks off a query whose answer does not come, one %s', async (_, query) => {
  const { data, errors } = await startSlow(0).execute(query);
  expect(data).toBeUndefined();
  expect(errors).toMatchObject([{ extensions: { code: 'TIMEOUT' } }]);
});

it('lets a mutation end', async () => {
  const { errors } = await startSlow(60).execute(
    'mutation { logIn(input: { email: "a", password: "b" }) { session { token } } }',
  );
  expect(errors).toMatchObject([{ extensions: { code: 'INTERNAL_SERVER_ERROR' } }]);
});
