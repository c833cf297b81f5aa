import { hash, verify } from '@node-rs/argon2';
import { UserFailure } from '../errors.ts';
import { weaknessOf } from './weak-password.ts';

/** argon2id with the library's defaults of 19 MiB, two passes, one lane: OWASP's floor. */
const OPTIONS = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };
const MIN_LENGTH = 8;
const MAX_BYTES = 1_024;

/** The same for the same signs, however a keyboard composes them. */
const composed = (password: string): string => password.normalize('NFKC');

/**
 * Refuses a new password that is short, very long, or among the first that anybody would try.
 *
 * @param about what others may know of the person: e-mail, name, dealership.
 * @param field its name in the input.
 */
export function checkNewPassword(
  password: string,
  about: readonly string[],
  field = 'password',
): void {
  const text = composed(password);
  const path = ['input', field];
  if (Buffer.byteLength(text) > MAX_BYTES) {
    throw new UserFailure('INVALID_INPUT', `Use a password of at most ${MAX_BYTES} bytes.`, {
      field: path,
    });
  }
  if ([...text].length < MIN_LENGTH) {
    throw new UserFailure(
      'WEAK_PASSWORD',
      `Use a password of at least ${MIN_LENGTH} characters. Four random words make a good one.`,
      { field: path },
    );
  }
  const weakness = weaknessOf(text, about);
  if (weakness === null) return;
  throw new UserFailure(
    'WEAK_PASSWORD',
    `This password is easily guessed. ${weakness} Four random words make a good one.`,
    { field: path },
  );
}

export function hashPassword(password: string): Promise<string> {
  return hash(composed(password), OPTIONS);
}

let decoy: Promise<string> | null = null;

/** Takes the same time for an unknown user (`null`) as for a known one. */
export async function verifyPassword(
  passwordHash: string | null,
  password: string,
): Promise<boolean> {
  decoy ??= hashPassword('nobody has this password');
  const text = composed(password);
  // No password is as long; however long it is, it takes no longer.
  if (Buffer.byteLength(text) > MAX_BYTES) return false;
  const matches = await verify(passwordHash ?? (await decoy), text, OPTIONS);
  return matches && passwordHash !== null;
}
