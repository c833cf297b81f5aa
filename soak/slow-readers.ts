/**
 * 100 MB of events to a healthy reader and to one each over server-sent events
 * and WebSocket that stops reading. The process must live, grow by at most
 * 50 MB, and give every reader every event exactly once in the end, or one
 * MediaStreamReset.
 *
 *   npm run soak:slow-readers [-- --short --seed 1 --out result.json]
 *   DATABASE_URL=… runs it on that Postgres instead of the embedded database
 */
import { once } from 'node:events';
import { request, type IncomingMessage } from 'node:http';
import WebSocket from 'ws';
import { demoAccount } from '../demo/seed.ts';
import { GraphQLClient } from '../test/graphql-client.ts';
import { startProcess } from './process.ts';
import { soakRun } from './soak-run.ts';

const run = soakRun('slow-readers');
const TARGET_BYTES = run.short ? 10_000_000 : 100_000_000;
const WRITERS = 4;
const WARM_UP_EVENTS = 600;
const MAX_GROWTH_BYTES = 50_000_000;

const SUBSCRIPTION = `subscription ($vehicleId: ID!, $after: String) {
  vehicleMediaChanged(vehicleId: $vehicleId, after: $after) {
    __typename cursor
    ... on MediaUpdated { media { alt caption tags groupKey } }
  }
}`;

/** What a reader has been told, by the number that each event carries. */
class Told {
  readonly events = new Map<string, number>();
  bytes = 0;
  resets = 0;
  #buffer = '';

  take(text: string): void {
    this.bytes += Buffer.byteLength(text);
    this.#buffer += text;
    for (;;) {
      const match = /"(?:groupKey":"(event-\d+)"|__typename":"(MediaStreamReset)")/.exec(
        this.#buffer,
      );
      if (!match) break;
      if (match[2]) this.resets += 1;
      else this.events.set(match[1] as string, (this.events.get(match[1] as string) ?? 0) + 1);
      this.#buffer = this.#buffer.slice(match.index + match[0].length);
    }
    this.#buffer = this.#buffer.slice(-100);
  }

  get doubled(): number {
    return [...this.events.values()].filter((times) => times > 1).length;
  }
}

interface Reader {
  told: Told;
  stall(): void;
  resume(): void;
  close(): void;
  connections(): number;
}

async function readBySse(url: string, vehicleId: string): Promise<Reader> {
  const told = new Told();
  const call = request(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'text/event-stream' },
  });
  call.end(JSON.stringify({ query: SUBSCRIPTION, variables: { vehicleId } }));
  const [response] = (await once(call, 'response')) as [IncomingMessage];
  response.setEncoding('utf8').on('data', (text: string) => told.take(text));
  response.on('error', () => {});
  return {
    told,
    stall: () => response.pause(),
    resume: () => response.resume(),
    close: () => call.destroy(),
    connections: () => 1,
  };
}

/** As clients do, goes on from the last cursor when the server gave the connection up. */
async function readByWebSocket(url: string, vehicleId: string): Promise<Reader> {
  const told = new Told();
  let after: string | null = null;
  let closed = false;
  let connections = 0;

  async function connect(): Promise<WebSocket> {
    connections += 1;
    const socket = new WebSocket(`${url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
    await once(socket, 'open');
    socket.send(JSON.stringify({ type: 'connection_init' }));
    await once(socket, 'message');
    socket.on('message', (data) => {
      const text = String(data);
      after = /"cursor":"([\w-]+)"/.exec(text)?.[1] ?? after;
      if (text === '{"type":"ping"}') socket.send('{"type":"pong"}');
      else told.take(text);
    });
    socket.on('error', () => {});
    socket.on('close', () => {
      if (!closed) void connect().then((next) => (current = next));
    });
    const payload = { query: SUBSCRIPTION, variables: { vehicleId, after } };
    socket.send(JSON.stringify({ id: '1', type: 'subscribe', payload }));
    return socket;
  }

  let current = await connect();
  return {
    told,
    stall: () => current.pause(),
    resume: () => current.resume(),
    close: () => {
      closed = true;
      current.terminate();
    },
    connections: () => connections,
  };
}

const server = await startProcess();
try {
  const visitor = new GraphQLClient(server.url);
  const { logIn } = await visitor.expect<{ logIn: { session: { token: string } } }>(
    'mutation ($email: String!, $password: String!) { logIn(input: { email: $email, password: $password }) { session { token } } }',
    demoAccount,
  );
  const staff = new GraphQLClient(server.url, logIn.session.token);
  const { vehicles } = await staff.expect<{
    vehicles: { nodes: { id: string; media: { nodes: { id: string }[] } }[] };
  }>('{ vehicles(first: 1) { nodes { id media(first: 1) { nodes { id } } } } }');
  const vehicleId = vehicles.nodes[0]?.id as string;
  const mediaId = vehicles.nodes[0]?.media.nodes[0]?.id as string;

  // Three bytes a character: 15 to 30 kB an event.
  const caption = () => '車'.repeat(2_500 + run.random(2_500));
  const tags = () =>
    Array.from({ length: 25 + run.random(26) }, (_, index) => `${index}${'車'.repeat(97)}`);
  let written = 0;
  const write = async (count: number): Promise<void> => {
    const end = written + count;
    await Promise.all(
      Array.from({ length: WRITERS }, async () => {
        while (written < end) {
          const groupKey = `event-${written++}`;
          await staff.expect(
            `mutation ($input: UpdateMediaInput!) { updateMedia(input: $input) { userErrors { message } } }`,
            { input: { id: mediaId, caption: caption(), tags: tags(), groupKey } },
          );
        }
      }),
    );
  };

  const readers = {
    healthy: await readBySse(server.url, vehicleId),
    stalledSse: await readBySse(server.url, vehicleId),
    stalledWebSocket: await readByWebSocket(server.url, vehicleId),
  };
  await write(WARM_UP_EVENTS);
  const eventBytes = Math.round(readers.healthy.told.bytes / readers.healthy.told.events.size);
  const before = await server.rss();
  let highest = before;
  const sampling = setInterval(() => {
    void server.rss().then((rss) => {
      highest = Math.max(highest, rss);
    });
  }, 50);

  const events = Math.ceil(TARGET_BYTES / eventBytes);
  readers.stalledSse.stall();
  const first = run.random(Math.ceil(events / 10));
  await write(first);
  readers.stalledWebSocket.stall();
  await write(events - first);
  clearInterval(sampling);
  const behind = {
    sse: written - readers.stalledSse.told.events.size,
    webSocket: written - readers.stalledWebSocket.told.events.size,
  };
  readers.stalledSse.resume();
  readers.stalledWebSocket.resume();
  const deadline = Date.now() + 120_000;
  const complete = (reader: Reader) =>
    reader.told.resets > 0 || reader.told.events.size === written;
  while (!Object.values(readers).every(complete) && Date.now() < deadline) {
    await new Promise((resolve) => {
      setTimeout(resolve, 100);
    });
  }
  const alive = (await fetch(`${server.url}/readyz`)).status === 200;
  for (const reader of Object.values(readers)) reader.close();

  await run.report(
    {
      engine: process.env.DATABASE_URL ? 'postgres' : 'embedded',
      events: written,
      meanEventBytes: eventBytes,
      megabytes: Math.round((events * eventBytes) / 1e6),
      rssGrowthMegabytes: Math.round((highest - before) / 1e6),
      behindWhenResumed: behind,
      readers: Object.fromEntries(
        Object.entries(readers).map(([name, { told, connections }]) => [
          name,
          {
            events: told.events.size,
            doubled: told.doubled,
            resets: told.resets,
            connections: connections(),
          },
        ]),
      ),
      alive,
    },
    alive &&
      highest - before <= MAX_GROWTH_BYTES &&
      behind.sse > 0 &&
      behind.webSocket > 0 &&
      Object.values(readers).every(
        ({ told }) => told.doubled === 0 && (told.resets === 1 || told.events.size === written),
      ),
  );
} finally {
  await server.stop();
}
