// Makes the files of a new embedded database: node embedded-create.mjs <folder>
//
// A process of its own, since it takes memory that is never given back to a
// thread, and since code that runs once is not worth optimizing: V8 spends more
// time on that than on the rest.
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { argv, exit, stdin } from 'node:process';
import { setFlagsFromString } from 'node:v8';

setFlagsFromString('--liftoff-only');
// Closed when the server that waits for this is no more.
stdin.on('end', () => exit(1)).resume();
const { PGlite } = await import('@electric-sql/pglite');

async function createInMemory() {
  const db = await PGlite.create({
    dataDir: 'memory://',
    // 1 MB of log at a time instead of 16.
    initDbStartParams: ['--wal-segsize=1'],
  });
  // There is no second database to be made from these: two files of three less.
  for (const name of ['template0', 'template1']) {
    await db.exec(`UPDATE pg_database SET datistemplate = false WHERE datname = '${name}'`);
    await db.exec(`DROP DATABASE ${name}`);
  }
  const { FS } = db.Module;
  await db.close();
  return FS;
}

function list(FS, folder, found = { folders: [''], files: [] }, below = '') {
  for (const name of FS.readdir(folder + below)) {
    if (name === '.' || name === '..') continue;
    const path = `${below}/${name}`;
    if (FS.isDir(FS.stat(folder + path).mode)) {
      found.folders.push(path);
      list(FS, folder, found, path);
    } else found.files.push(path);
  }
  return found;
}

/**
 * The folder appears when all is in it: who is interrupted leaves no half a
 * database. Where another process was faster, its folder is as good.
 */
async function write(FS, folder) {
  const drafts = `${folder}.new-`;
  const draft = await mkdtemp(drafts);
  const source = PGlite.paths.PGDATA;
  const { folders, files } = list(FS, source);
  for (const path of folders) await mkdir(draft + path, { recursive: true, mode: 0o700 });
  await Promise.all(files.map((path) => writeFile(draft + path, FS.readFile(source + path))));
  try {
    await rename(draft, folder);
  } catch (error) {
    await rm(draft, { recursive: true });
    if (!existsSync(folder)) throw error;
  }
  for (const name of await readdir(dirname(folder))) {
    const path = join(dirname(folder), name);
    if (path.startsWith(drafts)) await rm(path, { recursive: true, force: true }).catch(() => {});
  }
}

await write(await createInMemory(), argv[2]);
exit();
