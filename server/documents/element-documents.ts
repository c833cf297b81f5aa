import { readFile } from 'node:fs/promises';

const FILE = new URL('../../dist/embed/documents.json', import.meta.url);

/** Texts of the queries that the element asks, as its build wrote them down; none where it is not built. */
export async function readElementDocuments(): Promise<string[]> {
  try {
    return JSON.parse(await readFile(FILE, 'utf8')) as string[];
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}
