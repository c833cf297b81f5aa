import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { WebSocket } from 'ws';
import { GalleryStub } from '../../../test/gallery-stub.ts';
import type { ConnectionState } from '../../live-events.ts';
import { ApiClient, type Credentials } from '../api-client.ts';
import type { MediaChange } from '../media-change.ts';
import { MediaFeed, type MediaFeedOptions } from './media-feed.ts';

const cuts = 20;

let stub: GalleryStub;
let endpoint: string;
let feed: MediaFeed;
let changes: MediaChange[];
let cursors: string[];
let states: ConnectionState[];
let transports: unknown[];

beforeEach(async () => {
  vi.stubGlobal('WebSocket', WebSocket);
  stub = new GalleryStub();
  endpoint = await stub.listen();
  changes = [];
  cursors = [];
  states = [];
  transports = [];
});

afterEach(async () => {
  feed.stop();
  await stub.close();
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

function follow(
  options: Partial<MediaFeedOptions> = {},
  credentials: Partial<Credentials> = {},
  onTokenRefused = () => {},
): void {
  const client = new ApiClient(
    { endpoint, embedKey: null, token: null, tokenProvider: null, ...credentials },
    onTokenRefused,
  );
  feed = new MediaFeed(client, {
    vehicleId: stub.id,
    after: stub.cursor,
    forStaff: false,
    firstDelay: 5,
    onChange: (change, cursor) => {
      changes.push(change);
      cursors.push(cursor);
    },
    onReset: () => Promise.resolve(stub.cursor),
    onConnection: (state, transport) => {
      states.push(state);
      transports.push(transport);
    },
    ...options,
  });
  feed.start();
}

/** Resolves once something is so; vitest's own patience is the limit. */
const until = (condition: () => boolean): Promise<void> =>
  vi.waitFor(() => expect(condition()).toBe(true), { timeout: 120_000, interval: 5 });

const breaks = (): number => states.filter((state) => state === 'retrying').length;

describe('MediaFeed', () => {
  it('hands on what happened between the read and the subscription', async () => {
    const { cursor } = stub;
    const { id } = stub.add();
    follow({ after: cursor });
    await until(() => changes.length === 1);
    expect(changes[0]).toMatchObject({ type: 'upsert', media: { id }, mediaVersion: 2 });
  });

  it('tells of updates, removals and new orders', async () => {
    const first = stub.add();
    const second = stub.add();
    follow();
    stub.update(first.id, { caption: 'Front' });
    stub.reorder([second.id, first.id]);
    stub.remove(second.id);
    await until(() => changes.length === 3);
    expect(changes).toMatchObject([
      { type: 'upsert', media: { id: first.id, caption: 'Front' } },
      { type: 'reorder', order: [second.id, first.id], positions: [0, 1] },
      { type: 'remove', mediaId: second.id },
    ]);
  });

  for (const transport of ['websocket', 'sse'] as const) {
    it(`hands on every change once while the ${transport} connection is cut ${cuts} times`, async () => {
      stub.webSockets = transport === 'websocket';
      follow({ firstDelay: 0 });
      for (let round = 0; round < cuts; round += 1) {
        stub.add();
        // A connection is cut while it is there, and while changes go on.
        await until(() => states.at(-1) === 'live');
        stub.add();
        stub.cut();
        stub.add();
        await until(() => breaks() > round);
      }
      await until(() => cursors.length >= stub.events.length);
      expect(cursors).toEqual(stub.events.map(({ cursor }) => cursor));
      expect(new Set(transports)).toContain(transport);
      expect(feed.cursor).toBe(stub.cursor);
    });
  }

  for (const transport of ['websocket', 'sse'] as const) {
    it(`subscribes again behind what it has when the server ends the stream over ${transport}`, async () => {
      stub.webSockets = transport === 'websocket';
      follow({ firstDelay: 0 });
      for (let round = 0; round < 3; round += 1) {
        await until(() => states.at(-1) === 'live');
        stub.add();
        await until(() => cursors.length === 2 * round + 1);
        stub.end();
        stub.add();
        await until(() => cursors.length === 2 * round + 2);
      }
      expect(cursors).toEqual(stub.events.map(({ cursor }) => cursor));
    });
  }

  it('waits longer after each failure, up to half a minute, and at most until the network is back', async () => {
    const network = new EventTarget();
    vi.stubGlobal('addEventListener', network.addEventListener.bind(network));
    vi.stubGlobal('removeEventListener', network.removeEventListener.bind(network));
    vi.spyOn(Math, 'random').mockReturnValue(1);
    const timers = vi.spyOn(globalThis, 'setTimeout');
    await stub.close();
    follow({ firstDelay: 9_001 });
    for (let round = 0; round < 5; round += 1) {
      await until(() => breaks() > round);
      network.dispatchEvent(new Event('online'));
    }
    await until(() => breaks() === 6);
    // Other timers of the connection have other lengths.
    const waits = timers.mock.calls
      .map(([, ms]) => Number(ms))
      .filter((ms) => [9_001, 18_002, 30_000].includes(ms));
    expect(waits).toEqual([9_001, 18_002, 30_000, 30_000, 30_000, 30_000]);
  });

  it('is back at once each time where nothing happens between the breaks', async () => {
    follow({ firstDelay: 20, steadyAfter: 0 });
    for (let round = 0; round < 16; round += 1) {
      await until(() => states.at(-1) === 'live');
      stub.cut();
      await until(() => breaks() > round);
    }
  });

  it('reads again when the server cannot say what was missed, and goes on from there', async () => {
    stub.add();
    stub.add();
    stub.pruned = 2;
    const onReset = vi.fn(() => Promise.resolve(stub.cursor));
    follow({ after: '0', onReset });
    await until(() => onReset.mock.calls.length > 0 && states.at(-1) === 'live');
    const { id } = stub.add();
    await until(() => changes.length > 0);
    expect(onReset).toHaveBeenCalledOnce();
    expect(changes).toMatchObject([{ type: 'upsert', media: { id } }]);
  });

  it('goes on from another cursor when everything was read again', async () => {
    stub.add();
    follow();
    await until(() => states.at(-1) === 'live');
    feed.resumeAfter('0');
    await until(() => changes.length > 0);
    expect(cursors).toEqual(['1']);
  });

  it.each([
    ['key', { embedKey: 'fce_1', token: null }, { embedKey: 'fce_1' }],
    ['token rather than a key', { embedKey: 'fce_1', token: 'secret' }, { token: 'secret' }],
  ])('introduces itself to the WebSocket with a %s', async (_, credentials, introduction) => {
    follow({}, credentials);
    await until(() => states.at(-1) === 'live');
    expect(stub.connections).toEqual([introduction]);
  });

  it('asks for a new token once when the server refuses the one it has', async () => {
    stub.webSockets = false;
    stub.refuse = ({ headers }) =>
      headers.authorization === 'Bearer new' ? null : 'UNAUTHENTICATED';
    const tokens = ['old', 'new'];
    const refused = vi.fn();
    follow({}, { tokenProvider: () => tokens.shift() ?? null }, refused);
    await until(() => states.at(-1) === 'live');
    expect(refused).toHaveBeenCalledOnce();
  });

  it('gives up where it is not allowed to look', async () => {
    stub.webSockets = false;
    stub.refuse = () => 'FORBIDDEN';
    follow();
    await until(() => states.at(-1) === 'closed');
    expect(states).toEqual(['connecting', 'retrying', 'closed']);
  });

  it('says nothing more once it is stopped', async () => {
    follow();
    await until(() => states.at(-1) === 'live');
    feed.stop();
    stub.add();
    await new Promise((resolve) => setImmediate(resolve));
    expect(changes).toEqual([]);
  });
});
