import { createHmac, createSecretKey, hkdfSync, timingSafeEqual } from 'node:crypto';

/**
 * A position in the feed of one outbox: the transaction that wrote the event,
 * then its number. Ordered; all events below a transaction that is still open
 * anywhere are complete, so a reader that stays below it skips nothing.
 */
export interface Position {
  xid: bigint;
  seq: bigint;
}

export function isAfter(a: Position, b: Position): boolean {
  return a.xid > b.xid || (a.xid === b.xid && a.seq > b.seq);
}

/** Positions as clients hold them: opaque, and signed, so that nobody names one that was not given. */
export interface Cursors {
  encode(position: Position): string;
  /** Null when it is not a cursor of this outbox. */
  decode(cursor: string): Position | null;
}

const SIGNATURE_BYTES = 16;

/** The epoch tells one outbox from another. */
export function createCursors(appSecret: Uint8Array, epoch: string): Cursors {
  const key = createSecretKey(
    Buffer.from(hkdfSync('sha256', appSecret, '', 'forecourt cursor key', 32)),
  );
  const sign = (text: string): Buffer =>
    createHmac('sha256', key).update(`${epoch}.${text}`).digest().subarray(0, SIGNATURE_BYTES);

  return {
    encode({ xid, seq }) {
      const text = `${xid}.${seq}`;
      return Buffer.concat([sign(text), Buffer.from(text)]).toString('base64url');
    },

    decode(cursor) {
      const bytes = Buffer.from(cursor, 'base64url');
      const text = bytes.subarray(SIGNATURE_BYTES).toString('latin1');
      const match = /^(\d{1,19})\.(\d{1,18})$/.exec(text);
      if (!match || !timingSafeEqual(sign(text), bytes.subarray(0, SIGNATURE_BYTES))) return null;
      return { xid: BigInt(match[1] as string), seq: BigInt(match[2] as string) };
    },
  };
}
