import { readFile } from 'node:fs/promises';

const TABLES = ['/proc/net/tcp', '/proc/net/tcp6'];

/** What waits in the kernel to be sent from a port, as Linux tells it. */
export interface SocketQueues {
  /** Of all connections. */
  bytes: number;
  /** Connections with something that waits. */
  waiting: number;
}

export async function readSocketQueues(port: number): Promise<SocketQueues> {
  const queues = { bytes: 0, waiting: 0 };
  for (const table of TABLES) {
    const text = await readFile(table, 'utf8').catch(() => '');
    for (const line of text.split('\n').slice(1)) {
      // sl local remote state tx:rx …
      const [, local, , , queue] = line.trim().split(/\s+/);
      if (!local || !queue || parseInt(local.split(':')[1] ?? '', 16) !== port) continue;
      const bytes = parseInt(queue, 16);
      queues.bytes += bytes;
      if (bytes > 0) queues.waiting += 1;
    }
  }
  return queues;
}
