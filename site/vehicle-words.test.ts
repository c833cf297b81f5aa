import { expect, it } from 'vitest';
import { countWords, mileageWords, priceWords, sizeWords } from './vehicle-words.ts';

it('writes prices with cents only where there are some', () => {
  expect(priceWords({ amount: '24990.00', currency: 'USD' })).toBe('$24,990');
  expect(priceWords({ amount: '24990.50', currency: 'EUR' })).toBe('€24,990.50');
  expect(priceWords(null)).toBe('Price on request');
});

it('writes mileage in the unit of the market that the price tells', () => {
  expect(mileageWords(41200, { amount: '1', currency: 'USD' })).toBe('41,200 mi');
  expect(mileageWords(41200, { amount: '1', currency: 'EUR' })).toBe('41,200 km');
  expect(mileageWords(41200, null)).toBe('41,200');
});

it('counts one as one', () => {
  expect(countWords(1, 'photo', 'photos')).toBe('1 photo');
  expect(countWords(2400, 'photo', 'photos')).toBe('2,400 photos');
});

it('writes sizes in the unit that needs the fewest digits', () => {
  expect([0, 640_000, 24_900_000, 999_600_000, 1_240_000_000].map(sizeWords)).toEqual([
    '0 kB',
    '640 kB',
    '25 MB',
    '1 GB',
    '1.2 GB',
  ]);
});
