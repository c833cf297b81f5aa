import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { lexicographicSortSchema, printSchema } from 'graphql';
import { schema } from '../server/schema/index.ts';

// With --check, says whether the committed file is as new as the code.
const file = fileURLToPath(new URL('../schema.graphql', import.meta.url));
const printed = `${printSchema(lexicographicSortSchema(schema))}\n`;
if (process.argv.includes('--check')) {
  if ((await readFile(file, 'utf8').catch(() => '')) !== printed) {
    console.error('schema.graphql is older than server/schema. Run: npm run schema');
    process.exitCode = 1;
  }
} else {
  await writeFile(file, printed);
}
