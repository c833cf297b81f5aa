import { describe, expect, it } from 'vitest';
import { Pace } from './pace.ts';

describe('Pace', () => {
  it('says nothing before it has seen two seconds', () => {
    const pace = new Pace();
    pace.add(0, 0);
    pace.add(1_900, 1_000);
    expect(pace.secondsFor(1_000)).toBe(null);
  });

  it('goes by what left of late, not by the beginning', () => {
    const pace = new Pace();
    for (let second = 0; second <= 20; second += 1) pace.add(second * 1_000, second * 10);
    for (let second = 21; second <= 40; second += 1) {
      pace.add(second * 1_000, 200 + (second - 20) * 1_000);
    }
    expect(pace.secondsFor(5_000)).toBe(5);
  });

  it('says nothing while nothing leaves', () => {
    const pace = new Pace();
    pace.add(0, 500);
    pace.add(5_000, 500);
    expect(pace.secondsFor(1_000)).toBe(null);
  });
});
