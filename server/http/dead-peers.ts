import { readFile } from 'node:fs/promises';
import type { Socket } from 'node:net';

const EVERY_MS = 5_000;
/** Sent again so often, each time after twice as long, and never acknowledged: six seconds on a short line. */
const MAX_RETRIES = 5;
const TABLES = ['/proc/net/tcp', '/proc/net/tcp6'];

/**
 * Ends sockets whose peer is gone without a word, as a server-sent event stream
 * cannot tell: what is written only waits in the kernel, a quarter of an hour
 * by default. Linux counts how often it sent the same bytes again; a peer that
 * is merely slow acknowledges them. Elsewhere nothing is done.
 */
export interface DeadPeers {
  watch(socket: Socket): void;
  close(): void;
}

export function createDeadPeers(
  readTables: () => Promise<string[]> = readLinuxTables,
  everyMs = EVERY_MS,
): DeadPeers {
  const watched = new Map<string, Socket>();
  let looking = false;

  async function look(): Promise<void> {
    if (looking || watched.size === 0) return;
    looking = true;
    try {
      for (const table of await readTables()) {
        for (const name of silentConnections(table)) watched.get(name)?.destroy();
      }
    } finally {
      looking = false;
    }
  }

  const timer = setInterval(() => void look(), everyMs);
  timer.unref();
  return {
    watch(socket) {
      const name = nameOf(socket);
      // One connection carries many streams, one after the other.
      if (watched.get(name) === socket) return;
      watched.set(name, socket);
      socket.once('close', () => watched.delete(name));
    },
    close: () => clearInterval(timer),
  };
}

function readLinuxTables(): Promise<string[]> {
  return Promise.all(TABLES.map((path) => readFile(path, 'utf8').catch(() => '')));
}

/** Of a table of connections, those that acknowledge neither bytes nor questions for room. */
function silentConnections(table: string): string[] {
  return table
    .split('\n')
    .slice(1)
    .flatMap((line) => {
      // sl local rem st tx:rx tr:when retransmits uid probes …
      const [, local, remote, , , , retries, , probes] = line.trim().split(/\s+/);
      const silent = parseInt(retries ?? '', 16) >= MAX_RETRIES || Number(probes) >= MAX_RETRIES;
      return silent && local && remote ? [`${portOf(local)} ${addressOf(remote)}`] : [];
    });
}

function nameOf({ localPort, remotePort, remoteAddress = '' }: Socket): string {
  return `${localPort} ${plain(remoteAddress)} ${remotePort}`;
}

function portOf(endpoint: string): number {
  return parseInt(endpoint.split(':')[1] ?? '', 16);
}

/** Address and port; the kernel writes each 32 bits of an address in the order of the machine. */
function addressOf(endpoint: string): string {
  const words = endpoint.split(':')[0]?.match(/.{8}/g) ?? [];
  const bytes = words.flatMap((word) => [...Buffer.from(word, 'hex')].reverse());
  const text =
    bytes.length === 4
      ? bytes.join('.')
      : Array.from({ length: 8 }, (_, index) =>
          (((bytes[2 * index] ?? 0) << 8) | (bytes[2 * index + 1] ?? 0)).toString(16),
        ).join(':');
  return `${plain(text)} ${portOf(endpoint)}`;
}

/** One way of writing each address, IPv4 as such. */
function plain(address: string): string {
  if (!address.includes(':')) return address;
  const short = new URL(`http://[${address.replace(/%.*$/, '')}]`).hostname;
  const [, high, low] = /^\[::ffff:([\da-f]+):([\da-f]+)\]$/.exec(short) ?? [];
  if (high === undefined || low === undefined) return short;
  const number = parseInt(high, 16) * 0x10000 + parseInt(low, 16);
  return [24, 16, 8, 0].map((bits) => (number >>> bits) & 255).join('.');
}
