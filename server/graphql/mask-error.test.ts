import { BlockList } from 'node:net';
import { GraphQLError } from 'graphql';
import { pino } from 'pino';
import { expect, it } from 'vitest';
import type { Services } from '../context.ts';
import { createKeptAnswers } from '../reads/kept-answers.ts';
import { createGraphQLServer } from './graphql-server.ts';
import { createMaskError } from './mask-error.ts';

const mask = createMaskError(pino({ level: 'silent' }));

it('asks for the request again when the database was out of reach', () => {
  const refused = Object.assign(new Error('connect ECONNREFUSED 10.1.2.3:5432'), {
    code: 'ECONNREFUSED',
  });
  const masked = mask(new GraphQLError(refused.message, { originalError: refused }));
  expect(masked).toMatchObject({
    message:
      'The server is busy. Send the request again, a mutation with the same idempotency key.',
    extensions: { code: 'SERVICE_UNAVAILABLE', retryAfterSeconds: 1, http: { status: 503 } },
  });
});

it('says nothing of a defect but its number', () => {
  const masked = mask(new GraphQLError('x', { originalError: new TypeError('secret') }));
  expect(masked).toMatchObject({ extensions: { code: 'INTERNAL_SERVER_ERROR' } });
  expect(JSON.stringify(masked)).not.toContain('secret');
});

it.each([
  ['query', '{ dealership { name } __schema { __typename } }'],
  ['mutation', 'mutation { logIn(input: { email: "a", password: "b" }) { session { token } } }'],
])('says no value that has not the type of its field, in a %s', async (_, document) => {
  let logged = '';
  const unlike = { secret: 'of the server' };
  const server = createGraphQLServer({
    services: {
      rateLimits: {
        take: () => Promise.resolve(null),
        count: () => Promise.resolve(),
        giveBack: () => Promise.resolve(),
      },
      tenants: {
        asVisitor: () => ({ dealership: { findFirst: () => Promise.resolve({ name: unlike }) } }),
      },
      accounts: { logIn: () => Promise.resolve({ token: unlike }) },
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
    log: pino({}, { write: (line: string) => void (logged += line) }),
  });
  const { errors } = await server.execute(document);
  expect(errors).toMatchObject([{ extensions: { code: 'INTERNAL_SERVER_ERROR' } }]);
  expect(JSON.stringify(errors)).not.toContain('of the server');
  expect(logged).toContain(errors?.[0]?.extensions?.['id']);
});
