import { domainToASCII } from 'node:url';
import { UserFailure } from '../errors.ts';

/** The longest address that mail can be sent to (RFC 5321). */
export const MAX_EMAIL_LENGTH = 254;
const MAX_LOCAL_LENGTH = 64;

const LOCAL = /^[a-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*$/;
const DOMAIN = /^(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])$/;

/** As it is kept: upper and lower case are the same, and so are both spellings of a domain. */
export function normalEmail(address: string): string {
  const email = address.trim().toLowerCase();
  const at = email.lastIndexOf('@');
  const domain =
    at > 0 && email.length <= MAX_EMAIL_LENGTH ? domainToASCII(email.slice(at + 1)) : '';
  return domain === '' ? email : `${email.slice(0, at)}@${domain}`;
}

/** An address that mail can be sent to, as it is kept. Throws a {@link UserFailure} at `input.email`. */
export function checkEmail(address: string): string {
  const email = normalEmail(address);
  const at = email.lastIndexOf('@');
  const local = email.slice(0, at);
  if (
    email.length <= MAX_EMAIL_LENGTH &&
    local.length <= MAX_LOCAL_LENGTH &&
    LOCAL.test(local) &&
    DOMAIN.test(email.slice(at + 1))
  ) {
    return email;
  }
  throw new UserFailure(
    'INVALID_INPUT',
    'This is no e-mail address. Write it like name@dealership.com.',
    { field: ['input', 'email'] },
  );
}
