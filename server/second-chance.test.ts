import { expect, it } from 'vitest';
import { createSecondChance } from './second-chance.ts';

it('forgets the oldest that nobody has asked for', () => {
  const kept = createSecondChance<number>(2);
  kept.keep('a', 1);
  kept.keep('b', 2);
  kept.find('a');
  kept.keep('c', 3);
  expect(['a', 'b', 'c'].map((key) => kept.find(key))).toEqual([1, undefined, 3]);
});

it('forgets the oldest when all were asked for', () => {
  const kept = createSecondChance<number>(2);
  kept.keep('a', 1);
  kept.keep('b', 2);
  kept.find('b');
  kept.find('a');
  kept.keep('c', 3);
  expect(['a', 'b', 'c'].map((key) => kept.find(key))).toEqual([undefined, 2, 3]);
});

it('has room for what is kept once more', () => {
  const kept = createSecondChance<number>(2);
  kept.keep('a', 1);
  kept.keep('b', 2);
  kept.keep('b', 3);
  expect(['a', 'b'].map((key) => kept.find(key))).toEqual([1, 3]);
});

it('has nothing any more of what it was told to forget', () => {
  const kept = createSecondChance<number>(2);
  kept.keep('a', 1);
  kept.forget('a');
  expect(kept.find('a')).toBeUndefined();
});
