import type { MediaChange } from './media-change.ts';
import type { MediaItem } from './media-item.ts';

/** What one read of a vehicle says about its media. */
export interface MediaSnapshot {
  readonly media: readonly MediaItem[];
  readonly mediaVersion: number;
}

interface Placement {
  readonly position: number;
  /** The list's version when this was true. */
  readonly version: number;
}

/**
 * A vehicle's media as far as this page knows, in gallery order.
 *
 * Changes may come late, twice or in any order (a mutation's answer overtakes
 * the feed, a reconnected feed repeats itself): membership and place follow the
 * highest `mediaVersion`, texts and status the latest `updatedAt`. Whatever the
 * order, the list ends as the database has it.
 */
export class MediaList {
  #known = new Map<string, MediaItem>();
  #placements = new Map<string, Placement>();
  /** The list's version when a media was last said to be in it, or out of it. */
  #seen = new Map<string, number>();
  #removed = new Map<string, number>();
  #version = 0;
  #items: readonly MediaItem[] = [];

  /** Sorted by position, then id. A new array after every change. */
  get items(): readonly MediaItem[] {
    return this.#items;
  }

  get mediaVersion(): number {
    return this.#version;
  }

  /** Starts anew from one read. */
  reset(snapshot: MediaSnapshot): void {
    this.#known.clear();
    this.#placements.clear();
    this.#seen.clear();
    this.#removed.clear();
    this.#version = snapshot.mediaVersion;
    for (const media of snapshot.media) this.#upsert(media, snapshot.mediaVersion);
    this.#sort();
  }

  apply(change: MediaChange): void {
    const version = change.mediaVersion;
    this.#version = Math.max(this.#version, version);
    if (change.type === 'upsert') {
      this.#upsert(change.media, version);
    } else if (change.type === 'remove') {
      raise(this.#removed, change.mediaId, version);
    } else {
      for (const [index, id] of change.order.entries()) {
        this.#place(id, change.positions[index] ?? index, version);
      }
    }
    this.#sort();
  }

  #upsert(media: MediaItem, version: number): void {
    raise(this.#seen, media.id, version);
    this.#place(media.id, media.position, version);
    const known = this.#known.get(media.id);
    if (!known || media.updatedAt >= known.updatedAt) this.#known.set(media.id, media);
  }

  #place(id: string, position: number, version: number): void {
    if (version >= (this.#placements.get(id)?.version ?? -1)) {
      this.#placements.set(id, { position, version });
    }
  }

  #sort(): void {
    this.#items = [...this.#known.values()]
      .filter(({ id }) => (this.#removed.get(id) ?? -1) < (this.#seen.get(id) ?? 0))
      .map((media) => {
        const position = this.#placements.get(media.id)?.position ?? media.position;
        return position === media.position ? media : { ...media, position };
      })
      .sort((a, b) => a.position - b.position || (a.id < b.id ? -1 : 1));
  }
}

function raise(versions: Map<string, number>, id: string, version: number): void {
  versions.set(id, Math.max(versions.get(id) ?? -1, version));
}
