import { readFile } from 'node:fs/promises';
import { buildSchema, type GraphQLSchema, parse, validate } from 'graphql';
import { beforeAll, expect, it } from 'vitest';
import * as documents from './documents.ts';
import * as liveDocuments from './live/documents.ts';

let schema: GraphQLSchema;

beforeAll(async () => {
  schema = buildSchema(await readFile(new URL('../../schema.graphql', import.meta.url), 'utf8'));
});

const { vehicleMedia, vehicleMediaForStaff, inDealership } = documents;

for (const [name, text] of Object.entries({
  vehicleMedia,
  vehicleMediaForStaff,
  vehicleMediaInDealership: inDealership(vehicleMedia),
  ...liveDocuments,
})) {
  it(`the schema answers ${name}`, () => {
    expect(validate(schema, parse(text)).map(({ message }) => message)).toEqual([]);
  });
}
