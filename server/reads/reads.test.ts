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
  server = await startServer();
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

async function ask({ query, variables }: ReadDocument, token?: string) {
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

it('the JSON that Postgres writes is that of an execution field by field, byte for byte', async () => {
  let short = 0;
  let runs = 0;
  await fc.assert(
    fc.asyncProperty(readDocuments(schema, known), fc.boolean(), async (document, isStaff) => {
      const token = isStaff ? north.token : undefined;
      const executed = await ask(document, token);
      let again = executed;
      const statements = await recordStatements(async () => {
        again = await ask(document, token);
      });
      runs++;
      if (statements.some(({ text }) => text.includes('row_to_json('))) short++;
      expect(again).toEqual(executed);
    }),
    { numRuns: Number(process.env.READ_DOCUMENTS ?? 150) },
  );
  expect(short).toBeGreaterThan(runs / 4);
}, 300_000);
