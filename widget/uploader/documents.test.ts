import { readFileSync } from 'node:fs';
import { buildSchema, parse, validate } from 'graphql';
import { describe, expect, it } from 'vitest';
import * as documents from './documents.ts';
import { openUploadsDocument } from './resume/open-uploads.ts';

const schema = buildSchema(readFileSync(new URL('../../schema.graphql', import.meta.url), 'utf8'));

describe('the documents of the uploader', () => {
  it.each(Object.entries({ ...documents, openUploadsDocument }))(
    '%s is what the schema offers',
    (_, document) => {
      expect(validate(schema, parse(document))).toEqual([]);
    },
  );
});
