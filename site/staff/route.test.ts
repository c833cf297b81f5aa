import fc from 'fast-check';
import { expect, it } from 'vitest';
import { listPath, readRoute, staffVehiclePath } from './route.ts';

const read = (address: string) => readRoute(new URL(address, 'http://x.invalid'));

it('reads every address that it writes', () => {
  expect(read(listPath('draft', 'blue & new'))).toEqual({
    name: 'list',
    view: 'draft',
    search: 'blue & new',
  });
  expect(read('/staff/')).toEqual({ name: 'list', view: 'all', search: '' });
  expect(read('/staff/vehicles/new')).toEqual({ name: 'new' });
  fc.assert(
    fc.property(fc.base64String({ minLength: 4 }), (id) => {
      expect(read(staffVehiclePath(id))).toEqual({ name: 'vehicle', id });
    }),
  );
});

it('knows what it does not know', () => {
  expect(read('/staff/nothing')).toEqual({ name: 'unknown' });
  expect(read('/staff/vehicles/%zz')).toEqual({ name: 'unknown' });
  expect(read('/staff?view=toString')).toMatchObject({ view: 'all' });
});
