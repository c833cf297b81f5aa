import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';

/** Too few to be more than a word that was bent a little. */
const MIN_REST = 4;
const MIN_DISTINCT = 4;
/** Dates and telephone numbers are as long. */
const MIN_DIGITS_ALONE = 13;
/** Parts of what is known about somebody that are shorter say nothing. */
const MIN_PART = 4;
/** So many neighbours one after the other are a run. */
const MIN_RUN = 3;

const KEYBOARD_ROWS = ['1234567890', 'qwertyuiop', 'qwertzuiop', 'asdfghjkl', 'zxcvbnm', 'yxcvbnm'];
const LEET: Readonly<Record<string, string>> = {
  '0': 'o',
  '1': 'i',
  '3': 'e',
  '4': 'a',
  '5': 's',
  '7': 't',
  '@': 'a',
  $: 's',
  '!': 'i',
};

let common: ReadonlySet<string> | null = null;

/**
 * The commonest passwords of six characters and more, lower case: the first ten thousand of
 * https://github.com/dropbox/zxcvbn/blob/master/data/passwords.txt (MIT). Packed, since many are no words to be read.
 */
function commonPasswords(): ReadonlySet<string> {
  common ??= new Set(
    gunzipSync(readFileSync(new URL('./common-passwords.txt.gz', import.meta.url)))
      .toString()
      .split('\n')
      .filter((password) => password !== ''),
  );
  return common;
}

/**
 * Why a password is among the first that anybody would try; null when it is not.
 *
 * @param about what others may know of the person: e-mail, name, dealership.
 */
export function weaknessOf(password: string, about: readonly string[]): string | null {
  const lower = password.toLowerCase();
  if (new Set(lower).size < MIN_DISTINCT || /^(.{1,5})\1+.{0,4}$/su.test(lower))
    return 'It repeats itself.';
  if (/^\d+$/.test(lower) && lower.length < MIN_DIGITS_ALONE) return 'It is a number.';
  if (withoutRuns(lower).length < MIN_REST)
    return 'It follows the alphabet, numbers or the keyboard.';
  const known = commonPasswords();
  if (variantsOf(lower).some((variant) => known.has(variant)))
    return 'It is one of the commonest, or nearly so.';
  const rest = partsOf(about).reduce((text, part) => text.replaceAll(part, ''), lower);
  return rest !== lower && rest.length < MIN_REST
    ? 'It is made of what others know: an address or a name.'
    : null;
}

/** As it is, and without what people add to a word to please a rule. */
function variantsOf(lower: string): string[] {
  const core = lower.replace(/^[^\p{L}]{1,4}/u, '').replace(/[^\p{L}]{1,4}$/u, '');
  const plain = (text: string) => text.replace(/[013457@$!]/g, (sign) => LEET[sign] ?? sign);
  return [lower, core, plain(lower), plain(core)];
}

/** Longest first, so that one that lies in another takes nothing from it. */
function partsOf(about: readonly string[]): string[] {
  const parts = about.flatMap((text) => {
    const lower = text.normalize('NFKC').toLowerCase();
    const words = lower.split(/[^\p{L}\p{N}]+/u);
    return [lower.split('@')[0] ?? '', words.join(''), ...words];
  });
  return [...new Set(parts)]
    .filter((part) => part.length >= MIN_PART)
    .sort((a, b) => b.length - a.length);
}

/** What is left when every run of neighbours, forwards or backwards, is taken out. */
function withoutRuns(text: string): string {
  let rest = '';
  for (let at = 0; at < text.length;) {
    const length = Math.max(...WAYS.map((isNext) => runLength(text, at, isNext)));
    if (length < MIN_RUN) rest += text[at];
    at += length < MIN_RUN ? 1 : length;
  }
  return rest;
}

const code = (character: string): number => character.codePointAt(0) ?? 0;

/** Whether `b` follows `a`, in each of the ways that a run can go. */
const WAYS: readonly ((a: string, b: string) => boolean)[] = [
  (a, b) => code(b) - code(a) === 1,
  (a, b) => code(a) - code(b) === 1,
  (a, b) => KEYBOARD_ROWS.some((row) => row.includes(a + b)),
  (a, b) => KEYBOARD_ROWS.some((row) => row.includes(b + a)),
];

function runLength(text: string, start: number, isNext: (a: string, b: string) => boolean): number {
  let end = start + 1;
  while (end < text.length && isNext(text[end - 1] as string, text[end] as string)) end += 1;
  return end - start;
}
