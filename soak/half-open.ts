/**
 * Peers that are gone without a word: 100 readers over WebSocket, then 100 over
 * server-sent events, whose machine is cut off and never says that it ends. The
 * server has freed every connection within 30 seconds, although nothing tells it.
 * A network of its own is cut, which takes root and Linux.
 *
 *   npm run soak:half-open [-- --short --seed 1 --out result.json]
 */
import { execFileSync, fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { startProcess } from './process.ts';
import { soakRun } from './soak-run.ts';

const INSIDE = 'FORECOURT_SOAK_NETWORK';
const MAX_SECONDS = 30;
const PATIENCE_SECONDS = 120;
const ESTABLISHED = '01';

if (process.env[INSIDE]) await measure();
else {
  const again = spawn(
    'unshare',
    ['--net', process.execPath, ...process.execArgv, ...process.argv.slice(1)],
    {
      stdio: 'inherit',
      env: { ...process.env, [INSIDE]: 'yes' },
    },
  );
  const [code] = (await once(again, 'exit')) as [number | null];
  process.exitCode = code ?? 1;
}

async function measure(): Promise<void> {
  const run = soakRun('half-open');
  const readers = run.short ? 10 : 100;
  network('up');
  const server = await startProcess({ MAX_STREAMS_PER_ADDRESS: String(2 * readers) });
  try {
    const url = server.url.replace('localhost', '127.0.0.1');
    const port = Number(new URL(url).port);
    const rounds = [];
    for (const transport of ['webSocket', 'sse']) {
      const vehicleId = await anyVehicle(url);
      const before = await established(port);
      const held = fork(new URL('half-open-readers.ts', import.meta.url), [
        url,
        vehicleId,
        transport,
        String(readers),
      ]);
      await once(held, 'message');
      const open = (await established(port)) - before;
      network('down');
      const cut = performance.now();
      held.kill('SIGKILL');
      await once(held, 'exit');
      let left = open;
      while (left > 0 && performance.now() - cut < PATIENCE_SECONDS * 1_000) {
        await sleep(200);
        left = (await established(port)) - before;
      }
      const seconds = Number(((performance.now() - cut) / 1_000).toFixed(1));
      network('up');
      rounds.push({ transport, readers, open, left, seconds });
    }
    await run.report(
      { rounds, allowedSeconds: MAX_SECONDS },
      rounds.every(
        ({ open, left, seconds }) => open === readers && left === 0 && seconds <= MAX_SECONDS,
      ),
    );
  } finally {
    await server.stop();
  }
}

function network(state: 'up' | 'down'): void {
  execFileSync('ip', ['link', 'set', 'lo', state]);
}

async function anyVehicle(url: string): Promise<string> {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', connection: 'close' },
    body: JSON.stringify({ query: '{ vehicles(first: 1) { nodes { id } } }' }),
  });
  const { data } = (await response.json()) as {
    data: { vehicles: { nodes: { id: string }[] } };
  };
  const [vehicle] = data.vehicles.nodes;
  if (!vehicle) throw new Error('The demo has no vehicle');
  return vehicle.id;
}

/** Connections that the server holds, by the kernel's table. */
async function established(port: number): Promise<number> {
  const tables = await Promise.all(
    ['/proc/net/tcp', '/proc/net/tcp6'].map((file) => readFile(file, 'utf8')),
  );
  const local = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  return tables
    .flatMap((table) => table.split('\n'))
    .map((line) => line.trim().split(/\s+/))
    .filter(([, address, , state]) => address?.endsWith(local) && state === ESTABLISHED).length;
}
