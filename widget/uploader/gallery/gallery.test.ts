import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { ApiError } from '../../api/api-error.ts';
import type { MediaItem } from '../../api/media-item.ts';
import { MediaList } from '../../api/media-list.ts';
import { DealerApi } from '../test/dealer-api.ts';
import { DealerStore } from '../test/dealer-store.ts';
import { GalleryApi } from './gallery-api.ts';
import { Gallery } from './gallery.ts';
import { applyPlaces, placeAt } from './new-place.ts';

let api: DealerApi;
let list: MediaList;
let gallery: Gallery;
let allowed: boolean;
/** Runs before a mutation is answered. */
let meanwhile: (name: string) => void;
/** Whether the answer to a mutation is lost after it was made. */
let loses: () => boolean;
/** Idempotency keys, in the order they came. */
let keys: string[];

const names = () => gallery.items.map(({ original }) => original?.fileName);
const stored = () => api.media.map(({ original }) => original.fileName);
const idOf = (name: string) => gallery.items.find((m) => m.original?.fileName === name)?.id ?? '';

function read(): void {
  list.reset({
    media: structuredClone(api.media) as unknown as MediaItem[],
    mediaVersion: api.mediaVersion,
  });
}

beforeEach(() => {
  api = new DealerApi(new DealerStore());
  for (const name of ['a', 'b', 'c', 'd']) api.seed(name, 'about:blank', 4, 3);
  list = new MediaList();
  read();
  allowed = true;
  meanwhile = () => undefined;
  loses = () => false;
  keys = [];
  const answers = new Map<string, unknown>();
  gallery = new Gallery({
    api: new GalleryApi(async (document, variables) => {
      const name = /\{\s*(\w+)/.exec(document)?.[1] ?? '';
      await Promise.resolve();
      meanwhile(name);
      const { idempotencyKey: key } = (variables as { input: { idempotencyKey: string } }).input;
      keys.push(key);
      const answer = answers.get(key) ?? api.execute(document, variables as never);
      if (key) answers.set(key, structuredClone(answer));
      if (loses()) throw new ApiError('NETWORK', 'The server did not answer.');
      return structuredClone(answer) as never;
    }),
    vehicleId: () => 'vehicle',
    media: () => list.items,
    mediaVersion: () => list.mediaVersion,
    applyChange: (change) => queueMicrotask(() => list.apply(change)),
    mayMove: () => allowed,
    mayRemove: () => allowed,
    onChange: () => undefined,
  });
});

describe('Gallery', () => {
  it('shows a move before the server has answered, and keeps it', async () => {
    const moving = gallery.move(idOf('d'), 0);
    expect(names()).toEqual(['d', 'a', 'b', 'c']);
    await moving;
    expect(names()).toEqual(['d', 'a', 'b', 'c']);
    expect(stored()).toEqual(['d', 'a', 'b', 'c']);
  });

  it('sends moves that are made meanwhile together', async () => {
    await Promise.all([
      gallery.move(idOf('d'), 0),
      gallery.move(idOf('a'), 3),
      gallery.move(idOf('b'), 0),
    ]);
    expect(stored()).toEqual(['b', 'd', 'c', 'a']);
    expect(names()).toEqual(stored());
    expect(api.calls).toEqual(['reorderMedia', 'reorderMedia']);
  });

  it('applies a move again to what somebody else made of the list', async () => {
    let added = false;
    meanwhile = () => {
      if (added) return;
      added = true;
      api.seed('e', 'about:blank', 4, 3);
      api.media.reverse();
      api.mediaVersion += 1;
    };
    await gallery.move(idOf('d'), 1);
    expect(stored()).toEqual(['e', 'c', 'd', 'b', 'a']);
    read();
    expect(names()).toEqual(stored());
  });

  it('puts a photo back when the server refuses the move', async () => {
    api.refuse = () => ({ code: 'FORBIDDEN', message: 'Not allowed.' });
    await expect(gallery.move(idOf('d'), 0)).rejects.toMatchObject({ message: 'Not allowed.' });
    expect(names()).toEqual(['a', 'b', 'c', 'd']);
    expect(gallery.canUndo).toBe(false);
  });

  it('gives up when others are faster again and again', async () => {
    meanwhile = () => (api.mediaVersion += 1);
    await expect(gallery.move(idOf('d'), 0)).rejects.toMatchObject({ code: 'REFUSED' });
    expect(names()).toEqual(['a', 'b', 'c', 'd']);
  });

  it('removes at once, and brings the photo back to its place on undo', async () => {
    const removing = gallery.remove(idOf('b'));
    expect(names()).toEqual(['a', 'c', 'd']);
    await removing;
    expect(stored()).toEqual(['a', 'c', 'd']);
    await gallery.undo();
    expect(names()).toEqual(['a', 'b', 'c', 'd']);
    expect(stored()).toEqual(['a', 'b', 'c', 'd']);
  });

  it('undoes a removal that is still on its way', async () => {
    const removing = gallery.remove(idOf('b'));
    await gallery.undo();
    await removing;
    expect(names()).toEqual(['a', 'b', 'c', 'd']);
    expect(api.calls).toEqual(['deleteMedia', 'restoreMedia']);
  });

  it('shows a photo again when the server does not remove it', async () => {
    api.refuse = () => ({ code: 'STORAGE_UNAVAILABLE', message: 'Later.' });
    await expect(gallery.remove(idOf('b'))).rejects.toMatchObject({ code: 'STORAGE_UNAVAILABLE' });
    expect(names()).toEqual(['a', 'b', 'c', 'd']);
  });

  it('makes a change once whose answer was lost, and says nothing of it', async () => {
    loses = () => keys.length % 2 === 1;
    await gallery.remove(idOf('b'));
    await gallery.undo();
    await gallery.move(idOf('d'), 0);
    await gallery.describe(idOf('a'), 'Front left');
    expect(stored()).toEqual(['d', 'a', 'b', 'c']);
    expect(api.calls).toEqual(['deleteMedia', 'restoreMedia', 'reorderMedia', 'updateMedia']);
    expect(keys).toHaveLength(8);
    expect(new Set(keys).size).toBe(4);
  });

  it('takes a change back when there is no answer again', async () => {
    loses = () => true;
    await expect(gallery.remove(idOf('b'))).rejects.toMatchObject({ code: 'NETWORK' });
    expect(names()).toEqual(['a', 'b', 'c', 'd']);
    expect(keys).toHaveLength(2);
  });

  it('undoes moves, the last one first', async () => {
    await gallery.move(idOf('d'), 0);
    await gallery.move(idOf('a'), 3);
    await gallery.undo();
    expect(stored()).toEqual(['d', 'a', 'b', 'c']);
    await gallery.undo();
    expect(stored()).toEqual(['a', 'b', 'c', 'd']);
  });

  it('does nothing that the page forbids', async () => {
    allowed = false;
    expect(await gallery.move(idOf('d'), 0)).toBe(false);
    expect(await gallery.remove(idOf('a'))).toBe(false);
    expect(api.calls).toEqual([]);
  });

  it('saves a description, and takes it back when that fails', async () => {
    await gallery.describe(idOf('a'), 'Front left');
    expect(gallery.items[0]?.alt).toBe('Front left');
    api.refuse = () => ({ code: 'INVALID_INPUT', message: 'Too long.' });
    const saving = gallery.describe(idOf('a'), 'x'.repeat(2_000));
    expect(gallery.items[0]?.alt).toHaveLength(2_000);
    await expect(saving).rejects.toMatchObject({ message: 'Too long.' });
    expect(gallery.items[0]?.alt).toBe('Front left');
  });

  it('ends as the server has it, after any moves', async () => {
    const moves = fc.array(fc.tuple(fc.nat(3), fc.nat(5)), { minLength: 1, maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(moves, fc.nat(4), async (made, interruptions) => {
        let left = interruptions;
        meanwhile = () => {
          if (left-- > 0 && left % 2 === 0) {
            api.media.push(api.media.shift() as (typeof api.media)[number]);
            api.mediaVersion += 1;
          }
        };
        await Promise.all(
          made.map(([index, to]) => gallery.move(gallery.items[index]?.id ?? '', to)),
        );
        expect(names()).toEqual(stored());
      }),
    );
  });
});

describe('applyPlaces', () => {
  it('moves a photo to the index that was asked for', () => {
    fc.assert(
      fc.property(
        fc
          .uniqueArray(fc.string(), { minLength: 1 })
          .chain((order) =>
            fc.tuple(fc.constant(order), fc.nat(order.length - 1), fc.nat(order.length - 1)),
          ),
        ([order, from, to]) => {
          const id = order[from] as string;
          const next = applyPlaces(order, [placeAt(order, id, to)]);
          expect(next[to]).toBe(id);
          expect(next.filter((other) => other !== id)).toEqual(order.filter((o) => o !== id));
        },
      ),
    );
  });
});
