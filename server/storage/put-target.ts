/** A PUT that whoever holds it may send: exactly these headers, no others that matter. */
export interface PutTarget {
  url: string;
  /** Never `host` or `content-length`: browsers set those themselves. */
  headers: readonly { name: string; value: string }[];
  expiresAt: Date;
}
