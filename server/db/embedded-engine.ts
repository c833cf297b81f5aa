import { Worker } from 'node:worker_threads';
import { DatabaseError, reasonOf } from './database-error.ts';
import { WireStream } from './wire-stream.ts';

type FromWorker =
  | { type: 'ready' }
  | { type: 'data'; connection: number; bytes: Uint8Array }
  | { type: 'closed' };

/** PostgreSQL in a worker thread. It has one session: one open connection at a time. */
export interface EmbeddedEngine {
  /** A new connection, for the `stream` option of node-postgres; its session starts clean. */
  connect(): WireStream;
  /** Writes a checkpoint and ends the thread. */
  close(): Promise<void>;
}

/**
 * @param dataDir folder of an existing database, or `memory://` for a new one that is kept
 *   nowhere else.
 * @param onStop called when the thread ends without `close`.
 */
export async function startEmbeddedEngine(
  dataDir: string,
  onStop: (error: DatabaseError) => void,
): Promise<EmbeddedEngine> {
  const worker = new Worker(new URL('./embedded-worker.mjs', import.meta.url), {
    workerData: { dataDir },
    execArgv: [],
  });
  const streams = new Map<number, WireStream>();
  let connections = 0;
  let stopped: DatabaseError | undefined;
  let closing = false;

  let settleReady: (error?: DatabaseError) => void = () => {};
  const ready = new Promise<void>((resolve, reject) => {
    settleReady = (error) => (error ? reject(error) : resolve());
  });
  let settleEnded: () => void = () => {};
  const ended = new Promise<void>((resolve) => {
    settleEnded = resolve;
  });
  const stop = (cause: unknown) => {
    if (stopped) return;
    const message = `the embedded database in ${dataDir} ended: ${reasonOf(cause)}`;
    stopped = new DatabaseError('ENGINE_STOPPED', message, { cause });
    for (const stream of streams.values()) stream.destroy(stopped);
    settleReady(stopped);
    settleEnded();
    if (!closing) onStop(stopped);
  };

  worker.on('message', (message: FromWorker) => {
    if (message.type === 'ready') settleReady();
    else if (message.type === 'closed') closing = true;
    else streams.get(message.connection)?.push(message.bytes);
  });
  worker.on('error', stop);
  worker.on('exit', (code) => stop(new Error(`its thread ended with code ${code}`)));
  await ready;

  return {
    connect() {
      const connection = ++connections;
      const stream = new WireStream(
        (bytes) => worker.postMessage({ type: 'data', connection, bytes }),
        () => streams.delete(connection),
      );
      if (stopped) stream.destroy(stopped);
      else {
        streams.set(connection, stream);
        worker.postMessage({ type: 'open', connection });
      }
      return stream;
    },
    async close() {
      if (!closing) {
        closing = true;
        worker.postMessage({ type: 'close' });
      }
      await ended;
    },
  };
}
