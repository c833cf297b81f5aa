import { expect, it } from 'vitest';
import { vinHint } from './vin.ts';

it('has nothing to say about a VIN that fits, or none', () => {
  for (const vin of ['', '1M8GDM9AXKP042788', '1g4ah59h45g118341', ' 1FADP5AU6DL536022 ']) {
    expect(vinHint(vin)).toBeNull();
  }
});

it('counts while a VIN is typed, and names what is mistyped', () => {
  expect(vinHint('1M8')).toBe('3 of 17 characters');
  expect(vinHint('1M8GDM9AXKP04278O')).toBe('A VIN has no O: it may be 0.');
  expect(vinHint('1M8-')).toBe('A VIN has no “-”.');
  expect(vinHint('1M8GDM9AXKP042789')).toMatch(/check digit/);
});
