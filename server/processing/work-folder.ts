import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import path from 'node:path';
import type { Logger } from 'pino';
import { isRunning, startOf } from '../running-process.ts';

const PREFIX = `forecourt-media-${hostname()}-`;
/** Process, its start, and what makes the name unique. */
const OWNER = /^(\d+)-(\d+)-\w+$/;

/** Where a worker has copies of originals while it works on them: private, with all that cameras write. */
export interface WorkFolder {
  readonly path: string;
  /** Deletes it. */
  close(): Promise<void>;
}

/**
 * Makes a folder of this process, and deletes those of processes that were ended
 * before they could. Folders of other machines or containers stay: nobody here
 * knows whether they are in use.
 */
export async function openWorkFolder(log: Logger, parent = tmpdir()): Promise<WorkFolder> {
  await deleteLeftovers(log, parent);
  const owner = `${process.pid}-${startOf(process.pid) ?? 0}-`;
  const folder = await mkdtemp(path.join(parent, PREFIX + owner));
  return {
    path: folder,
    close: () => rm(folder, { recursive: true, force: true }),
  };
}

async function deleteLeftovers(log: Logger, parent: string): Promise<void> {
  for (const name of await readdir(parent)) {
    if (!name.startsWith(PREFIX) || !isLeftover(name.slice(PREFIX.length))) continue;
    try {
      await rm(path.join(parent, name), { recursive: true, force: true });
    } catch (error) {
      log.warn({ err: error, folder: name }, 'the folder of a process that has ended stays');
    }
  }
}

function isLeftover(name: string): boolean {
  const [, pid, startedAt] = OWNER.exec(name) ?? [];
  if (pid === undefined) return false;
  return !isRunning(Number(pid)) || String(startOf(Number(pid)) ?? 0) !== startedAt;
}
