import { describe, expect, it } from 'vitest';
import { UploadFailure } from '../queue/upload-failure.ts';
import { ar } from '../strings/ar.ts';
import { en } from '../strings/en.ts';
import { Words } from './words.ts';

const english = new Words(en, {}, 'en');

describe('Words', () => {
  it.each([
    [0, '0 bytes'],
    [950, '950 bytes'],
    [14_200, '14 kB'],
    [1_486_102, '1.5 MB'],
    [51_000_000, '51 MB'],
    [2_000_000_000, '2 GB'],
  ])('writes %i bytes as %s', (count, expected) => {
    expect(english.bytes(count)).toBe(expected);
  });

  it.each([
    [1, '5 sec'],
    [18, '20 sec'],
    [75, '2 min'],
    [5_400, '1.5 hr'],
  ])('rounds %i seconds to %s', (seconds, expected) => {
    expect(english.duration(seconds)).toBe(expected);
  });

  it('counts as the language does', () => {
    const arabic = new Words(ar, {}, 'ar');
    expect([1, 2, 3, 11].map((count) => arabic.say('filesAdded', { count }))).toEqual([
      'أُضيف ملف واحد',
      'أُضيف ملفان',
      'أُضيفت 3 ملفات',
      'أُضيف 11 ملفًا',
    ]);
  });

  it('takes the page’s own text in place of a text', () => {
    const words = new Words(en, { choose: 'Pick pictures' }, 'en');
    expect(words.say('choose')).toBe('Pick pictures');
  });

  it('says what happened and what to do about it', () => {
    const tooLarge = new UploadFailure('FILE_TOO_LARGE', { limitBytes: 25_000_000 });
    expect(english.failure(tooLarge, 31_000_000)).toBe(
      'This file has 31 MB; at most 25 MB are taken. Export it smaller, then add it again.',
    );
    const refused = new UploadFailure('REFUSED', { detail: 'The name is too long.' });
    expect(english.failure(refused)).toBe('The name is too long.');
  });
});
