import { createHash, randomBytes } from 'node:crypto';

const BYTES = 32;

/** A token that a link carries. Only its hash is kept: whoever reads the database cannot use it. */
export interface SecretToken {
  token: string;
  hash: string;
}

export function newSecretToken(): SecretToken {
  const token = randomBytes(BYTES).toString('base64url');
  return { token, hash: hashOfToken(token) };
}

/** SHA-256, hex: tokens are random, nobody tries them one by one. */
export function hashOfToken(token: string): string {
  return createHash('sha256').update(token.trim()).digest('hex');
}
