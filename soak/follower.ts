import { Agent, request, type ClientRequest, type IncomingMessage } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import WebSocket from 'ws';

/** What a follower is told of an event. */
export interface ToldEvent {
  __typename: string;
  cursor: string;
  vehicleId: string;
  media?: { alt: string };
}

const FIELDS = '__typename cursor vehicleId ... on MediaUpdated{media{alt}}';
const FOLLOW = {
  vehicle: `subscription($id:ID!,$after:String){told:vehicleMediaChanged(vehicleId:$id,after:$after){${FIELDS}}}`,
  dealership: `subscription($id:ID!,$after:String){told:dealershipMediaChanged(dealershipId:$id,after:$after){${FIELDS}}}`,
};
/** How soon one comes back that was cut off, at least and at most. */
const BACK_MS = [50, 500] as const;
/** How often one that stalls says that it lives, unasked, since it does not see that it is asked. */
const PONG_EVERY_MS = 5_000;

export interface FollowOptions {
  /** Of a server; asked anew for each connection. */
  url(): string;
  transport: 'sse' | 'ws';
  scope: keyof typeof FOLLOW;
  /** Global id of what is followed. */
  id: string;
  token?: string;
  after: string;
  /** Comes back without its cursor. */
  forgetful?: boolean;
  take(event: ToldEvent): void;
}

/** Follows, and comes back with its last cursor whenever it is cut off. */
export interface Follower {
  readonly connections: number;
  /** How often a server had no time for it and asked it to come back. */
  readonly sentAway: number;
  /** What a server said instead of an event; nothing is tried after that. */
  readonly refusal: string | null;
  /** Reads nothing more from its socket, until it resumes. */
  stall(): void;
  resume(): void;
  close(): void;
}

interface Connection {
  /** Resolves when it is over. */
  over: Promise<unknown>;
  pause(): void;
  resume(): void;
  cut(): void;
}

interface Problem {
  message: string;
  extensions?: { code?: string };
}

type Message = { data?: { told: ToldEvent } | null; errors?: Problem[] };

const agent = new Agent({ keepAlive: false, maxSockets: Infinity });

export function follow(options: FollowOptions): Follower {
  const { scope, id, token } = options;
  let after: string | null = options.after;
  let connections = 0;
  let sentAway = 0;
  let refusal: string | null = null;
  let closed = false;
  let stalled = false;
  let current: Connection | null = null;

  function take({ data, errors }: Message): void {
    if (!data && errors?.[0]?.extensions?.code === 'SERVICE_UNAVAILABLE') {
      sentAway += 1;
      current?.cut();
      return;
    }
    if (!data) {
      refusal = errors?.[0]?.message ?? 'no data';
      closed = true;
      current?.cut();
      return;
    }
    after = data.told.cursor;
    options.take(data.told);
  }

  async function stay(): Promise<void> {
    while (!closed) {
      const query = FOLLOW[scope];
      const body = { query, variables: { id, after } };
      connections += 1;
      current = (options.transport === 'sse' ? overSse : overWebSocket)(
        options.url(),
        token,
        body,
        take,
      );
      if (stalled) current.pause();
      await current.over;
      current = null;
      if (options.forgetful) after = null;
      const [least, most] = BACK_MS;
      if (!closed) await sleep(least + Math.random() * (most - least));
    }
  }
  void stay();

  return {
    get connections() {
      return connections;
    },
    get sentAway() {
      return sentAway;
    },
    get refusal() {
      return refusal;
    },
    stall() {
      stalled = true;
      current?.pause();
    },
    resume() {
      stalled = false;
      current?.resume();
    },
    close() {
      closed = true;
      current?.cut();
    },
  };
}

type Open = (
  url: string,
  token: string | undefined,
  body: object,
  take: (message: Message) => void,
) => Connection;

const overSse: Open = (url, token, body, take) => {
  const call: ClientRequest = request(`${url}/graphql`, {
    method: 'POST',
    agent,
    headers: {
      'content-type': 'application/json',
      accept: 'text/event-stream',
      ...(token && { authorization: `Bearer ${token}` }),
    },
  });
  let response: IncomingMessage | null = null;
  let rest = '';
  call.on('error', () => {});
  call.on('response', (answer: IncomingMessage) => {
    response = answer;
    answer.on('error', () => {});
    answer.setEncoding('utf8').on('data', (text: string) => {
      const frames = (rest + text).split('\n\n');
      rest = frames.pop() ?? '';
      for (const frame of frames) {
        const at = frame.indexOf('\ndata: ');
        if (frame.startsWith('event: next') && at > 0) take(JSON.parse(frame.slice(at + 7)));
      }
    });
    answer.on('end', () => {
      if (rest.startsWith('{')) take(JSON.parse(rest));
      call.destroy();
    });
  });
  call.end(JSON.stringify(body));
  return {
    over: new Promise((resolve) => call.once('close', resolve)),
    pause() {
      response?.pause();
      response?.socket.pause();
    },
    resume() {
      response?.resume();
      response?.socket.resume();
    },
    cut: () => call.destroy(),
  };
};

const overWebSocket: Open = (url, token, body, take) => {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
  let pongs: NodeJS.Timeout | undefined;
  socket.on('error', () => {});
  socket.on('open', () =>
    socket.send(JSON.stringify({ type: 'connection_init', payload: token ? { token } : {} })),
  );
  socket.on('message', (data) => {
    const { type, payload } = JSON.parse(String(data)) as { type: string; payload: unknown };
    if (type === 'connection_ack')
      socket.send(JSON.stringify({ id: '1', type: 'subscribe', payload: body }));
    else if (type === 'next') take(payload as Message);
    else if (type === 'error') take({ errors: payload as Problem[] });
    else if (type === 'complete') socket.close();
  });
  const over = new Promise((resolve) => socket.once('close', resolve));
  void over.then(() => clearInterval(pongs));
  return {
    over,
    pause() {
      socket.pause();
      pongs = setInterval(() => socket.pong(), PONG_EVERY_MS);
    },
    resume() {
      clearInterval(pongs);
      socket.resume();
    },
    cut: () => socket.terminate(),
  };
};
