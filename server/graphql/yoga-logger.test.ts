import { BlockList } from 'node:net';
import { pino } from 'pino';
import { expect, it } from 'vitest';
import type { Services } from '../context.ts';
import type { Viewers } from '../accounts/viewer.ts';
import { createGraphQLServer } from './graphql-server.ts';
import { createKeptAnswers } from '../reads/kept-answers.ts';

const logIn = (extra = '') =>
  `mutation { logIn(input: { email: "a@dealership.example", password: "hunter2" ${extra} }) { session { token } } }`;

/** Executes in a server whose database is away; resolves to its answer and what it logged. */
async function executed(document: string, visitor: () => Promise<unknown>) {
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
      recall: () => null,
      visitor: visitor as Viewers['visitor'],
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
    log,
  });
  const { errors } = await server.execute(document);
  const lines = logged.split('\n').filter(Boolean);
  return { errors, logged, lines: lines.map((line) => JSON.parse(line) as Line) };
}

interface Line {
  level: number;
  msg: string;
}

it.each([
  ['a log-in that fails', logIn()],
  ['a log-in with a field too many', logIn('pin: 1')],
  ['a log-in with a syntax error', `${logIn()} }`],
])('says nothing of the password of %s', async (_, document) => {
  const nobody = () => Promise.resolve({ kind: 'visitor', dealershipId: null });
  const { errors, logged } = await executed(document, nobody);
  expect(errors).toHaveLength(1);
  expect(logged).not.toContain('hunter2');
});

it('says once, and with a text, that a request failed before it was executed', async () => {
  const away = () => Promise.reject(new Error('The database is away'));
  const { errors, lines } = await executed('{ __typename }', away);
  expect(errors).toHaveLength(1);
  expect(lines.filter(({ level }) => level >= 30)).toMatchObject([
    { level: 50, msg: 'a request failed' },
  ]);
  expect(lines.filter(({ msg }) => !msg)).toEqual([]);
});
