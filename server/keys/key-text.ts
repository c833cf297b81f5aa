import { createHash, randomBytes } from 'node:crypto';
import { crc32 } from 'node:zlib';

/**
 * How keys look: `fck_Kp3xY7Qa_` and `fcu_` and `fce_` with letters and digits
 * behind. The beginning tells people and secret scanners what it is; the last six
 * characters are a checksum of the rest, so that a key that was cut or mistyped is
 * known without asking the database.
 */
const MARKS = { api: 'fck', embed: 'fce', upload: 'fcu' } as const;

export type KeyKind = keyof typeof MARKS;

const DIGITS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const CHECKSUM_LENGTH = 6;
const PREFIX_LENGTH = 8;

/** 256 bits for what is secret, 128 for what everybody may see. */
const SECRET_BYTES = 32;
const PUBLIC_BYTES = 16;

const LOOKS: Record<KeyKind, RegExp> = {
  api: /^fck_[0-9A-Za-z]{8}_[0-9A-Za-z]{49}$/,
  embed: /^fce_[0-9A-Za-z]{28}$/,
  upload: /^fcu_[0-9A-Za-z]{49}$/,
};

/** What a text says that it is; null for anything but a key, such as a session's token. */
export function keyKindOf(text: string): KeyKind | null {
  const kinds = Object.keys(MARKS) as KeyKind[];
  return kinds.find((kind) => text.startsWith(`${MARKS[kind]}_`)) ?? null;
}

/** Whether a text can be a key of that kind: its length, its characters and its checksum are right. */
export function isWellFormed(kind: KeyKind, text: string): boolean {
  if (!LOOKS[kind].test(text)) return false;
  return checksum(text.slice(0, -CHECKSUM_LENGTH)) === text.slice(-CHECKSUM_LENGTH);
}

/** What an API key begins with: shown in lists, and no part of its secret. */
export function newPrefix(): string {
  const prefix = Array.from(randomBytes(PREFIX_LENGTH), (byte) => DIGITS[byte % DIGITS.length]);
  return `${MARKS.api}_${prefix.join('')}`;
}

export function newEmbedKey(): string {
  return withChecksum(`${MARKS.embed}_${inDigits(randomBytes(PUBLIC_BYTES))}`);
}

export function apiKeyText(prefix: string, secret: Uint8Array): string {
  return withChecksum(`${prefix}_${inDigits(secret)}`);
}

export function uploadTokenText(secret: Uint8Array): string {
  return withChecksum(`${MARKS.upload}_${inDigits(secret)}`);
}

export function newSecret(): Uint8Array {
  return randomBytes(SECRET_BYTES);
}

/** What is kept of a secret key. It is random enough that no slow hash is needed. */
export function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

function withChecksum(text: string): string {
  return text + checksum(text);
}

function checksum(text: string): string {
  return toDigits(BigInt(crc32(text)), CHECKSUM_LENGTH);
}

function inDigits(bytes: Uint8Array): string {
  const length = Math.ceil((bytes.length * 8) / Math.log2(DIGITS.length));
  return toDigits(BigInt(`0x${Buffer.from(bytes).toString('hex')}`), length);
}

function toDigits(value: bigint, length: number): string {
  const base = BigInt(DIGITS.length);
  let digits = '';
  for (let left = value; left > 0n; left /= base) digits = DIGITS[Number(left % base)] + digits;
  return digits.padStart(length, '0');
}
