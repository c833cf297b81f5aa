import { UserFailure, type UserErrorCode } from '../errors.ts';
import { builder } from './builder.ts';
import { encodeId } from '../node-id.ts';
import { StorageUsage } from './storage-usage.ts';

const CODES: Record<UserErrorCode, string> = {
  FILE_TOO_LARGE: 'More bytes than the policy allows for this kind of file.',
  UNSUPPORTED_MEDIA_TYPE: 'A type of file that is not accepted.',
  EMPTY_FILE: 'Zero bytes.',
  QUOTA_EXCEEDED: 'No room left.',
  NOT_FOUND: 'No such thing for this viewer.',
  INVALID_VIN: 'Not a vehicle identification number.',
  INVALID_INPUT: 'A value that is not allowed at its field.',
  VERSION_CONFLICT: 'The gallery changed since the caller read it.',
  UPLOAD_EXPIRED: 'The upload is past its time.',
  UPLOAD_CANCELLED: 'The upload was cancelled.',
  BYTES_MISSING: 'The store has no bytes for this upload.',
  BYTES_MISMATCH: 'The store has other bytes than were announced.',
  IDEMPOTENCY_MISMATCH: 'The idempotency key was used for another request.',
  INVALID_CREDENTIALS: 'E-mail or password is wrong.',
  EMAIL_TAKEN: 'Somebody has an account with this address.',
  WEAK_PASSWORD: 'A password that is short or easily guessed.',
  LAST_OWNER: 'The only owner of a dealership cannot leave, or be anything else.',
  MAIL_UNAVAILABLE: 'The server is not set up to send mail.',
  SIGN_UP_CLOSED: 'Nobody can sign up on this server.',
  RATE_LIMITED: 'Too many tries.',
  STORAGE_UNAVAILABLE: 'Storage does not answer; trying again is safe.',
  STORAGE_FULL: 'Storage has no room.',
};

const Code = builder.enumType('UserErrorCode', {
  description: 'What went wrong, for programs. More may come.',
  values: Object.fromEntries(
    Object.entries(CODES).map(([code, description]) => [code, { description }]),
  ) as Record<UserErrorCode, { description: string }>,
});

const TYPE_OF: Partial<Record<UserErrorCode, string>> = {
  FILE_TOO_LARGE: 'FileTooLargeError',
  UNSUPPORTED_MEDIA_TYPE: 'UnsupportedMediaTypeError',
  QUOTA_EXCEEDED: 'QuotaExceededError',
  VERSION_CONFLICT: 'VersionConflictError',
  RATE_LIMITED: 'RateLimitedError',
  BYTES_MISSING: 'BytesMissingError',
};

/** A failure as a plain object: graphql-js takes any Error in a list for its own. */
type Mistake = Pick<UserFailure, 'code' | 'message' | 'field' | 'data'>;

export const UserError = builder.interfaceRef<Mistake>('UserError').implement({
  description:
    'Something that the caller can mend. The mutation changed nothing but what its payload shows.',
  resolveType: (failure) => TYPE_OF[failure.code] ?? 'InputError',
  fields: (t) => ({
    message: t.exposeString('message', {
      description: 'A sentence for people: what is wrong and what to do.',
    }),
    code: t.field({
      type: Code,
      description: 'The same for programs.',
      resolve: ({ code }) => code,
    }),
    field: t.stringList({
      nullable: true,
      description:
        'Path from the mutation’s arguments to the value; null when it is about no single value.',
      resolve: ({ field }) => (field ? [...field] : null),
    }),
  }),
});

builder.objectRef<Mistake>('InputError').implement({
  description: 'An error that its code says everything about.',
  interfaces: [UserError],
});

builder.objectRef<Mistake>('FileTooLargeError').implement({
  description: 'The file has more bytes than are allowed.',
  interfaces: [UserError],
  fields: (t) => ({
    limitBytes: t.field({
      type: 'ByteSize',
      description: 'The most that is allowed.',
      resolve: ({ data }) => data.limitBytes ?? 0,
    }),
    actualBytes: t.field({
      type: 'ByteSize',
      description: 'What was announced.',
      resolve: ({ data }) => data.actualBytes ?? 0,
    }),
  }),
});

builder.objectRef<Mistake>('UnsupportedMediaTypeError').implement({
  description: 'The type of the file is not accepted.',
  interfaces: [UserError],
  fields: (t) => ({
    allowed: t.stringList({
      description: 'The types that are.',
      resolve: ({ data }) => [...(data.allowed ?? [])],
    }),
  }),
});

builder.objectRef<Mistake>('QuotaExceededError').implement({
  description: 'There is no room for more.',
  interfaces: [UserError],
  fields: (t) => ({
    limit: t.int({
      description:
        'How many media a vehicle may have; of keys and upload tokens, how many there may be of what was asked for.',
      resolve: ({ data }) => data.limit ?? 0,
    }),
    usage: t.field({
      type: StorageUsage,
      nullable: true,
      description: 'Of the vehicle or the dealership, whichever is full; the message says which.',
      resolve: ({ data }) => data.usage ?? null,
    }),
  }),
});

builder.objectRef<Mistake>('VersionConflictError').implement({
  description: 'The gallery changed since the caller read it.',
  interfaces: [UserError],
  fields: (t) => ({
    currentVersion: t.int({
      description: 'Its `mediaVersion` now.',
      resolve: ({ data }) => data.currentVersion ?? 0,
    }),
    currentOrder: t.idList({
      description: 'Ids of its media now, in order.',
      resolve: ({ data }) => (data.currentOrder ?? []).map((id) => encodeId('Media', id)),
    }),
  }),
});

builder.objectRef<Mistake>('RateLimitedError').implement({
  description: 'Too many tries in a short time.',
  interfaces: [UserError],
  fields: (t) => ({
    retryAfterSeconds: t.int({
      description: 'When to try again.',
      resolve: ({ data }) => data.retryAfterSeconds ?? 1,
    }),
  }),
});

builder.objectRef<Mistake>('BytesMissingError').implement({
  description: 'The store has not got all of the file.',
  interfaces: [UserError],
  fields: (t) => ({
    partNumbers: t.intList({
      description: 'The parts that are missing; empty when the file is sent in one piece.',
      resolve: ({ data }) => [...(data.partNumbers ?? [])],
    }),
  }),
});

/** What every payload has. */
export interface Payload {
  userErrors: readonly UserFailure[];
}

/** Runs a mutation; what the caller can mend becomes `userErrors`. */
export async function attempt<T extends object>(
  work: () => Promise<T>,
): Promise<(T | { [K in keyof T]?: never }) & Payload> {
  try {
    return { userErrors: [], ...(await work()) };
  } catch (error) {
    if (!(error instanceof UserFailure)) throw error;
    return { userErrors: [error] } as unknown as { [K in keyof T]?: never } & Payload;
  }
}

/** The field that every payload has. */
export const userErrorsField = {
  type: [UserError] as [typeof UserError],
  description: 'What the caller can mend; empty when all went well.',
  resolve: ({ userErrors }: Payload): Mistake[] =>
    userErrors.map(({ code, message, field, data }) => ({ code, message, field, data })),
};
