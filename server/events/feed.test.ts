import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addVehicle, readGallery, uploadPhoto } from '../../test/gallery.ts';
import {
  eventsUntil,
  followBySse,
  followByWebSocket,
  type FollowOptions,
  type Live,
  type LiveEvent,
} from '../../test/live-client.ts';
import { photo } from '../../test/pictures.ts';
import {
  PUBLIC_DEALERSHIP,
  startServer,
  type TestDealership,
  type TestServer,
} from '../../test/server.ts';
import { pruneEvents } from './outbox.ts';

let server: TestServer;
let north: TestDealership;
let vehicleId: string;
let mediaId: string;

beforeAll(async () => {
  server = await startServer();
  north = await server.dealership(PUBLIC_DEALERSHIP);
  vehicleId = await addVehicle(north.staff);
  const live = followByWebSocket({
    url: server.url,
    token: north.token,
    vehicleId,
    after: await cursor(),
  });
  mediaId = await uploadPhoto(
    north.staff,
    vehicleId,
    (await photo({ width: 200, height: 150, seed: 1 })).bytes,
  );
  await eventsUntil(live, ({ to }) => to === 'READY');
  await live.events.return?.();
});
afterAll(() => server.stop());

async function cursor(): Promise<string> {
  return (await readGallery(north.staff, vehicleId)).mediaCursor;
}

async function setAlt(alt: string): Promise<void> {
  await north.staff.expect(
    'mutation ($id: ID!, $alt: String) { updateMedia(input: { id: $id, alt: $alt }) { userErrors { message } } }',
    { id: mediaId, alt },
  );
}

const alt = ({ media }: LiveEvent) => media?.alt;

describe.each([
  ['WebSocket', followByWebSocket],
  ['server-sent events', followBySse],
])('the feed over %s', (_, follow) => {
  const options = (): FollowOptions => ({ url: server.url, vehicleId });

  it('brings every event exactly once to a client that is cut 20 times', async () => {
    const CHANGES = 60;
    let after = await cursor();
    const changing = (async () => {
      for (let index = 1; index <= CHANGES; index++) await setAlt(`change ${index}`);
    })();
    const seen: LiveEvent[] = [];
    for (let cuts = 0; cuts <= 20; cuts++) {
      const live: Live = follow({ ...options(), after });
      // Cut after 1, 2, 3, 1, 2, … events; the last connection stays until the end.
      const wanted = cuts < 20 ? 1 + (cuts % 3) : Infinity;
      for (let taken = 0; taken < wanted; taken++) {
        const { value } = await live.events.next();
        seen.push(value);
        after = value.cursor;
        if (alt(value) === `change ${CHANGES}`) break;
      }
      live.cut();
      await live.events.return?.().catch(() => null);
      if (seen.length && alt(seen.at(-1) as LiveEvent) === `change ${CHANGES}`) break;
    }
    await changing;
    expect(seen.map(alt)).toEqual(
      Array.from({ length: CHANGES }, (__, index) => `change ${index + 1}`),
    );
    expect(new Set(seen.map((event) => event.cursor)).size).toBe(CHANGES);
  });

  it('misses nothing between a query and the subscription from its mediaCursor', async () => {
    for (let round = 0; round < 10; round++) {
      const name = `round ${round} ${follow.name}`;
      const change = setAlt(name);
      const gallery = await readGallery(server.visitor, vehicleId);
      await change;
      if (gallery.media.nodes[0]?.alt === name) continue;
      const live = follow({ ...options(), after: gallery.mediaCursor });
      const events = await eventsUntil(live, (event) => alt(event) === name);
      expect(events.filter((event) => alt(event) === name)).toHaveLength(1);
      live.cut();
    }
  });

  it('tells the public only of media that are ready', async () => {
    const after = await cursor();
    const added = await uploadPhoto(
      north.staff,
      vehicleId,
      (await photo({ width: 210, height: 150, seed: 2 })).bytes,
    );
    const live = follow({ ...options(), after });
    const [first] = await eventsUntil(live, () => true);
    expect(first).toMatchObject({
      __typename: 'MediaStatusChanged',
      to: 'READY',
      media: { id: added },
    });
    live.cut();
    await north.staff.expect(
      'mutation ($id: ID!) { deleteMedia(input: { ids: [$id] }) { deletedIds } }',
      {
        id: added,
      },
    );
  });

  it('starts anew, once, when the cursor is none of its own', async () => {
    for (const after of ['nonsense', Buffer.from('aaaa.1.1').toString('base64url')]) {
      const live = follow({ ...options(), after });
      const first = await live.events.next();
      expect(first.value).toMatchObject({
        __typename: 'MediaStreamReset',
        reason: 'UNKNOWN_CURSOR',
        vehicleId,
      });
      const name = `after a reset ${after}`;
      await setAlt(name);
      const events = await eventsUntil(live, (event) => alt(event) === name);
      expect(events.filter(({ __typename }) => __typename === 'MediaStreamReset')).toEqual([]);
      live.cut();
    }
  });
});

it('resets once whoever comes back for events that are no longer kept', async () => {
  const after = await cursor();
  await setAlt('to be forgotten');
  await server.app.db.pool.query("update media_events set at = now() - interval '8 days'");
  expect(await pruneEvents(server.app.db.pool, 7)).toBeGreaterThan(0);
  const live = followBySse({ url: server.url, vehicleId, after });
  expect((await live.events.next()).value).toMatchObject({
    __typename: 'MediaStreamReset',
    reason: 'PRUNED',
    mediaVersion: (await readGallery(north.staff, vehicleId)).mediaVersion,
  });
  await setAlt('kept');
  const events = await eventsUntil(live, (event) => alt(event) === 'kept');
  expect(events.filter(({ __typename }) => __typename === 'MediaStreamReset')).toEqual([]);
  live.cut();
});

it('is closed to a vehicle that the viewer may not see', async () => {
  const draft = await addVehicle(north.staff, { status: 'DRAFT' });
  const south = await server.dealership('south');
  for (const token of [undefined, south.token]) {
    const live = followBySse({ url: server.url, vehicleId: draft, ...(token && { token }) });
    await expect(live.events.next()).rejects.toThrow(/no such vehicle|ended/i);
  }
});
