import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readShowroomQuery, showroomPath, showroomVariables } from './showroom-query.ts';

const read = (text: string) => readShowroomQuery(new URLSearchParams(text));

describe('readShowroomQuery', () => {
  it('falls back to all vehicles, newest first, for values that no form sends', () => {
    expect(read('condition=toString&sort=__proto__&q=%00')).toEqual(read(''));
    expect(showroomVariables(read(''))).toEqual({
      first: 12,
      after: null,
      filter: {},
      sort: { by: 'CREATED_AT', direction: 'DESC' },
    });
  });

  it('asks for words, condition and order', () => {
    expect(showroomVariables(read('q=+blue+saloon&condition=used&sort=price-up'))).toMatchObject({
      filter: { search: 'blue saloon', condition: ['USED'] },
      sort: { by: 'PRICE', direction: 'ASC' },
    });
  });

  it('asks backwards for the page before a cursor', () => {
    expect(showroomVariables(read('before=abc'))).toMatchObject({ last: 12, before: 'abc' });
  });

  it('reads back every address that it writes', () => {
    fc.assert(
      fc.property(
        fc.string(),
        fc.constantFrom('new', 'used', null),
        fc.string(),
        (q, condition, after) => {
          const query = read(
            new URLSearchParams({ q, condition: condition ?? '', after }).toString(),
          );
          const path = showroomPath(query);
          expect(read(path.slice(2))).toEqual(query);
        },
      ),
    );
  });
});
