// Plain JavaScript, so that a worker thread can load it wherever the server runs.
import { parentPort, workerData } from 'node:worker_threads';
import { PGlite } from '@electric-sql/pglite';

const db = await PGlite.create({ dataDir: workerData.dataDir });
let connection = 0;

/** The response is copied out: what PGlite hands over is a view of its memory. */
async function exchange(message) {
  const chunks = [];
  await db.execProtocolRawStream(message, { onRawData: (bytes) => chunks.push(bytes.slice()) });
  return Buffer.concat(chunks);
}

function simpleQuery(sql) {
  const text = Buffer.from(`${sql}\0`);
  const message = Buffer.alloc(5 + text.length);
  message.write('Q');
  message.writeUInt32BE(4 + text.length, 1);
  text.copy(message, 5);
  return message;
}

/** There is one session for all connections, one after the other: each begins with a clean one. */
async function resetSession() {
  if (db.isInTransaction()) await exchange(simpleQuery('ROLLBACK'));
  await exchange(simpleQuery('DISCARD ALL'));
  await exchange(simpleQuery("SET TimeZone = 'UTC'"));
}

async function receive(message) {
  switch (message.type) {
    case 'open':
      connection = message.connection;
      await resetSession();
      break;
    case 'data':
      if (message.connection !== connection) break;
      parentPort.postMessage({ type: 'data', connection, bytes: await exchange(message.bytes) });
      break;
    case 'close':
      await db.close();
      parentPort.postMessage({ type: 'closed' });
      parentPort.close();
      break;
  }
}

let last = Promise.resolve();
parentPort.on('message', (message) => {
  last = last.then(() => receive(message));
});
parentPort.postMessage({ type: 'ready' });
