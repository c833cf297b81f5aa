import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { MediaChange } from './media-change.ts';
import type { MediaItem } from './media-item.ts';
import { MediaList } from './media-list.ts';

const start = Date.UTC(2026, 0, 1);

function media(id: string, position: number, second = 0, caption: string | null = null): MediaItem {
  return {
    id,
    kind: 'IMAGE',
    status: 'READY',
    position,
    alt: null,
    caption,
    groupKey: null,
    placeholder: null,
    width: 4,
    height: 3,
    renditions: [],
    updatedAt: new Date(start + second * 1000).toISOString(),
  };
}

function listOf(...items: MediaItem[]): MediaList {
  const list = new MediaList();
  list.reset({ media: items, mediaVersion: 1 });
  return list;
}

const ids = (list: MediaList): string[] => list.items.map(({ id }) => id);

describe('MediaList', () => {
  it('sorts by position, then by id', () => {
    expect(ids(listOf(media('b', 2), media('c', 1), media('a', 2)))).toEqual(['c', 'a', 'b']);
  });

  it('takes a new media in at its place', () => {
    const list = listOf(media('a', 0), media('b', 10));
    list.apply({ type: 'upsert', media: media('c', 5), mediaVersion: 2 });
    expect(ids(list)).toEqual(['a', 'c', 'b']);
    expect(list.mediaVersion).toBe(2);
  });

  it('gives each media of a new order its own position', () => {
    const list = listOf(media('a', 0), media('b', 1), media('c', 2));
    list.apply({
      type: 'reorder',
      order: ['c', 'a', 'b'],
      positions: [10, 20, 30],
      mediaVersion: 2,
    });
    expect(list.items.map(({ id, position }) => [id, position])).toEqual([
      ['c', 10],
      ['a', 20],
      ['b', 30],
    ]);
  });

  it('does not bring a removed media back when an older change comes late', () => {
    const list = listOf(media('a', 0));
    list.apply({ type: 'remove', mediaId: 'a', mediaVersion: 3 });
    list.apply({ type: 'upsert', media: media('a', 0, 9), mediaVersion: 2 });
    expect(ids(list)).toEqual([]);
  });

  it('shows a media again that was restored, also when the removal comes late', () => {
    const list = listOf(media('a', 0));
    list.apply({ type: 'upsert', media: media('a', 0, 9), mediaVersion: 3 });
    list.apply({ type: 'remove', mediaId: 'a', mediaVersion: 2 });
    expect(ids(list)).toEqual(['a']);
  });

  it('hands out a new array after a change, and the same one until then', () => {
    const list = listOf(media('a', 0));
    const before = list.items;
    expect(list.items).toBe(before);
    list.apply({ type: 'upsert', media: media('a', 0, 1, 'new'), mediaVersion: 1 });
    expect(list.items).not.toBe(before);
  });

  it('ends as the database has it, whatever the order in which changes arrive, and how often', () => {
    fc.assert(
      fc.property(histories, fc.infiniteStream(fc.nat()), ({ changes, expected }, dice) => {
        const list = new MediaList();
        list.reset({ media: [], mediaVersion: 0 });
        for (const change of shuffledWithRepeats(changes, dice)) list.apply(change);
        expect(list.items).toEqual(expected);
        expect(list.mediaVersion).toBe(Math.max(0, ...changes.map((it) => it.mediaVersion)));
      }),
      { numRuns: 500 },
    );
  });

  it('ends there too when it is reset in the middle and the later changes follow', () => {
    fc.assert(
      fc.property(histories, fc.double({ min: 0, max: 1, noNaN: true }), (history, share) => {
        const cut = Math.floor(share * history.changes.length);
        const list = new MediaList();
        for (const change of history.changes.slice(0, cut)) list.apply(change);
        const snapshot = history.snapshots[cut]!;
        list.reset(snapshot);
        expect(list.items).toEqual(snapshot.media);
        for (const change of history.changes.slice(cut)) list.apply(change);
        expect(list.items).toEqual(history.expected);
      }),
      { numRuns: 200 },
    );
  });
});

interface History {
  changes: MediaChange[];
  /** What a read says before each change, and after the last. */
  snapshots: { media: MediaItem[]; mediaVersion: number }[];
  expected: MediaItem[];
}

/** A database with at most four media, and the changes it tells of. */
const histories: fc.Arbitrary<History> = fc
  .array(
    fc.record({
      action: fc.constantFrom('add', 'update', 'remove', 'reorder'),
      id: fc.constantFrom('a', 'b', 'c', 'd'),
      dice: fc.nat(1000),
    }),
    { maxLength: 30 },
  )
  .map((steps) => {
    const rows = new Map<string, MediaItem>();
    const changes: MediaChange[] = [];
    let mediaVersion = 0;
    const read = (): History['snapshots'][number] => ({
      media: [...rows.values()].toSorted(
        (x, y) => x.position - y.position || (x.id < y.id ? -1 : 1),
      ),
      mediaVersion,
    });
    const snapshots = [read()];
    for (const [second, { action, id, dice }] of steps.entries()) {
      const row = rows.get(id);
      if (action === 'remove' && row) {
        rows.delete(id);
        changes.push({ type: 'remove', mediaId: id, mediaVersion: ++mediaVersion });
      } else if (action === 'reorder' && rows.size > 0) {
        const order = [...rows.keys()].toSorted((x, y) => hash(x, dice) - hash(y, dice));
        for (const [index, key] of order.entries()) {
          rows.set(key, { ...rows.get(key)!, position: index * 2 });
        }
        const positions = order.map((_key, index) => index * 2);
        changes.push({ type: 'reorder', order, positions, mediaVersion: ++mediaVersion });
      } else if (action === 'update' ? row : !row) {
        const position = row?.position ?? dice % 7;
        const media_ = media(id, position, second, `said at ${second}`);
        rows.set(id, media_);
        if (!row) mediaVersion += 1;
        changes.push({ type: 'upsert', media: media_, mediaVersion });
      } else continue;
      snapshots.push(read());
    }
    return { changes, snapshots, expected: read().media };
  });

function hash(id: string, dice: number): number {
  return (id.charCodeAt(0) * 7919 * (dice + 1)) % 101;
}

function shuffledWithRepeats(
  changes: readonly MediaChange[],
  dice: Iterator<number>,
): MediaChange[] {
  const next = (limit: number): number => (dice.next().value as number) % limit;
  const shuffled: MediaChange[] = [];
  for (const change of changes) {
    for (let copies = 1 + (next(4) === 0 ? 1 : 0); copies > 0; copies -= 1) {
      shuffled.splice(next(shuffled.length + 1), 0, change);
    }
  }
  return shuffled;
}
