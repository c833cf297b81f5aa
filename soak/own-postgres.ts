import { execFile } from 'node:child_process';
import { appendFile, chown, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { freePort } from '../test/free-port.ts';

/** How Postgres is told to stop: by its rules, or as if it had crashed. */
export type StopMode = 'fast' | 'immediate';

/** A Postgres that nobody else uses, in a temporary folder and on a port of its own. */
export interface OwnPostgres {
  readonly url: string;
  /** Resolves when it takes connections again. */
  restart(mode: StopMode): Promise<void>;
  /** Ends it and deletes its data. */
  stop(): Promise<void>;
}

const INSTALLED = '/usr/lib/postgresql';
const SETTINGS = (port: number, folder: string) => `
port = ${port}
listen_addresses = '127.0.0.1'
unix_socket_directories = '${folder}'
max_connections = 60
`;

/**
 * Null where Postgres is not installed as Debian does it.
 * @param settings lines of its configuration.
 */
export async function startOwnPostgres(settings = ''): Promise<OwnPostgres | null> {
  const versions = (await readdir(INSTALLED).catch(() => [])).sort((a, b) => Number(b) - Number(a));
  const [newest] = versions;
  if (newest === undefined) return null;
  const user = process.getuid?.() === 0 ? await postgresUser() : null;
  const folder = await mkdtemp(path.join(tmpdir(), 'forecourt-postgres-'));
  if (user) await chown(folder, user.uid, user.gid);
  const data = path.join(folder, 'data');
  const port = await freePort();
  // It refuses to run as root.
  const run = (program: string, ...args: string[]) =>
    promisify(execFile)(path.join(INSTALLED, newest, 'bin', program), args, {
      ...user,
      cwd: folder,
    });
  const control = (...args: string[]) =>
    run('pg_ctl', '-D', data, '-l', path.join(folder, 'log'), '-w', ...args);

  await run(
    'initdb',
    '-D',
    data,
    '-U',
    'postgres',
    '-A',
    'trust',
    '-E',
    'UTF8',
    '--locale=C.UTF-8',
  );
  await appendFile(path.join(data, 'postgresql.conf'), SETTINGS(port, folder) + settings);
  await control('start');
  return {
    url: `postgres://postgres@127.0.0.1:${port}/postgres`,
    async restart(mode) {
      await control('restart', '-m', mode);
    },
    async stop() {
      await control('stop', '-m', 'immediate');
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function postgresUser(): Promise<{ uid: number; gid: number }> {
  const fields = /^postgres:[^:]*:(\d+):(\d+):/m.exec(await readFile('/etc/passwd', 'utf8'));
  if (!fields) throw new Error('There is no user postgres.');
  return { uid: Number(fields[1]), gid: Number(fields[2]) };
}
