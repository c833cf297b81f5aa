import { describe, expect, it } from 'vitest';
import {
  apiKeyText,
  hashOf,
  isWellFormed,
  keyKindOf,
  newEmbedKey,
  newPrefix,
  newSecret,
  uploadTokenText,
  type KeyKind,
} from './key-text.ts';

const KEYS: [KeyKind, () => string][] = [
  ['api', () => apiKeyText(newPrefix(), newSecret())],
  ['embed', newEmbedKey],
  ['upload', () => uploadTokenText(newSecret())],
];

describe.each(KEYS)('a key of the kind %s', (kind, make) => {
  it('says what it is, and is well formed', () => {
    for (let count = 0; count < 200; count++) {
      const text = make();
      expect(keyKindOf(text)).toBe(kind);
      expect(isWellFormed(kind, text), text).toBe(true);
    }
  });

  it('is not well formed with any character changed, left out or added', () => {
    const text = make();
    for (let index = 0; index < text.length; index++) {
      const other = text[index] === 'x' ? 'y' : 'x';
      const before = text.slice(0, index);
      expect(isWellFormed(kind, before + other + text.slice(index + 1)), `${index}`).toBe(false);
      expect(isWellFormed(kind, before + text.slice(index + 1)), `${index}`).toBe(false);
    }
    for (const more of [`${text}x`, ` ${text}`, `${text}\n`]) {
      expect(isWellFormed(kind, more)).toBe(false);
    }
  });

  it('is no key of another kind', () => {
    for (const [other] of KEYS) expect(isWellFormed(other, make())).toBe(other === kind);
  });

  it('is another one each time', () => {
    expect(new Set(Array.from({ length: 1_000 }, make)).size).toBe(1_000);
  });
});

it('takes 256 bits of a secret, of which each counts', () => {
  const prefix = newPrefix();
  const secret = new Uint8Array(32);
  const texts = new Set([apiKeyText(prefix, secret)]);
  for (let bit = 0; bit < 256; bit++) {
    const other = Uint8Array.from(secret);
    other[bit >> 3] = 1 << (bit & 7);
    texts.add(apiKeyText(prefix, other));
  }
  expect(texts.size).toBe(257);
  expect(isWellFormed('api', apiKeyText(prefix, secret.fill(255)))).toBe(true);
});

it('takes the token of a session for no key', () => {
  expect(keyKindOf('eyJhbGciOiJFZERTQSJ9.e30.x')).toBeNull();
});

it('keeps a SHA-256', () => {
  expect(hashOf('fck_')).toMatch(/^[0-9a-f]{64}$/);
});
