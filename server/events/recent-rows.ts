import { isAfter, type Position } from './cursor.ts';
import type { FeedScope, OutboxRow } from './outbox.ts';

const SIZE = 128;

/** The last rows of the outbox, of all dealerships: what came while a reader was looking elsewhere. */
export class RecentRows {
  #rows: OutboxRow[] = [];
  /** All rows after it are here. */
  #floor: Position;

  constructor(floor: Position) {
    this.#floor = floor;
  }

  put(row: OutboxRow): void {
    this.#rows.push(row);
    if (this.#rows.length > SIZE) this.#floor = (this.#rows.shift() as OutboxRow).position;
  }

  /** Null when some of them are here no more. */
  after(position: Position, scope: Exclude<FeedScope, { kind: 'all' }>): OutboxRow[] | null {
    if (isAfter(this.#floor, position)) return null;
    return this.#rows.filter(
      (row) =>
        isAfter(row.position, position) &&
        row.dealershipId === scope.dealershipId &&
        (scope.kind === 'dealership' || row.vehicleId === scope.vehicleId),
    );
  }
}
