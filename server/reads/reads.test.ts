import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { readDocuments, type Known, type ReadDocument } from '../../test/read-documents.ts';
import { knownOf, stockDealership } from '../../test/read-stock.ts';
import {
  PUBLIC_DEALERSHIP,
  startServer,
  type TestDealership,
  type TestServer,
} from '../../test/server.ts';
import { recordStatements } from '../../test/statements.ts';
import { schema } from '../schema/index.ts';

let server: TestServer;
let north: TestDealership;
let known: Known;

beforeAll(async () => {
  server = await startServer({ env: { RATE_LIMITS: 'off' } });
  north = await server.dealership(PUBLIC_DEALERSHIP);
  const south = await server.dealership('south');
  const dealerships = [
    { ...north, slug: PUBLIC_DEALERSHIP },
    { ...south, slug: 'south' },
  ];
  for (const each of dealerships) await stockDealership(server.app.db, each, 30);
  known = await knownOf(server.app.db, dealerships, north.staff);
});
afterAll(() => server.stop());

interface Asked {
  status: number;
  headers: Record<string, string>;
  text: string;
}

async function ask({ query, variables }: ReadDocument, token?: string): Promise<Asked> {
  const response = await fetch(`${server.url}/graphql`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...(token && { authorization: `Bearer ${token}` }),
    },
    body: JSON.stringify({ query, variables }),
  });
  const { date: _, ...headers } = Object.fromEntries(response.headers);
  return { status: response.status, headers, text: withoutCursors(await response.text()) };
}

/** Feed positions move on between two answers, wherever else in the database something is written. */
function withoutCursors(text: string): string {
  return text.replace(/"[\w-]{24,80}"/g, (quoted) => {
    const tail = Buffer.from(quoted.slice(1, -1), 'base64url').toString('latin1').slice(16);
    return /^\d+\.\d+$/.test(tail) ? '"a feed position"' : quoted;
  });
}

const BESIDE = 'fieldByField: __typename __schema { __typename } ';

/** The same beside a field that Postgres does not write: all of it is executed field by field. */
const fieldByField = ({ query, variables }: ReadDocument): ReadDocument => ({
  query: query.replace(' { ', ` { ${BESIDE}`),
  variables,
});

/** The same with every word where that one has it: errors say where. */
const asLong = ({ query, variables }: ReadDocument): ReadDocument => ({
  query: query.replace(' { ', ` { ${' '.repeat(BESIDE.length)}`),
  variables,
});

/** Without what only the other answer has: that field, and what it cost. */
function comparable(answer: Asked): Asked {
  const text = answer.text
    .replace(/It costs \d+/, 'It costs too much')
    .replace(/"fieldByField":"Query","__schema":\{"__typename":"__Schema"\},?/, '')
    .replace(/"extensions":\{"cost":\{[^}]*\}\}/, '');
  const { 'content-length': _, ...headers } = answer.headers;
  return { ...answer, headers, text };
}

/** Executed field by field, then as it is, for the first time and again. */
async function threeAnswers(document: ReadDocument, token?: string) {
  const byPostgres = ({ text }: { text: string }) => text.includes('row_to_json(');
  const answers = {} as Record<'executed' | 'first' | 'again', Asked>;
  const plain = await recordStatements(async () => {
    answers.executed = await ask(fieldByField(document), token);
  });
  expect(plain.some(byPostgres)).toBe(false);
  const fast = await recordStatements(async () => {
    answers.first = await ask(asLong(document), token);
  });
  answers.again = await ask(asLong(document), token);
  return { ...answers, isWritten: fast.some(byPostgres) };
}

it('the JSON that Postgres writes is that of an execution field by field, byte for byte, the first time and each time after', async () => {
  let written = 0;
  let runs = 0;
  await fc.assert(
    fc.asyncProperty(readDocuments(schema, known), fc.boolean(), async (document, isStaff) => {
      const token = isStaff ? north.token : undefined;
      const { executed, first, again, isWritten } = await threeAnswers(document, token);
      runs++;
      // Executed field by field, it would cost more.
      if (executed.text.includes('asks for too much')) return;
      if (isWritten) written++;
      expect(comparable(first)).toEqual(comparable(executed));
      expect(again).toEqual(first);
    }),
    { numRuns: Number(process.env.READ_DOCUMENTS ?? 100) },
  );
  expect(written).toBeGreaterThan(runs / 4);
}, 600_000);

it.each([
  ['a page after media of another vehicle', 'media(after: $after) { nodes { id } }', true],
  ['a page of which nothing is asked', 'media(after: $after) { __typename }', false],
  ['a field that a variable leaves out', 'id title @include(if: $no)', true],
  ['a page whose arguments contradict', 'media(after: $after, last: 2) { totalCount }', false],
])('%s is the same either way', async (_, selection, isWritten) => {
  for (const id of [known.vehicleIds[0], 'no-such']) {
    for (const after of known.mediaCursors.slice(0, 10)) {
      const query = `query Q($id: ID, $after: String, $no: Boolean!) { vehicle(id: $id) { mediaVersion ${selection} } vehicles(first: 3) { nodes { mediaVersion ${selection} } } __typename @skip(if: $no) a: __typename @skip(if: $no) b: vehicle(id: $id) { media(after: $after) { totalCount } } } `;
      const document = { query, variables: { id, after, no: false } };
      const answers = await threeAnswers(document, north.token);
      expect(comparable(answers.first)).toEqual(comparable(answers.executed));
      expect(answers.again).toEqual(answers.first);
      expect(answers.isWritten).toBe(isWritten && id !== 'no-such');
    }
  }
});
