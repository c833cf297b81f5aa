import { createClient } from 'graphql-ws';
import WebSocket from 'ws';

export interface LiveEvent {
  __typename: string;
  cursor: string;
  vehicleId: string;
  mediaVersion: number;
  reason?: string;
  mediaId?: string;
  order?: string[];
  positions?: number[];
  from?: string;
  to?: string;
  media?: { id: string; status: string; alt: string | null; position: number };
}

/** A subscription that can be cut. */
export interface Live {
  readonly events: AsyncIterableIterator<LiveEvent>;
  /** Drops the connection as a lost network does. */
  cut(): void;
}

const FOLLOW_VEHICLE = `subscription ($vehicleId: ID!, $after: String) {
  vehicleMediaChanged(vehicleId: $vehicleId, after: $after) {
    __typename cursor vehicleId mediaVersion
    ... on MediaAdded { media { id status alt position } }
    ... on MediaUpdated { media { id status alt position } }
    ... on MediaStatusChanged { from to media { id status alt position } }
    ... on MediaRemoved { mediaId }
    ... on MediaReordered { order positions }
    ... on MediaStreamReset { reason }
  }
}`;

export interface FollowOptions {
  url: string;
  vehicleId: string;
  token?: string;
  embedKey?: string;
  after?: string | null;
}

type Variables = Pick<FollowOptions, 'vehicleId' | 'after'>;

interface Next {
  data?: { vehicleMediaChanged: LiveEvent } | null;
  errors?: { message: string }[];
}

function eventOf({ data, errors }: Next): LiveEvent {
  if (!data) throw new Error(`The subscription failed: ${JSON.stringify(errors)}`);
  return data.vehicleMediaChanged;
}

/** Follows a vehicle over WebSocket. */
export function followByWebSocket({ url, token, embedKey, vehicleId, after }: FollowOptions): Live {
  let socket: WebSocket | null = null;
  class CutSocket extends WebSocket {
    constructor(address: string, protocol: string) {
      super(address, protocol);
      socket = this;
    }
  }
  const client = createClient({
    url: `${url.replace(/^http/, 'ws')}/graphql`,
    webSocketImpl: CutSocket,
    retryAttempts: 0,
    connectionParams: { ...(token && { token }), ...(embedKey && { embedKey }) },
  });
  const results = client.iterate<Next['data'], never>({
    query: FOLLOW_VEHICLE,
    variables: { vehicleId, after } satisfies Variables,
  });
  async function* events(): AsyncGenerator<LiveEvent> {
    try {
      for await (const result of results) yield eventOf(result as Next);
    } finally {
      await client.dispose();
    }
  }
  return { events: events(), cut: () => socket?.terminate() };
}

/** Follows a vehicle over server-sent events. */
export function followBySse({ url, token, embedKey, vehicleId, after }: FollowOptions): Live {
  const abort = new AbortController();
  async function* events(): AsyncGenerator<LiveEvent> {
    const response = await fetch(`${url}/graphql`, {
      method: 'POST',
      signal: abort.signal,
      headers: {
        'content-type': 'application/json',
        accept: 'text/event-stream',
        ...(token && { authorization: `Bearer ${token}` }),
        ...(embedKey && { 'x-embed-key': embedKey }),
      },
      body: JSON.stringify({ query: FOLLOW_VEHICLE, variables: { vehicleId, after } }),
    });
    const decoder = new TextDecoder();
    let text = '';
    for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) {
      text += decoder.decode(chunk, { stream: true });
      const frames = text.split('\n\n');
      text = frames.pop() ?? '';
      for (const frame of frames) {
        const [, event, data] = /^event: (\w+)\ndata: ?(.*)$/s.exec(frame) ?? [];
        if (event === 'complete') return;
        if (event === 'next') yield eventOf(JSON.parse(data as string) as Next);
      }
    }
  }
  return { events: events(), cut: () => abort.abort() };
}

/** Reads on until an event fits; resolves to all that came. */
export async function eventsUntil(
  { events }: Live,
  fits: (event: LiveEvent) => boolean,
): Promise<LiveEvent[]> {
  const seen: LiveEvent[] = [];
  for (;;) {
    const { value, done } = await events.next();
    if (done) throw new Error(`The stream ended after ${JSON.stringify(seen)}`);
    seen.push(value);
    if (fits(value)) return seen;
  }
}

/** Follows from a cursor until a media is READY or FAILED; resolves to that status. */
export async function settledStatus(options: FollowOptions & { mediaId: string }): Promise<string> {
  const live = followByWebSocket(options);
  const seen = await eventsUntil(
    live,
    ({ media }) => media?.id === options.mediaId && /^(READY|FAILED)$/.test(media.status),
  );
  await live.events.return?.();
  return seen.at(-1)?.media?.status as string;
}
