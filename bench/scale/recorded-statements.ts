import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** A statement as Postgres got it. */
export interface Recorded {
  text: string;
  /** As texts. */
  values: (string | null)[];
}

/** A way to a Postgres that knows what is asked on it. */
export interface RecordingProxy {
  readonly url: string;
  /** What is asked while `work` runs, by whomever. */
  during(work: () => Promise<void>): Promise<Recorded[]>;
  close(): void;
}

/** Listens on this machine and passes everything on to the server of `url`. */
export async function recordingProxy(url: string): Promise<RecordingProxy> {
  const target = new URL(url);
  const sockets = new Set<Socket>();
  let recorded: Recorded[] | null = null;
  const server = createServer((near) => {
    const far = connect(Number(target.port || 5432), target.hostname);
    const read = readMessages((statement) => recorded?.push(statement));
    near.on('data', (bytes: Buffer) => {
      read(bytes);
      far.write(bytes);
    });
    far.on('data', (bytes: Buffer) => near.write(bytes));
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(one);
      one.setNoDelay(true);
      one
        .on('error', () => {})
        .once('close', () => {
          sockets.delete(one);
          other.destroy();
        });
    }
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const own = new URL(url);
  own.hostname = '127.0.0.1';
  own.port = String((server.address() as AddressInfo).port);
  return {
    url: own.href,
    async during(work) {
      const all: Recorded[] = [];
      recorded = all;
      await work();
      recorded = null;
      return all;
    },
    close() {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}

/** Reads what a client says in PostgreSQL's protocol, version 3; values in the binary format are not known. */
function readMessages(tell: (statement: Recorded) => void): (bytes: Buffer) => void {
  const prepared = new Map<string, string>();
  let rest: Buffer = Buffer.alloc(0);
  let started = false;

  function take(type: string, body: Buffer): void {
    if (type === 'Q') tell({ text: textAt(body, 0), values: [] });
    if (type === 'P') {
      const name = textAt(body, 0);
      prepared.set(name, textAt(body, Buffer.byteLength(name) + 1));
    }
    if (type !== 'B') return;
    const name = textAt(body, body.indexOf(0) + 1);
    let at = body.indexOf(0) + 1 + Buffer.byteLength(name) + 1;
    at += 2 + 2 * body.readInt16BE(at);
    const count = body.readInt16BE(at);
    at += 2;
    const values = Array.from({ length: count }, () => {
      const length = body.readInt32BE(at);
      at += 4 + Math.max(0, length);
      return length < 0 ? null : body.toString('utf8', at - length, at);
    });
    tell({ text: prepared.get(name) ?? '', values });
  }

  return (bytes) => {
    rest = Buffer.concat([rest, bytes]);
    for (;;) {
      // The first message has no type.
      const head = started ? 1 : 0;
      if (rest.length < head + 4) return;
      const end = head + rest.readInt32BE(head);
      if (rest.length < end) return;
      if (started) take(rest.toString('latin1', 0, 1), rest.subarray(5, end));
      started = true;
      rest = rest.subarray(end);
    }
  };
}

function textAt(body: Buffer, at: number): string {
  return body.toString('utf8', at, body.indexOf(0, at));
}
