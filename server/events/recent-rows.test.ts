import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { OutboxRow } from './outbox.ts';
import { RecentRows } from './recent-rows.ts';

const START = { xid: 1n, seq: 0n };

function rowOf(seq: number, dealership: number, vehicle: number): OutboxRow {
  return {
    dealershipId: `d${dealership}`,
    vehicleId: `d${dealership}v${vehicle}`,
    mediaId: null,
    mediaVersion: seq,
    forPublic: true,
    change: { type: 'MEDIA_REMOVED', mediaId: String(seq) },
    position: { xid: 1n, seq: BigInt(seq) },
    at: new Date(0),
  };
}

it('has the rows of one dealership or one vehicle after a position, and no others, or says that some are gone', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.nat(2), fc.nat(1)), { maxLength: 300 }),
      fc.nat(300),
      (heard, from) => {
        const recent = new RecentRows(START);
        const rows = heard.map(([dealership, vehicle], at) => rowOf(at + 1, dealership, vehicle));
        for (const row of rows) recent.put(row);
        const position = { xid: 1n, seq: BigInt(from) };
        const isWhole = rows.length - 128 <= from;
        const after = (hears: (row: OutboxRow) => boolean) =>
          isWhole ? rows.filter((row) => row.mediaVersion > from && hears(row)) : null;
        expect(recent.after(position, 'dealership:d1')).toEqual(
          after(({ dealershipId }) => dealershipId === 'd1'),
        );
        expect(recent.after(position, 'vehicle:d0v1')).toEqual(
          after(({ vehicleId }) => vehicleId === 'd0v1'),
        );
        expect(recent.after(position, 'dealership:d9')).toEqual(after(() => false));
      },
    ),
  );
});
