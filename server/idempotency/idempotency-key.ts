import { hash } from 'node:crypto';
import type { Actor } from '../accounts/viewer.ts';
import { UserFailure } from '../errors.ts';

const MAX_LENGTH = 255;

/** What makes two requests one: who asks for what, under a name of the client's choice. */
export interface IdempotencyKey {
  dealershipId: string;
  /** Keys of two people, or programs, are two keys. */
  actorId: string;
  /** As the client sent it. */
  key: string;
  mutation: string;
  /** SHA-256 of the input without the key, hex. */
  inputHash: string;
  /** Which effect of a request that has several: each is kept by itself. */
  part: string;
}

/** Null when the input carries no key. */
export function readIdempotencyKey(
  actor: Pick<Actor, 'dealershipId' | 'actorId'> & { vehicleId?: string },
  mutation: string,
  input: { idempotencyKey?: string | null },
): IdempotencyKey | null {
  const { idempotencyKey: key, ...rest } = input;
  if (key == null) return null;
  const inputHash = hash('sha256', sortedJson(rest));
  const { dealershipId, vehicleId } = actor;
  // With an upload token: a page goes on with a new one for the same vehicle when it is over.
  const actorId = vehicleId ?? actor.actorId;
  return { dealershipId, actorId, key, mutation, inputHash, part: '' };
}

const UNPRINTABLE = /[\p{Cc}\u202a-\u202e\u2066-\u2069]/u;

/** Throws a {@link UserFailure} unless the key has 1 to 255 characters that can be printed. */
export function checkIdempotencyKey({ key }: IdempotencyKey): void {
  if (key.length >= 1 && key.length <= MAX_LENGTH && !UNPRINTABLE.test(key)) return;
  throw new UserFailure(
    'INVALID_INPUT',
    `An idempotency key has 1 to ${MAX_LENGTH} characters, none of them a control character. A random UUID will do.`,
    { field: ['input', 'idempotencyKey'] },
  );
}

/** The same text for the same values, in whatever order they were sent. */
function sortedJson(value: object): string {
  const isFlat = Object.values(value).every((each) => typeof each !== 'object' || each === null);
  if (isFlat) return JSON.stringify(value, Object.keys(value).sort());
  return JSON.stringify(value, (_, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}
