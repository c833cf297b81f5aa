import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createCursors } from './cursor.ts';

const secret = Buffer.alloc(32, 1);
const cursors = createCursors(secret, 'epoch');
const position = fc.record({
  xid: fc.bigInt({ min: 0n, max: 10n ** 18n }),
  seq: fc.bigInt({ min: 0n, max: 10n ** 17n }),
});

it('reads back what it wrote', () => {
  fc.assert(
    fc.property(position, (given) => {
      expect(cursors.decode(cursors.encode(given))).toEqual(given);
    }),
  );
});

it('knows no cursor of another epoch, of another secret, or of nobody', () => {
  const given = { xid: 7n, seq: 3n };
  expect(cursors.decode(createCursors(secret, 'other').encode(given))).toBeNull();
  expect(cursors.decode(createCursors(Buffer.alloc(32, 2), 'epoch').encode(given))).toBeNull();
  fc.assert(
    fc.property(fc.string(), (text) => {
      expect(cursors.decode(text)).toBeNull();
    }),
  );
});

it('does not take a cursor whose position was changed', () => {
  const bytes = Buffer.from(cursors.encode({ xid: 700n, seq: 3n }), 'base64url');
  const forged = Buffer.concat([bytes.subarray(0, 16), Buffer.from('1.0')]);
  expect(cursors.decode(forged.toString('base64url'))).toBeNull();
});
