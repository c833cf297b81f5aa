import { isAfter, type Position } from './cursor.ts';
import type { OutboxRow } from './outbox.ts';
import { placesOf } from './place.ts';

const SIZE = 128;

/** The last rows of the outbox, where they are heard: what came while a reader was looking elsewhere. */
export class RecentRows {
  readonly #rows: OutboxRow[] = [];
  readonly #ofPlaces = new Map<string, OutboxRow[]>();
  /** All rows after it are here. */
  #floor: Position;

  constructor(floor: Position) {
    this.#floor = floor;
  }

  put(row: OutboxRow): void {
    this.#rows.push(row);
    for (const place of placesOf(row)) {
      const there = this.#ofPlaces.get(place);
      if (there) there.push(row);
      else this.#ofPlaces.set(place, [row]);
    }
    if (this.#rows.length > SIZE) this.#forget(this.#rows.shift() as OutboxRow);
  }

  /** Those that are heard there; null when some of them are here no more. */
  after(position: Position, place: string): OutboxRow[] | null {
    if (isAfter(this.#floor, position)) return null;
    return (this.#ofPlaces.get(place) ?? []).filter((row) => isAfter(row.position, position));
  }

  /** The oldest of all is the oldest of its places. */
  #forget(oldest: OutboxRow): void {
    this.#floor = oldest.position;
    for (const place of placesOf(oldest)) {
      const there = this.#ofPlaces.get(place);
      there?.shift();
      if (there?.length === 0) this.#ofPlaces.delete(place);
    }
  }
}
