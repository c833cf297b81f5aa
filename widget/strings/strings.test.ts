import { expect, it } from 'vitest';
import { ar } from './ar.ts';
import { en } from './en.ts';
import { format } from './format.ts';
import { pl } from './pl.ts';

it('fills places, and writes numbers as the language does', () => {
  expect(format(en.position, { current: 3, total: 1200 }, 'en')).toBe('3 of 1,200');
  expect(format(ar.position, { current: 3, total: 24 }, 'ar-EG')).toBe('٣ من ٢٤');
  expect(format('{absent} stays', {}, 'en')).toBe('{absent} stays');
});

it('chooses the plural form of the language', () => {
  const said = (count: number) => format(ar.photosAdded, { count }, 'ar-u-nu-latn');
  expect([1, 2, 3, 11].map(said)).toEqual([
    'صورة جديدة واحدة',
    'صورتان جديدتان',
    '3 صور جديدة',
    '11 صورة جديدة',
  ]);
  expect([1, 2, 5, 22, 112].map((count) => format(pl.photosAdded, { count }, 'pl'))).toEqual([
    '1 nowe zdjęcie',
    '2 nowe zdjęcia',
    '5 nowych zdjęć',
    '22 nowe zdjęcia',
    '112 nowych zdjęć',
  ]);
  expect(format(en.photosAdded, { count: 1 }, 'en')).toBe('1 new photo');
});
