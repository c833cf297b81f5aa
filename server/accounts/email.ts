/** The longest address that mail can be sent to (RFC 5321). */
export const MAX_EMAIL_LENGTH = 254;

/** As it is kept: upper and lower case are the same. */
export function normalEmail(address: string): string {
  return address.trim().toLowerCase();
}
