import { hash, verify } from '@node-rs/argon2';

/** argon2id with the library's defaults of 19 MiB, two passes, one lane: OWASP's floor. */
const OPTIONS = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };

export function hashPassword(password: string): Promise<string> {
  return hash(password, OPTIONS);
}

let decoy: Promise<string> | null = null;

/** Takes the same time for an unknown user (`null`) as for a known one. */
export async function verifyPassword(
  passwordHash: string | null,
  password: string,
): Promise<boolean> {
  decoy ??= hashPassword('nobody has this password');
  const matches = await verify(passwordHash ?? (await decoy), password, OPTIONS);
  return matches && passwordHash !== null;
}
