import { topLevelError } from '../graphql/top-level-error.ts';
import { builder } from './builder.ts';

function refuse(scalar: string, wanted: string): never {
  throw topLevelError('BAD_USER_INPUT', `${scalar} is ${wanted}.`);
}

builder.scalarType('DateTime', {
  description: 'A moment: RFC 3339 in UTC with milliseconds, such as `2026-01-31T09:30:00.000Z`.',
  serialize: (value) => value.toISOString(),
  parseValue: (value) => {
    const format = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2})$/;
    const moment = new Date(typeof value === 'string' && format.test(value) ? value : NaN);
    // The zone can lead out of the years that four digits name; the database knows no year 0.
    const year = moment.getUTCFullYear();
    if (!(year >= 1 && year <= 9999)) {
      refuse('DateTime', 'an RFC 3339 moment with its zone, such as 2026-01-31T09:30:00Z');
    }
    return moment;
  },
});

builder.scalarType('URL', {
  description: 'An absolute address, `https://` outside of development.',
  serialize: (value) => value,
  parseValue: (value) =>
    typeof value === 'string' && URL.canParse(value) ? value : refuse('URL', 'an absolute address'),
});

builder.scalarType('ByteSize', {
  description: 'A number of bytes. A JSON number: 32-bit integers end at 2 GiB.',
  serialize: (value) => Number(value),
  parseValue: (value) =>
    typeof value === 'number' && Number.isSafeInteger(value) && value >= 0
      ? value
      : refuse('ByteSize', 'a whole number of bytes, 0 or more'),
});

builder.scalarType('Sha256', {
  description: 'A SHA-256 in hex: 64 lower-case characters.',
  serialize: (value) => value,
  parseValue: (value) =>
    typeof value === 'string' && /^[0-9a-f]{64}$/i.test(value)
      ? value.toLowerCase()
      : refuse('Sha256', '64 hexadecimal characters'),
});

builder.scalarType('VIN', {
  description:
    'A vehicle identification number: 17 letters and digits without I, O and Q, in upper case.',
  serialize: (value) => value,
  parseValue: (value) => (typeof value === 'string' ? value : refuse('VIN', 'a text')),
});
