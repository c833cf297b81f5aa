export type DatabaseErrorCode =
  /** The PostgreSQL server does not answer, or does not let us in. */
  | 'UNREACHABLE'
  /** Another living process works on the data directory. */
  | 'DATA_DIR_IN_USE'
  /** The files of a new embedded database cannot be made, for lack of room or rights. */
  | 'CREATION_FAILED'
  /** The embedded engine ended; only a new start helps. */
  | 'ENGINE_STOPPED'
  /** A migration that was applied has another content now. */
  | 'MIGRATION_CHANGED'
  /** A migration is recorded that neither finished nor was rolled back. */
  | 'MIGRATION_FAILED'
  /** The roles of row-level security are not there, or not ours to take on. */
  | 'ROLES_MISSING'
  /** A role of row-level security can bypass it. */
  | 'ROLES_UNSAFE';

/** What keeps the database from being used, with a message that says what to do. */
export class DatabaseError extends Error {
  override readonly name = 'DatabaseError';
  readonly code: DatabaseErrorCode;

  constructor(code: DatabaseErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** One line of what went wrong, for a message. */
export function reasonOf(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return reasonOf(error.errors[0]);
  return (error as Error | undefined)?.message || String(error);
}
