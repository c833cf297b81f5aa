/** Fields that hold a credential whatever they hold. */
const SECRET_FIELDS = new Set([
  'password',
  'token',
  'authorization',
  'secretAccessKey',
  'appSecret',
]);
/** Fields in which Postgres quotes values of rows and statements. */
const QUOTING_FIELDS = new Set(['detail', 'where', 'internalQuery']);

const REDACTED = '[redacted]';

/**
 * Each is linear in the length of its text, which strangers choose: it begins
 * where its characters begin, and never again inside of them.
 */
const SECRETS: readonly [RegExp, string][] = [
  // What signs an address, and tokens in one.
  [/((?:X-Amz-(?:Signature|Credential|Security-Token)|token)=)[^&\s"]+/gi, `$1${REDACTED}`],
  [/(\/storage\/upload\/|\bfc[ku]_)[\w.~-]+/gi, `$1${REDACTED}`],
  // Who logs in to another server: redis://user:password@host.
  [/(:\/\/)[^\s/@]*@/g, `$1${REDACTED}@`],
  [/(\bbearer\s)[\w.~+/=-]+/gi, `$1${REDACTED}`],
  // A JWT.
  [/(?<![\w-])eyJ[\w-]*\.[\w-]+\.[\w-]*/g, REDACTED],
  [/\$argon2\w*\$[^\s"]+/g, REDACTED],
  // An e-mail address.
  [
    /(?<![\p{L}\p{N}!#$%&'*+/=?^_`{|}~.-])[\p{L}\p{N}!#$%&'*+/=?^_`{|}~.-]+@(?:[\p{L}\p{N}-]+\.)+\p{L}[\p{L}\p{N}-]*/gu,
    REDACTED,
  ],
];

/** A line of JSON without credentials and e-mail addresses, in whatever text of it they stood. */
export function withoutSecrets(line: string): string {
  const clean: unknown = JSON.parse(line, (name, value: unknown) => {
    if (QUOTING_FIELDS.has(name)) return undefined;
    if (SECRET_FIELDS.has(name)) return REDACTED;
    return typeof value === 'string' ? textWithoutSecrets(value) : value;
  });
  return `${JSON.stringify(clean)}\n`;
}

function textWithoutSecrets(text: string): string {
  return SECRETS.reduce((rest, [pattern, instead]) => rest.replace(pattern, instead), text);
}
