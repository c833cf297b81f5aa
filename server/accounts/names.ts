import { UserFailure } from '../errors.ts';
import { cleanText } from '../gallery/media-texts.ts';

const MAX_LENGTH = 100;
const MAX_SLUG_LENGTH = 60;

/** A name of a person or a dealership: one line. Throws a {@link UserFailure} at its field. */
export function checkName(text: string, field: string): string {
  const name = cleanText(text, field, MAX_LENGTH)?.replace(/\s+/gu, ' ') ?? '';
  const problem = !/[\p{L}\p{N}]/u.test(name)
    ? 'Write a name.'
    : // Names stand in mails, where an address would be a link.
      /:\/\/|www\./i.test(name)
      ? 'Write a name without an address of a web page.'
      : null;
  if (problem === null) return name;
  throw new UserFailure('INVALID_INPUT', problem, { field: ['input', field] });
}

/** A name as addresses write it. */
export function slugOf(name: string): string {
  const slug = name
    .normalize('NFKD')
    .toLowerCase()
    .replace(/\p{M}/gu, '')
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, MAX_SLUG_LENGTH)
    .replace(/^-|-$/g, '');
  return slug || 'dealership';
}
