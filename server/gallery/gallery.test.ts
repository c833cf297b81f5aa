import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { addVehicle, readGallery, uploadPhoto } from '../../test/gallery.ts';
import {
  eventsUntil,
  followByWebSocket,
  settledStatus,
  type LiveEvent,
} from '../../test/live-client.ts';
import { decodeId, encodeId } from '../node-id.ts';
import { createGallery } from './gallery.ts';
import { photo } from '../../test/pictures.ts';
import {
  PUBLIC_DEALERSHIP,
  startServer,
  type TestDealership,
  type TestServer,
} from '../../test/server.ts';

const LIMITS = { maxBytesPerVehicle: 1_000_000_000, maxBytesPerDealership: null };

interface Failure {
  code: string;
  field: string[] | null;
  currentVersion?: number;
  currentOrder?: string[];
}

const absent = encodeId('Media', '00000000-0000-4000-8000-000000000000');

let server: TestServer;
let north: TestDealership;
let south: TestDealership;
let picture: Buffer;
let vehicleId: string;
let ids: string[];
let start: string;

beforeAll(async () => {
  server = await startServer();
  north = await server.dealership(PUBLIC_DEALERSHIP);
  south = await server.dealership('south');
  picture = (await photo({ width: 64, height: 48, seed: 1 })).bytes;
});
afterAll(() => server.stop());

beforeEach(async () => {
  vehicleId = await addVehicle(north.staff);
  start = (await readGallery(north.staff, vehicleId)).mediaCursor;
  ids = [];
  for (let index = 0; index < 3; index++)
    ids.push(await uploadPhoto(north.staff, vehicleId, picture));
  for (const mediaId of ids) {
    expect(
      await settledStatus({
        url: server.url,
        token: north.token,
        vehicleId,
        after: start,
        mediaId,
      }),
    ).toBe('READY');
  }
});

async function order(): Promise<string[]> {
  return (await readGallery(server.visitor, vehicleId)).media.nodes.map(({ id }) => id);
}

/** What a visitor is told from here on, up to the event that fits. */
async function told(after: string, fits: (event: LiveEvent) => boolean): Promise<LiveEvent[]> {
  const live = followByWebSocket({ url: server.url, vehicleId, after });
  const events = await eventsUntil(live, fits);
  await live.events.return?.();
  return events;
}

async function change<T>(
  name: string,
  input: Record<string, unknown>,
  fields: string,
  staff = north.staff,
): Promise<T> {
  const type = `${name[0]?.toUpperCase()}${name.slice(1)}Input!`;
  const data = await staff.expect<Record<string, T>>(
    `mutation ($input: ${type}) { ${name}(input: $input) { ${fields} userErrors {
      code field ... on VersionConflictError { currentVersion currentOrder }
    } } }`,
    { input },
  );
  return data[name] as T;
}

interface Reordered {
  vehicle: { mediaVersion: number } | null;
  userErrors: Failure[];
}

const reorder = (input: object) =>
  change<Reordered>('reorderMedia', { vehicleId, ...input }, 'vehicle { mediaVersion }');

describe('reorderMedia', () => {
  it('takes the whole order, and tells it once', async () => {
    const { mediaCursor } = await readGallery(server.visitor, vehicleId);
    const wanted = [...ids].reverse();
    const { vehicle } = await reorder({ order: wanted, expectedVersion: 3 });
    expect(vehicle).toEqual({ mediaVersion: 4 });
    expect(await order()).toEqual(wanted);
    const [event] = await told(mediaCursor, () => true);
    expect(event).toMatchObject({
      __typename: 'MediaReordered',
      mediaVersion: 4,
      order: wanted,
      positions: [0, 1, 2],
    });
  });

  it('takes moves, one after the other', async () => {
    const [a, b, c] = ids as [string, string, string];
    await reorder({
      moves: [
        { id: c, to: 0 },
        { id: a, to: 2 },
      ],
      expectedVersion: 3,
    });
    expect(await order()).toEqual([c, b, a]);
  });

  it('refuses a version that is no longer true, and says what is', async () => {
    const { vehicle, userErrors } = await reorder({
      order: [...ids].reverse(),
      expectedVersion: 2,
    });
    expect(vehicle).toBeNull();
    expect(userErrors).toEqual([
      {
        code: 'VERSION_CONFLICT',
        field: ['input', 'expectedVersion'],
        currentVersion: 3,
        currentOrder: ids,
      },
    ]);
    expect(await order()).toEqual(ids);
  });

  it('lets one of ten changes at once win', async () => {
    const results = await Promise.all(
      Array.from({ length: 10 }, () => reorder({ order: [...ids].reverse(), expectedVersion: 3 })),
    );
    expect(results.filter(({ vehicle }) => vehicle)).toHaveLength(1);
    expect((await readGallery(north.staff, vehicleId)).mediaVersion).toBe(4);
  });

  it.each([
    ['an order that lacks one', () => ({ order: ids.slice(1) }), 'INVALID_INPUT'],
    ['an order that names one twice', () => ({ order: [ids[0], ids[0], ids[1]] }), 'INVALID_INPUT'],
    ['an order with a media that is not there', () => ({ order: [...ids, absent] }), 'NOT_FOUND'],
    ['an order with something else', () => ({ order: [ids[0], ids[1], 'x'] }), 'NOT_FOUND'],
    ['an order and moves', () => ({ order: ids, moves: [] }), 'INVALID_INPUT'],
    ['neither', () => ({}), 'INVALID_INPUT'],
    ['a move beyond the end', () => ({ moves: [{ id: ids[0], to: 3 }] }), 'INVALID_INPUT'],
    ['a move of something else', () => ({ moves: [{ id: 'bm9wZQ', to: 0 }] }), 'NOT_FOUND'],
  ])('refuses %s', async (_, input, code) => {
    const { userErrors } = await reorder({ ...input(), expectedVersion: 3 });
    expect(userErrors[0]?.code).toBe(code);
    expect((await readGallery(north.staff, vehicleId)).mediaVersion).toBe(3);
  });

  it('names the foreign media of an order by its place', async () => {
    const other = await addVehicle(south.staff);
    const foreign = await uploadPhoto(south.staff, other, picture);
    const [a, b] = ids;
    for (const id of [foreign, absent]) {
      const { userErrors } = await reorder({ order: [a, b, id], expectedVersion: 3 });
      expect(userErrors).toEqual([{ code: 'NOT_FOUND', field: ['input', 'order', '2'] }]);
    }
  });
});

describe('deleteMedia and restoreMedia', () => {
  it('take a picture away from every page and bring it back to its place', async () => {
    const [a, b, c] = ids as [string, string, string];
    const { mediaCursor } = await readGallery(server.visitor, vehicleId);
    const removal = await change<{ deletedIds: string[] }>(
      'deleteMedia',
      { ids: [b] },
      'deletedIds',
    );
    expect(removal.deletedIds).toEqual([b]);
    expect(await order()).toEqual([a, c]);
    const { media } = await change<{ media: object }>(
      'restoreMedia',
      { id: b },
      'media { id status }',
    );
    expect(media).toEqual({ id: b, status: 'READY' });
    expect(await order()).toEqual([a, b, c]);
    const events = await told(mediaCursor, ({ __typename }) => __typename === 'MediaReordered');
    expect(events.map(({ __typename, mediaVersion }) => [__typename, mediaVersion])).toEqual([
      ['MediaRemoved', 4],
      ['MediaAdded', 5],
      ['MediaReordered', 5],
    ]);
    expect(events[0]?.mediaId).toBe(b);
    expect(events[2]?.order).toEqual([a, b, c]);
  });

  it('leave what is not found and do the rest', async () => {
    const result = await change<{ deletedIds: string[]; userErrors: Failure[] }>(
      'deleteMedia',
      { ids: ['bm9wZQ', ids[0]] },
      'deletedIds',
    );
    expect(result.deletedIds).toEqual([ids[0]]);
    expect(result.userErrors).toEqual([{ code: 'NOT_FOUND', field: ['input', 'ids', '0'] }]);
  });

  it('forget after thirty days', async () => {
    await change('deleteMedia', { ids: [ids[0]] }, 'deletedIds');
    await server.app.db.pool.query(
      "update media set deleted_at = now() - interval '31 days' where deleted_at is not null",
    );
    const { userErrors } = await change<{ userErrors: Failure[] }>(
      'restoreMedia',
      { id: ids[0] },
      'media { id }',
    );
    expect(userErrors[0]?.code).toBe('NOT_FOUND');
  });
});

describe('updateMedia', () => {
  it('changes what is said and keeps the rest', async () => {
    const id = ids[0];
    await change(
      'updateMedia',
      { id, alt: ' Front, left ', caption: 'As new', tags: ['hero', 'hero'] },
      'media { id }',
    );
    const { media } = await change<{ media: object }>(
      'updateMedia',
      { id, caption: null },
      'media { alt caption tags }',
    );
    expect(media).toEqual({ alt: 'Front, left', caption: null, tags: ['hero'] });
  });

  it('refuses more than fits', async () => {
    const { userErrors } = await change<{ userErrors: Failure[] }>(
      'updateMedia',
      { id: ids[0], alt: 'x'.repeat(1_001) },
      'media { id }',
    );
    expect(userErrors).toEqual([{ code: 'INVALID_INPUT', field: ['input', 'alt'] }]);
  });
});

describe('a deleted photo', () => {
  const remove = (ids: readonly (string | undefined)[]) =>
    change('deleteMedia', { ids }, 'deletedIds');
  const owner = async () => {
    const { userId } = await server.app.db.prisma.membership.findFirstOrThrow({
      where: { dealershipId: north.uuid },
    });
    return {
      kind: 'staff' as const,
      dealershipId: north.uuid,
      actorId: userId,
      sessionId: userId,
      userId,
      name: 'North',
      role: 'OWNER' as const,
      expiresAt: new Date(Date.now() + 60_000),
    };
  };

  it('comes back only where there is room', async () => {
    await remove([ids[0]]);
    const full = createGallery(server.app.db, { ...LIMITS, maxMediaPerVehicle: 2 });
    const mediaId = decodeId(ids[0] ?? '')?.uuid ?? '';
    await expect(full.restore(await owner(), mediaId)).rejects.toMatchObject({
      code: 'QUOTA_EXCEEDED',
      field: ['input', 'id'],
      data: { limit: 2 },
    });
    expect(await order()).toEqual([ids[1], ids[2]]);
    const room = createGallery(server.app.db, { ...LIMITS, maxMediaPerVehicle: 3 });
    await room.restore(await owner(), mediaId);
    expect(await order()).toHaveLength(3);
  });

  it('shares its position with no other when it comes back', async () => {
    await remove([ids[2]]);
    const late = await uploadPhoto(north.staff, vehicleId, picture);
    await expect.poll(order).toContain(late);
    const { prisma } = server.app.db;
    // The other order of ids, which says who of two at one position is last.
    const [first, last] = [ids[2], late].map((id) => decodeId(id ?? '')?.uuid ?? '');
    await prisma.media.updateMany({
      where: { id: { in: [first ?? '', last ?? ''] } },
      data: { position: 7 },
    });
    await remove([late]);
    await change('restoreMedia', { id: ids[2] }, 'media { id }');
    await change('restoreMedia', { id: late }, 'media { id }');
    const { media } = await readGallery(north.staff, vehicleId);
    expect(new Set(media.nodes.map(({ position }) => position)).size).toBe(4);
  });
});

describe('another dealership', () => {
  it('gets the same answers for these media as for none', async () => {
    const absent = Buffer.from('Media:00000000-0000-4000-8000-000000000000').toString('base64url');
    const before = await readGallery(north.staff, vehicleId);
    for (const [name, fields] of [
      ['updateMedia', 'media { id }'],
      ['restoreMedia', 'media { id }'],
      ['retryMedia', 'media { id }'],
    ] as const) {
      const answers = await Promise.all(
        [ids[0], absent].map((id) => change<object>(name, { id }, fields, south.staff)),
      );
      expect(answers[0]).toEqual(answers[1]);
      expect(answers[0]).toMatchObject({ userErrors: [{ code: 'NOT_FOUND' }] });
    }
    const removals = await Promise.all(
      [ids[0], absent].map((id) =>
        change<object>('deleteMedia', { ids: [id] }, 'deletedIds', south.staff),
      ),
    );
    expect(removals[0]).toEqual(removals[1]);
    const { media, mediaVersion } = await readGallery(north.staff, vehicleId);
    expect({ media, mediaVersion }).toEqual({
      media: before.media,
      mediaVersion: before.mediaVersion,
    });
  });
});
