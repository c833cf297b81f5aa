import { expect, it } from 'vitest';
import { createTurns, TurnTimeout } from './turns.ts';

/** Work that goes on until it is told to end. */
function openWork() {
  const begun: number[] = [];
  const ends: (() => void)[] = [];
  return {
    begun,
    end: () => ends.shift()?.(),
    work: (name: number) => () => {
      begun.push(name);
      return new Promise<void>((resolve) => ends.push(resolve));
    },
  };
}

it('runs as many at once as there is room for, the others in their order', async () => {
  const turns = createTurns(2, 60_000);
  const { begun, end, work } = openWork();
  const all = [1, 2, 3, 4].map((name) => turns(work(name)));
  await expect.poll(() => begun).toEqual([1, 2]);
  end();
  await expect.poll(() => begun).toEqual([1, 2, 3]);
  end();
  await expect.poll(() => begun).toEqual([1, 2, 3, 4]);
  end();
  end();
  await Promise.all(all);
});

it('sends away who waits too long, and keeps no place for them', async () => {
  const turns = createTurns(1, 20);
  const { begun, end, work } = openWork();
  const first = turns(work(1));
  await expect(turns(work(2))).rejects.toThrow(TurnTimeout);
  end();
  await first;
  const third = turns(work(3));
  await expect.poll(() => begun).toEqual([1, 3]);
  end();
  await third;
});

it('goes on after work that failed', async () => {
  const turns = createTurns(1, 60_000);
  await expect(turns(() => Promise.reject(new Error('no')))).rejects.toThrow('no');
  await expect(turns(() => Promise.resolve(1))).resolves.toBe(1);
});
