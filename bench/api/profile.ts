import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { load, type LoadedServer } from './load.ts';

/** Where the processor time of a request goes, in microseconds, the largest first. */
export type Parts = Record<string, number>;

export interface Profiler {
  /** What a server's process is started with. */
  env: Record<string, string>;
  /** Asks as fast as answers come, for a few seconds. */
  profile(
    server: LoadedServer,
    asked: { connections: string; seconds: string },
  ): Promise<{ parts: Parts }>;
  close(): Promise<void>;
}

interface Profile {
  nodes: { id: number; callFrame: { functionName: string; url: string } }[];
  samples: number[];
  timeDeltas: number[];
}

export async function openProfiler(): Promise<Profiler> {
  const folder = await mkdtemp(path.join(tmpdir(), 'forecourt-profile-'));
  const file = path.join(folder, 'profile.json');
  return {
    env: {
      NODE_OPTIONS: `--import ${new URL('profiler.mjs', import.meta.url).href}`,
      PROFILE_FILE: file,
    },
    async profile(server, asked) {
      await rm(file, { force: true });
      process.kill(server.pid, 'SIGUSR2');
      const { cpu } = await load(server, asked);
      process.kill(server.pid, 'SIGUSR2');
      return { parts: partsOf(await written(file), cpu) };
    },
    close: () => rm(folder, { recursive: true, force: true }),
  };
}

async function written(file: string): Promise<Profile> {
  for (let tries = 0; tries < 100; tries++) {
    try {
      return JSON.parse(await readFile(file, 'utf8')) as Profile;
    } catch {
      await sleep(100);
    }
  }
  throw new Error('The server wrote no profile');
}

function partsOf({ nodes, samples, timeDeltas }: Profile, cpu: number): Parts {
  const partOf = new Map(nodes.map(({ id, callFrame }) => [id, nameOf(callFrame)]));
  const times = new Map<string, number>();
  for (const [index, id] of samples.entries()) {
    const part = partOf.get(id) ?? 'other';
    if (part !== 'idle') times.set(part, (times.get(part) ?? 0) + (timeDeltas[index] ?? 0));
  }
  const all = [...times.values()].reduce((sum, time) => sum + time, 0);
  return Object.fromEntries(
    [...times]
      .map(([part, time]): [string, number] => [part, Math.round((time / all) * cpu)])
      .filter(([, time]) => time > 0)
      .sort(([, a], [, b]) => b - a),
  );
}

const PACKAGES: readonly [RegExp, string][] = [
  [/^(pg|pg-pool|pg-protocol|pg-types|postgres-\w+)$/, 'node-postgres'],
  [/^@?prisma/, 'Prisma'],
  [/^(graphql|@graphql-tools|@envelop|@pothos)/, 'GraphQL execution and its plugins'],
  [/^(graphql-yoga|@whatwg-node|@graphql-yoga)/, 'Yoga and its Request and Response'],
];

function nameOf({ functionName, url }: Profile['nodes'][number]['callFrame']): string {
  // Who samples is no part of it.
  if (functionName === '(idle)' || url === 'node:inspector') return 'idle';
  if (functionName === '(garbage collector)') return 'garbage collection';
  if (/^write(v|Buffer|Utf8String|Latin1String)$/.test(functionName) && !url)
    return 'writing to sockets, in the kernel';
  if (url.startsWith('node:')) return 'Node: HTTP, streams, timers';
  const [, name] = /node_modules\/((?:@[^/]+\/)?[^/]+)\/(?!.*node_modules\/)/.exec(url) ?? [];
  if (name) return PACKAGES.find(([pattern]) => pattern.test(name))?.[1] ?? 'other packages';
  const [, folder] = /\/server\/([\w-]+)\//.exec(url) ?? [];
  if (folder) return `server/${folder}`;
  return url.includes('/server/') ? 'server' : 'other of Node and V8';
}

/** One line for each part, one column for each of what was asked. */
export function printParts(profiles: Record<string, Parts>): void {
  const names = new Set(Object.values(profiles).flatMap((parts) => Object.keys(parts)));
  console.table(
    Object.fromEntries(
      [...names].map((name) => [
        name,
        Object.fromEntries(Object.entries(profiles).map(([of, parts]) => [of, parts[name] ?? 0])),
      ]),
    ),
  );
}
