import type { MediaItem } from './media-item.ts';

/**
 * One change of a vehicle's list, whether the feed told of it or a mutation's
 * own answer did. `mediaVersion` is the list's version after the change.
 */
export type MediaChange =
  | { readonly type: 'upsert'; readonly media: MediaItem; readonly mediaVersion: number }
  | { readonly type: 'remove'; readonly mediaId: string; readonly mediaVersion: number }
  | {
      readonly type: 'reorder';
      readonly order: readonly string[];
      /** `positions[i]` belongs to `order[i]`. */
      readonly positions: readonly number[];
      readonly mediaVersion: number;
    };
