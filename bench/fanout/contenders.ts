import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { encodeId } from '../../server/node-id.ts';
import { freshDatabase } from '../../test/database.ts';
import { startPeers, type PeerName } from '../api/peers.ts';
import type { Transport } from './client.ts';

/** A server that sends the event of the number that it gets as a message. */
export interface Running {
  process: ChildProcess;
  port: number;
  /** What is followed. */
  vehicle: string;
  stop(): Promise<void>;
}

export interface Contender {
  name: string;
  /** Whether it has to reach the goals. */
  ours: boolean;
  /** Whether somebody else made it, for the same. */
  isPeer: boolean;
  transport: Transport;
  start(event: LiveEvent, subscribers: number): Promise<Running>;
}

/** As the product sent it over WebSocket; empty for the product. */
export interface LiveEvent {
  message: string;
}

/** Whom the peers' events are about. */
const VEHICLE = encodeId('Vehicle', '01890a5d-ac96-774b-bcce-b302099a8057');

const portOf = (url: string) => Number(new URL(url).port);

/** Lets memory be measured. */
const NODE_OPTIONS = `--import ${new URL('collect-garbage.mjs', import.meta.url)}`;

function forked(file: string, env: Record<string, string>): ChildProcess {
  return fork(new URL(file, import.meta.url), {
    execArgv: ['--max-old-space-size=1024', '--max-semi-space-size=32', '--import', 'tsx'],
    env: { ...process.env, NODE_OPTIONS, ...env },
  });
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = once(child, 'exit');
  child.kill('SIGTERM');
  await exit;
}

async function startRawWs({ message }: LiveEvent): Promise<Running> {
  const child = forked('raw-ws.ts', { EVENT: message, NODE_ENV: 'production' });
  const [{ url }] = (await once(child, 'message')) as [{ url: string }];
  return { process: child, port: portOf(url), vehicle: VEHICLE, stop: () => stop(child) };
}

async function startProduct(_: LiveEvent, subscribers: number): Promise<Running> {
  const dataDir = await mkdtemp(path.join(tmpdir(), 'forecourt-bench-'));
  const database = await freshDatabase();
  const begin = async () => {
    const child = forked('../../soak/event-server.ts', {
      NODE_ENV: 'development',
      ...(database.config.kind === 'postgres' && { DATABASE_URL: database.config.url }),
      DEFAULT_DEALERSHIP: 'demo-motors',
      DATA_DIR: dataDir,
      PORT: '0',
      LOG_LEVEL: 'error',
      RATE_LIMITS: 'off',
      MEDIA_CONCURRENCY: '0',
      MAX_STREAMS_PER_ADDRESS: String(subscribers + 10),
    });
    const [{ url, vehicleId }] = (await once(child, 'message')) as [
      { url: string; vehicleId: string },
    ];
    return { child, url, vehicleId };
  };
  // The one that fills the database has room left over, where subscribers would not be seen.
  await stop((await begin()).child);
  const { child, url, vehicleId } = await begin();
  return {
    process: child,
    port: portOf(url),
    vehicle: encodeId('Vehicle', vehicleId),
    async stop() {
      await stop(child);
      await database.drop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

async function startPeer(name: PeerName, { message }: LiveEvent): Promise<Running> {
  const { payload } = JSON.parse(message) as {
    payload: { data: { vehicleMediaChanged: { media: object } } };
  };
  const { vehicleMediaChanged: change } = payload.data;
  const { peers } = await startPeers([name], {
    // What the document does not ask for, but its execution.
    EVENT: JSON.stringify({ ...change, media: { __typename: 'ImageMedia', ...change.media } }),
    VEHICLE,
    NODE_OPTIONS,
  });
  const [peer] = peers;
  if (!peer) throw new Error(`${name} does not run here.`);
  return {
    process: peer.process,
    port: portOf(peer.url),
    vehicle: VEHICLE,
    stop: () => stop(peer.process),
  };
}

export const PRODUCT: Contender = {
  name: 'Forecourt, WebSocket',
  ours: true,
  isPeer: false,
  transport: 'graphql-ws',
  start: startProduct,
};

export const CONTENDERS: readonly Contender[] = [
  { name: 'raw ws', ours: false, isPeer: false, transport: 'raw-ws', start: startRawWs },
  PRODUCT,
  { ...PRODUCT, name: 'Forecourt, SSE', transport: 'sse' },
  {
    name: 'Yoga, graphql-ws',
    ours: false,
    isPeer: true,
    transport: 'graphql-ws',
    start: (event) => startPeer('Yoga, live', event),
  },
  {
    name: 'Yoga, SSE',
    ours: false,
    isPeer: true,
    transport: 'sse',
    start: (event) => startPeer('Yoga, live', event),
  },
  {
    name: 'mercurius',
    ours: false,
    isPeer: true,
    transport: 'graphql-ws',
    start: (event) => startPeer('mercurius, live', event),
  },
];
