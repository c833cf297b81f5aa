/** Secrets that clients of this process have sent and got. */
const secrets = new Set<string>();

/** Names of values that nobody but their owner may read. */
const SECRET_NAME =
  /^(password|currentPassword|newPassword|email|token|secret|authorization|apiKey)$/i;
/** What makes an address good for an upload. */
const SIGNATURES = [/[?&]X-Amz-Signature=([^&]+)/i, /\/storage\/upload\/([\w.~-]+)/];
/** Shorter ones occur by chance. */
const MIN_LENGTH = 12;

/** Remembers what is secret in variables, in an answer, or in headers. */
export function noteSecrets(value: unknown, name = ''): void {
  if (typeof value === 'string') {
    if (SECRET_NAME.test(name)) note(value.replace(/^bearer /i, ''));
    for (const signature of SIGNATURES) note(signature.exec(value)?.[1] ?? '');
  } else if (typeof value === 'object' && value !== null) {
    for (const [key, inner] of Object.entries(value)) {
      noteSecrets(inner, Array.isArray(value) ? name : key);
    }
  }
}

function note(secret: string): void {
  if (secret.length >= MIN_LENGTH) secrets.add(secret);
}

/** Lines of a log that say a secret. */
export function linesWithSecrets(log: string): string[] {
  const known = [...secrets];
  return log.split('\n').filter((line) => known.some((secret) => line.includes(secret)));
}
