import type { StorageUsage } from './gallery/storage-usage.ts';

/** What a caller did that cannot be done, as the API names it. Each is listed in `UserErrorCode`. */
export type UserErrorCode =
  /** More bytes than the policy allows for this kind of file. */
  | 'FILE_TOO_LARGE'
  /** A type that is not accepted, or bytes of another type than was said. */
  | 'UNSUPPORTED_MEDIA_TYPE'
  /** Zero bytes. */
  | 'EMPTY_FILE'
  /** The vehicle or the dealership has no room left. */
  | 'QUOTA_EXCEEDED'
  /** No such thing for this viewer: malformed, foreign and absent ids look alike. */
  | 'NOT_FOUND'
  /** Not a vehicle identification number. */
  | 'INVALID_VIN'
  /** A value that is not allowed at its field. */
  | 'INVALID_INPUT'
  /** The gallery changed since the caller read it. */
  | 'VERSION_CONFLICT'
  /** The ticket is past its time. */
  | 'UPLOAD_EXPIRED'
  /** The ticket was given back. */
  | 'UPLOAD_CANCELLED'
  /** Completion without bytes in the store. */
  | 'BYTES_MISSING'
  /** The store holds other bytes than the ticket names. */
  | 'BYTES_MISMATCH'
  /** The idempotency key was used for another request. */
  | 'IDEMPOTENCY_MISMATCH'
  /** E-mail or password is wrong. */
  | 'INVALID_CREDENTIALS'
  /** Somebody has an account with this address. */
  | 'EMAIL_TAKEN'
  /** A password that is easily guessed. */
  | 'WEAK_PASSWORD'
  /** The only owner of a dealership cannot leave. */
  | 'LAST_OWNER'
  /** The server is not set up to send mail. */
  | 'MAIL_UNAVAILABLE'
  /** Strangers make no dealerships on this server. */
  | 'SIGN_UP_CLOSED'
  /** Too many tries. */
  | 'RATE_LIMITED'
  /** Object storage does not answer; trying again is safe. */
  | 'STORAGE_UNAVAILABLE'
  /** Object storage has no room. */
  | 'STORAGE_FULL';

/** What an implementor of `UserError` carries beside its message. */
export interface UserErrorData {
  limitBytes?: number;
  actualBytes?: number;
  allowed?: readonly string[];
  currentVersion?: number;
  currentOrder?: readonly string[];
  retryAfterSeconds?: number;
  limit?: number;
  partNumbers?: readonly number[];
  usage?: StorageUsage;
}

/**
 * A mistake that the caller can mend: it becomes an entry of a payload's
 * `userErrors`. Thrown inside a transaction it rolls everything back.
 */
export class UserFailure extends Error {
  override readonly name = 'UserFailure';
  readonly code: UserErrorCode;
  /** Path from the mutation's arguments, such as `['input', 'vehicle', 'vin']`. */
  readonly field: readonly string[] | null;
  readonly data: UserErrorData;

  constructor(
    code: UserErrorCode,
    message: string,
    options: { field?: readonly string[]; cause?: unknown } & UserErrorData = {},
  ) {
    const { field, cause, ...data } = options;
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
    this.field = field ?? null;
    this.data = data;
  }
}
