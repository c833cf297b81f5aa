/**
 * Asks over keep-alive connections as fast as answers come, each the next of a
 * list of bodies, and tells how many came. A process of its own.
 *
 *   node bench/api/load.mjs <url> <file with a JSON body a line> <connections> <seconds> <headers as JSON>
 *
 * A line may have a token behind its body, after a tab.
 */
import { readFileSync } from 'node:fs';
import { connect } from 'node:net';

const [url, file, connections, seconds, headers] = process.argv.slice(2);
const { hostname, port, pathname } = new URL(url);
const said = Object.entries({ 'content-type': 'application/json', ...JSON.parse(headers ?? '{}') })
  .map(([name, value]) => `${name}: ${value}\r\n`)
  .join('');
const requests = readFileSync(file, 'utf8')
  .split('\n')
  .filter(Boolean)
  .map((line) => {
    const [body = '', token] = line.split('\t');
    const who = token ? `authorization: Bearer ${token}\r\n` : '';
    return Buffer.from(
      `POST ${pathname} HTTP/1.1\r\nhost: ${hostname}:${port}\r\n${said}${who}content-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
    );
  });

const START = 4_000;

let next = 0;
let answers = 0;
let bytes = 0;
let refused = 0;
let over = false;

function ask(socket) {
  socket.write(requests[next++ % requests.length]);
}

const sockets = Array.from({ length: Number(connections) }, () => {
  const socket = connect({ host: hostname, port: Number(port), noDelay: true });
  /** Of the answer that is under way. */
  let left = 0;
  let head = '';
  let isOk = true;
  /** What it begins with. */
  let start = '';
  socket.on('data', (chunk) => {
    let at = 0;
    while (at < chunk.length) {
      if (left === 0) {
        head += chunk.latin1Slice(at);
        const end = head.indexOf('\r\n\r\n');
        if (end < 0) return;
        const before = head.length - (chunk.length - at);
        at += end + 4 - before;
        left = Number(/content-length: (\d+)/i.exec(head)?.[1]);
        isOk = head.startsWith('HTTP/1.1 200');
        head = '';
        start = '';
        if (!(left > 0)) throw new Error('An answer has no length');
      }
      const part = Math.min(left, chunk.length - at);
      if (start.length < START) start += chunk.latin1Slice(at, at + Math.min(part, START));
      left -= part;
      at += part;
      bytes += part;
      if (left === 0) {
        answers++;
        // Errors come first in an answer; what a user did wrong in its data.
        if (!isOk || start.startsWith('{"errors"') || start.includes('"userErrors":[{')) refused++;
        if (!over) ask(socket);
      }
    }
  });
  socket.on('connect', () => ask(socket));
  return socket;
});

const started = performance.now();
setTimeout(
  () => {
    over = true;
    const elapsed = (performance.now() - started) / 1_000;
    for (const socket of sockets) socket.destroy();
    console.log(JSON.stringify({ perSecond: answers / elapsed, bytes: bytes / answers, refused }));
  },
  Number(seconds) * 1_000,
);
