import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import { build } from 'vite';
import { embedBuild, packageBuild } from '../vite.config.ts';
import { readDocuments } from '../widget/api/documents.ts';

const embed = fileURLToPath(new URL('../dist/embed', import.meta.url));

await Promise.all([build(embedBuild), build(packageBuild)]);
await Promise.all((await scripts(embed)).map(compress));
// The server knows them by their hash.
await writeFile(join(embed, 'documents.json'), JSON.stringify(readDocuments));

async function scripts(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true });
  return entries.filter((name) => name.endsWith('.js')).map((name) => join(folder, name));
}

/** The server sends files that are compressed already, as small as they get. */
async function compress(file: string): Promise<void> {
  const bytes = await readFile(file);
  const [brotli, zipped] = await Promise.all([
    promisify(brotliCompress)(bytes, {
      params: { [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length },
    }),
    promisify(gzip)(bytes, { level: 9 }),
  ]);
  await Promise.all([writeFile(`${file}.br`, brotli), writeFile(`${file}.gz`, zipped)]);
}
