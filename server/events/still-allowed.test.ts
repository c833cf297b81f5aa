import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { GraphQLClient } from '../../test/graphql-client.ts';
import { addVehicle, readGallery, uploadPhoto } from '../../test/gallery.ts';
import { makeEmbedKey, updateEmbedKey } from '../../test/keys.ts';
import {
  eventsUntil,
  followBySse,
  followByWebSocket,
  settledStatus,
  type LiveEvent,
} from '../../test/live-client.ts';
import { photo } from '../../test/pictures.ts';
import {
  PUBLIC_DEALERSHIP,
  startServer,
  type TestDealership,
  type TestServer,
} from '../../test/server.ts';

let server: TestServer;
let north: TestDealership;
let vehicleId: string;
let mediaId: string;

beforeAll(async () => {
  server = await startServer();
  north = await server.dealership(PUBLIC_DEALERSHIP);
  vehicleId = await addVehicle(north.staff);
  const after = await cursor();
  const { bytes } = await photo({ width: 200, height: 150, seed: 1 });
  mediaId = await uploadPhoto(north.staff, vehicleId, bytes);
  await settledStatus({ url: server.url, token: north.token, vehicleId, after, mediaId });
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

async function setStatus(status: string): Promise<void> {
  await north.staff.expect(
    'mutation ($vehicle: VehicleFields!) { upsertVehicle(input: { vehicle: $vehicle }) { userErrors { message } } }',
    { vehicle: { id: vehicleId, status } },
  );
}

/** Changes the media until the stream ends. */
async function endAmongChanges(live: { events: AsyncIterator<LiveEvent> }): Promise<void> {
  let ended = false;
  const end = (async () => {
    while (!(await live.events.next()).done);
    ended = true;
  })();
  await expect
    .poll(async () => {
      await setAlt(`change ${performance.now()}`);
      return ended;
    })
    .toBe(true);
  await end;
}

it.each([
  ['WebSocket', followByWebSocket],
  ['server-sent events', followBySse],
])('ends the stream of a visitor over %s when the vehicle is taken back', async (_, follow) => {
  const live = follow({ url: server.url, vehicleId, after: await cursor() });
  await setAlt(`seen ${follow.name}`);
  await eventsUntil(live, ({ media }) => media?.alt === `seen ${follow.name}`);
  await setStatus('DRAFT');
  await endAmongChanges(live);
  await setStatus('PUBLISHED');
});

it('ends the stream of staff who left the dealership', async () => {
  const leaver = await server.dealership(PUBLIC_DEALERSHIP, 'VIEWER');
  const live = followByWebSocket({
    url: server.url,
    token: leaver.token,
    vehicleId,
    after: await cursor(),
  });
  await setAlt('seen by staff');
  await eventsUntil(live, ({ media }) => media?.alt === 'seen by staff');
  await server.app.db.prisma.membership.deleteMany({ where: { user: { email: leaver.email } } });
  await endAmongChanges(live);
});

describe('a stream in which nothing happens', () => {
  const follows = [followByWebSocket, followBySse];

  /** An unknown cursor is answered at once: from then on the stream is open. */
  const openedBy = (token: string) =>
    Promise.all(
      [...follows, ...follows, ...follows].map(async (follow) => {
        const live = follow({ url: server.url, token, vehicleId, after: 'nonsense' });
        await live.events.next();
        return live;
      }),
    );
  const ended = async (streams: { events: AsyncIterator<LiveEvent> }[]) => {
    for (const { events } of streams) expect((await events.next()).done).toBe(true);
  };

  it('ends with its session', async () => {
    const { logIn } = await server.visitor.expect<{ logIn: { session: { token: string } } }>(
      'mutation ($input: LogInInput!) { logIn(input: $input) { session { token } } }',
      { input: { email: north.email, password: north.password } },
    );
    const { token } = logIn.session;
    const streams = await openedBy(token);
    await new GraphQLClient(server.url, token).expect(
      'mutation { logOut(input: {}) { userErrors { code } } }',
    );
    await ended(streams);
  });

  it('ends with the embed key of its page', async () => {
    const { id, key } = await makeEmbedKey(north.staff);
    const streams = await Promise.all(
      follows.map(async (follow) => {
        const live = follow({ url: server.url, embedKey: key, vehicleId, after: 'nonsense' });
        await live.events.next();
        return live;
      }),
    );
    await updateEmbedKey(north.staff, 'revoke', { id });
    await ended(streams);
  });

  it('ends when its session is past its time', async () => {
    const leaver = await server.dealership(PUBLIC_DEALERSHIP, 'PHOTOGRAPHER');
    await server.app.db.pool.query(
      `update sessions set expires_at = now() + interval '3 seconds'
       where user_id = (select id from users where email = $1)`,
      [leaver.email],
    );
    await ended(await openedBy(leaver.token));
  });

  it('goes on when another’s ends', async () => {
    const leaver = await server.dealership(PUBLIC_DEALERSHIP, 'MANAGER');
    const [stays] = await openedBy(north.token);
    await leaver.staff.expect('mutation { logOut(input: {}) { userErrors { code } } }');
    await setAlt('still told');
    expect((await stays?.events.next())?.value).toMatchObject({ media: { alt: 'still told' } });
  });
});

it('replays nothing to the public of media that are deleted by now', async () => {
  const other = await addVehicle(north.staff);
  const before = (await readGallery(server.visitor, other)).mediaCursor;
  const { bytes } = await photo({ width: 220, height: 150, seed: 3 });
  const id = await uploadPhoto(north.staff, other, bytes);
  const options = { url: server.url, vehicleId: other };
  await settledStatus({ ...options, token: north.token, after: before, mediaId: id });
  await north.staff.expect(
    'mutation ($id: ID!) { deleteMedia(input: { ids: [$id] }) { deletedIds } }',
    { id },
  );
  const live = followBySse({ ...options, after: before });
  expect((await live.events.next()).value).toMatchObject({
    __typename: 'MediaRemoved',
    mediaId: id,
  });
  live.cut();
});

describe('the streams of a vehicle that is deleted', () => {
  const remove = (id: string) =>
    north.staff.expect(
      'mutation ($id: ID!) { deleteVehicle(input: { id: $id }) { deletedId userErrors { code } } }',
      { id },
    );

  /** An unknown cursor is answered at once: from then on the stream is open. */
  async function opened(live: { events: AsyncIterator<LiveEvent> }) {
    expect((await live.events.next()).value).toMatchObject({ __typename: 'MediaStreamReset' });
    return live;
  }

  async function untilEnd({ events }: { events: AsyncIterator<LiveEvent> }): Promise<LiveEvent[]> {
    const seen: LiveEvent[] = [];
    for (;;) {
      const { value, done } = await events.next();
      if (done) return seen;
      seen.push(value);
    }
  }

  it('tell of each media that went, then end', async () => {
    const id = await addVehicle(north.staff);
    const options = { url: server.url, vehicleId: id };
    const { mediaCursor: after } = await readGallery(server.visitor, id);
    const media: string[] = [];
    for (const seed of [4, 5]) {
      const { bytes } = await photo({ width: 200, height: 150, seed });
      const mediaId = await uploadPhoto(north.staff, id, bytes);
      await settledStatus({ ...options, token: north.token, after, mediaId });
      media.push(mediaId);
    }
    const live = { ...options, after: 'nonsense' };
    const streams = await Promise.all(
      [
        followByWebSocket(live),
        followBySse(live),
        followByWebSocket({ ...live, token: north.token }),
      ].map(opened),
    );
    const since = performance.now();
    const ends = streams.map(untilEnd);
    // From then on the right to see it is asked for anew.
    await expect.poll(() => performance.now() - since).toBeGreaterThan(1_100);
    await remove(id);
    for (const seen of await Promise.all(ends)) {
      expect(seen).toMatchObject(
        media.map((mediaId) => ({ __typename: 'MediaRemoved', mediaId, mediaVersion: 3 })),
      );
    }
    await expect(followBySse(live).events.next()).rejects.toThrow(/no such vehicle/);
  });

  it('end where there was no media too', async () => {
    const id = await addVehicle(north.staff);
    const live = await opened(followBySse({ url: server.url, vehicleId: id, after: 'nonsense' }));
    await remove(id);
    expect(await untilEnd(live)).toEqual([]);
  });
});
