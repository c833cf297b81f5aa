import { execFileSync, fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, statSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** Another server, as a process of its own. */
export interface Peer {
  name: string;
  url: string;
  pid: number;
  process: ChildProcess;
}

const FOLDER = fileURLToPath(new URL('../peers/', import.meta.url));
const PEERS = {
  'mercurius, JIT and loaders': 'mercurius.mjs',
  'PostGraphile 5': 'postgraphile.mjs',
  'Apollo Server, Prisma': 'apollo.mjs',
  'Yoga, Pothos, Prisma': 'pothos.mjs',
  'mercurius, live': 'mercurius-live.mjs',
  'Yoga, live': 'yoga-live.mjs',
} as const;
export type PeerName = keyof typeof PEERS;
/** What PostGraphile asks for. */
const NODE_OF_POSTGRAPHILE = 22;

const QUIET = {
  NODE_ENV: 'production',
  GRAPHILE_ENV: 'production',
  AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
};

/** Installs them the first time. They have dependencies of their own, which the product never gets. */
export function installPeers(): void {
  const lock = path.join(FOLDER, 'package-lock.json');
  const installed = path.join(FOLDER, 'node_modules/.package-lock.json');
  if (existsSync(installed) && statSync(installed).mtimeMs >= statSync(lock).mtimeMs) return;
  console.error('Installs the peers in bench/peers.');
  execFileSync('npm', ['ci', '--no-audit', '--no-fund'], {
    cwd: FOLDER,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
}

/** Starts those of `names` that this Node can run. */
export async function startPeers(
  names: readonly PeerName[],
  env: Readonly<Record<string, string>>,
): Promise<{ peers: Peer[]; stop(): void }> {
  installPeers();
  const running: ChildProcess[] = [];
  const peers: Peer[] = [];
  const stop = () => {
    for (const child of running) child.kill();
  };
  try {
    for (const name of names) {
      const major = Number(process.versions.node.split('.')[0]);
      if (name === 'PostGraphile 5' && major < NODE_OF_POSTGRAPHILE) {
        console.error(`${name} is left out: it needs Node ${NODE_OF_POSTGRAPHILE}.`);
        continue;
      }
      const child = fork(path.join(FOLDER, PEERS[name]), {
        execArgv: ['--import', 'tsx'],
        env: { ...process.env, ...QUIET, ...env },
        stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      });
      running.push(child);
      const ended = once(child, 'exit').then(() => {
        throw new Error(`${name} does not start`);
      });
      const [{ url }] = (await Promise.race([once(child, 'message'), ended])) as [{ url: string }];
      ended.catch(() => {});
      peers.push({
        name,
        url: url.replace('localhost', '127.0.0.1'),
        pid: child.pid as number,
        process: child,
      });
    }
    return { peers, stop };
  } catch (error) {
    stop();
    throw error;
  }
}
