import { randomUUID } from 'node:crypto';
import { link, mkdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { dirname } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { isRunning, startOf } from '../running-process.ts';
import { DatabaseError } from './database-error.ts';

/** What a lock file says about its holder. */
interface Holder {
  token: string;
  pid: number;
  /** Ticks since boot at which the process started: tells it from a later one of the same number. */
  startedAt: string | null;
  host: string;
}

export interface DataDirLock {
  release(): Promise<void>;
}

const heartbeatMs = 1_000;
/** A lock of another machine or container counts as left behind when not renewed for so long. */
const foreignTimeoutMs = 6_000;
const heldHere = new Set<string>();

async function isAlive(path: string, holder: Holder): Promise<boolean> {
  if (heldHere.has(holder.token)) return true;
  if (holder.host === hostname()) {
    return (
      holder.pid !== process.pid &&
      isRunning(holder.pid) &&
      startOf(holder.pid) === holder.startedAt
    );
  }
  const before = await stat(path);
  for (let waited = 0; waited < foreignTimeoutMs; waited += heartbeatMs) {
    await delay(heartbeatMs);
    if ((await stat(path)).mtimeMs !== before.mtimeMs) return true;
  }
  return false;
}

const ignoreAbsence = (error: NodeJS.ErrnoException): undefined => {
  if (error.code !== 'ENOENT') throw error;
};

/** What a power failure may leave: nobody knows whose it is, so it has to be watched. */
const unreadable: Holder = { token: 'unreadable', pid: 0, startedAt: null, host: '' };

async function readHolder(path: string): Promise<Holder | undefined> {
  const text = await readFile(path, 'utf8').catch(ignoreAbsence);
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text) as Holder;
  } catch {
    return unreadable;
  }
}

/** @returns the living holder, or nothing when the file is ours now. */
async function take(path: string, draft: string): Promise<Holder | undefined> {
  for (;;) {
    try {
      await link(draft, path);
      return undefined;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
    const holder = await readHolder(path);
    if (!holder) continue;
    const alive = await isAlive(path, holder).catch(ignoreAbsence);
    if (alive) return holder;
    if (alive === undefined) continue;
    if (await replace(path, holder, draft)) return undefined;
  }
}

/**
 * Puts the draft in the place of a dead holder's file. Only who holds the lock
 * named after that holder may do so, hence nobody replaces a living one's file.
 */
async function replace(path: string, dead: Holder, draft: string): Promise<boolean> {
  const right = `${path}.${dead.token}`;
  const copy = `${draft}.copy`;
  await link(draft, copy);
  try {
    if (await take(right, copy)) {
      await delay(20);
      return false;
    }
    try {
      if ((await readHolder(path))?.token !== dead.token) return false;
      await rename(draft, path);
      return true;
    } finally {
      await rm(right);
    }
  } finally {
    await rm(copy, { force: true });
  }
}

/**
 * Keeps other processes away from a data directory for as long as this one lives.
 *
 * @param path of the lock file. It names its holder, whose end it may outlive.
 * @throws {DatabaseError} DATA_DIR_IN_USE
 */
export async function lockDataDir(path: string): Promise<DataDirLock> {
  const holder: Holder = {
    token: randomUUID(),
    pid: process.pid,
    startedAt: startOf(process.pid),
    host: hostname(),
  };
  const draft = `${path}.${holder.token}.draft`;
  await mkdir(dirname(path), { recursive: true });
  await writeFile(draft, `${JSON.stringify(holder)}\n`);
  const other = await take(path, draft).finally(() => rm(draft, { force: true }));
  if (other) {
    const where = other.host === holder.host ? '' : ` on ${other.host}`;
    throw new DatabaseError(
      'DATA_DIR_IN_USE',
      `${dirname(path)} is in use by process ${other.pid}${where}: stop it, or set DATA_DIR to ` +
        'another folder, or set DATABASE_URL to a PostgreSQL server, which several processes may share',
    );
  }
  heldHere.add(holder.token);
  const heartbeat = setInterval(() => {
    const now = new Date();
    utimes(path, now, now).catch(() => {});
  }, heartbeatMs).unref();

  return {
    async release() {
      clearInterval(heartbeat);
      if (!heldHere.delete(holder.token)) return;
      if ((await readHolder(path))?.token === holder.token) await rm(path);
    },
  };
}
