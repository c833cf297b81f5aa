import { readFileSync } from 'node:fs';
import { buildSchema, parse, validate } from 'graphql';
import { expect, it } from 'vitest';
import * as publicDocuments from './documents.ts';
import * as staffDocuments from './staff/documents.ts';

const schema = buildSchema(readFileSync(new URL('../schema.graphql', import.meta.url), 'utf8'));

for (const [name, document] of Object.entries({ ...publicDocuments, ...staffDocuments })) {
  it(`asks in ${name} for what the API has`, () => {
    expect(validate(schema, parse(document))).toEqual([]);
  });
}
