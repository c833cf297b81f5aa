import type { Database } from '../db/database.ts';
import { createTurns } from '../db/turns.ts';
import { createAskTogether } from '../ask-together.ts';
import type { Position } from './cursor.ts';
import {
  readEvents,
  readFeedState,
  readLivingMedia,
  type FeedScope,
  type OutboxRow,
} from './outbox.ts';

/** Events of one read. */
const BATCH = 20;
/** Of all readers together: requests need the connections of the database more. */
const READS_AT_ONCE = 2;
/** A reader waits for its turn as long as it takes. */
const NEVER_MS = 2 ** 31 - 1;

/** What comes after a position. */
export interface MissedEvents {
  rows: readonly OutboxRow[];
  /** Events up to here may be gone. */
  pruned: Position;
  /** Whether there may be more behind the last row. */
  more: boolean;
  /** When there is no more: nothing up to here is missing. */
  upTo: Position;
  /** Those of their media that are in a gallery still; null where it does not matter. */
  living: ReadonlySet<string> | null;
}

/** Reads for those who are behind. */
export interface CatchUp {
  read(
    scope: Exclude<FeedScope, { kind: 'all' }>,
    publicOnly: boolean,
    after: Position,
  ): Promise<MissedEvents>;
}

/** Few reads at a time, and one for all who ask for the same meanwhile. */
export function createCatchUp(
  { pool, asTenant }: Pick<Database, 'pool' | 'asTenant'>,
  /** How far the outbox was read already, by whoever reads it for all. */
  tail: () => Position,
): CatchUp {
  const turns = createTurns(READS_AT_ONCE, NEVER_MS);
  const together = createAskTogether<MissedEvents>();

  return {
    read(scope, publicOnly, after) {
      const place = scope.kind === 'vehicle' ? scope.vehicleId : 'all';
      const question = [scope.dealershipId, place, publicOnly, after.xid, after.seq].join(' ');
      return together(question, () =>
        turns(async () => {
          const upTo = tail();
          const rows = await readEvents(pool, scope, after, BATCH);
          const { pruned } = await readFeedState(pool);
          const mediaIds = rows.flatMap(({ change }) =>
            'media' in change ? [change.media.id] : [],
          );
          const living = publicOnly
            ? await readLivingMedia(asTenant, scope.dealershipId, mediaIds)
            : null;
          return { rows, pruned, more: rows.length === BATCH, upTo, living };
        }),
      );
    },
  };
}
