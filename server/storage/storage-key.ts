const GRAMMAR = /^[A-Za-z0-9._-]+(?:\/[A-Za-z0-9._-]+)*$/;
const MAX_LENGTH = 512;

/** Everything below it is public; nothing else is. */
export const PUBLIC_PREFIX = 'r/';

/**
 * Keys are `/`-separated segments of letters, digits, `.`, `_` and `-`, at most
 * 512 characters, without `.` and `..`: the same text in a URL, a signature and
 * a listing, in every store. File names of people are never part of a key.
 */
function isStorageKey(text: string): boolean {
  return text.length <= MAX_LENGTH && GRAMMAR.test(text) && !/(?:^|\/)\.\.?(?:\/|$)/.test(text);
}

export function assertStorageKey(key: string): void {
  if (!isStorageKey(key)) throw new TypeError(`Not a storage key: ${JSON.stringify(key)}.`);
}

export function isPublicKey(text: string): boolean {
  return text.startsWith(PUBLIC_PREFIX) && isStorageKey(text);
}

export function assertPublicKey(key: string): void {
  if (!isPublicKey(key)) {
    throw new TypeError(`Only keys under ${PUBLIC_PREFIX} have a public address: ${key}.`);
  }
}
