import { UserFailure } from '../errors.ts';

// Control characters and the marks that turn the direction of what follows.
const UNPRINTABLE = /[\p{Cc}\u202a-\u202e\u2066-\u2069]/gu;

/** Text as it is kept: composed, printable, without space around it; null when nothing is left. */
export function cleanText(text: string | null, field: string, maxLength: number): string | null {
  if (text === null) return null;
  const clean = text
    .normalize('NFC')
    .replace(/\r\n?/g, '\n')
    .replace(UNPRINTABLE, (character) =>
      character === '\n' || character === '\t' ? character : '',
    )
    .trim();
  if (clean.length > maxLength) {
    throw new UserFailure('INVALID_INPUT', `Use at most ${maxLength} characters.`, {
      field: ['input', field],
    });
  }
  return clean || null;
}

export function cleanTags(tags: readonly string[]): string[] {
  if (tags.length > 50) {
    throw new UserFailure('INVALID_INPUT', 'Use at most 50 tags.', { field: ['input', 'tags'] });
  }
  return [...new Set(tags.map((tag) => cleanText(tag, 'tags', 100)).filter((tag) => tag !== null))];
}

/** A file name for people to read, never a path: one line, at most 255 bytes, its ending kept. */
export function cleanFileName(name: string): string {
  const clean = name.normalize('NFC').replace(UNPRINTABLE, '').replace(/[/\\]/g, '_').trim();
  const dot = clean.lastIndexOf('.');
  const ending = dot > 0 && clean.length - dot <= 10 ? clean.slice(dot) : '';
  let stem = clean.slice(0, clean.length - ending.length);
  while (Buffer.byteLength(stem + ending) > 255) stem = [...stem].slice(0, -1).join('');
  return stem + ending || 'unnamed';
}
