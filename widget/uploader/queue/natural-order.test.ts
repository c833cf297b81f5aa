import { describe, expect, it } from 'vitest';
import { naturalOrder, rememberPath } from './natural-order.ts';

const named = (...names: string[]) => names.map((name) => new File([], name));

describe('naturalOrder', () => {
  it('counts as people do', () => {
    const files = named('VIN-10.jpg', 'vin-2.jpg', 'VIN-1.jpg', 'IMG_9.jpg');
    expect(naturalOrder(files).map(({ name }) => name)).toEqual([
      'IMG_9.jpg',
      'VIN-1.jpg',
      'vin-2.jpg',
      'VIN-10.jpg',
    ]);
  });

  it('keeps the files of a dropped folder together', () => {
    const [a, b, c] = named('1.jpg', '2.jpg', '3.jpg') as [File, File, File];
    rememberPath(a, '/interior/1.jpg');
    rememberPath(b, '/exterior/2.jpg');
    rememberPath(c, '/exterior/3.jpg');
    expect(naturalOrder([a, c, b])).toEqual([b, c, a]);
  });
});
