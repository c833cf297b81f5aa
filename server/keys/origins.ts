import { UserFailure } from '../errors.ts';

const MAX_ORIGINS = 50;

/** `https://*.example.com`: any one label before the dot, and no other. */
const WILDCARD = '*.';

/**
 * Origins as they are kept: scheme, host and port, as browsers write them. Throws
 * a {@link UserFailure} for anything else.
 */
export function readOrigins(texts: readonly string[]): string[] {
  if (texts.length > MAX_ORIGINS) {
    throw new UserFailure('INVALID_INPUT', `Name at most ${MAX_ORIGINS} origins.`, {
      field: ['input', 'origins'],
    });
  }
  return [...new Set(texts.map((text, index) => readOrigin(text.trim(), index)))];
}

function readOrigin(text: string, index: number): string {
  const isWide = /^https?:\/\/\*\./i.test(text);
  const plain = isWide ? text.replace(WILDCARD, '') : text;
  const url = URL.canParse(plain) ? new URL(plain) : null;
  const isOrigin =
    url !== null &&
    /^https?:$/.test(url.protocol) &&
    url.href === `${url.origin}/` &&
    !plain.includes('*');
  // Every name under `com`, or in front of an address, is nobody's own.
  const isTooWide = isWide && !/\.(?=[^.]*[a-z])/.test(url?.hostname ?? '');
  if (isOrigin && !isTooWide)
    return isWide ? url.origin.replace('//', `//${WILDCARD}`) : url.origin;
  throw new UserFailure(
    'INVALID_INPUT',
    `${JSON.stringify(text.slice(0, 200))} is no origin. Write scheme, host and port as the address bar shows them, without a path: https://www.example.com, or https://*.example.com for every name in front.`,
    { field: ['input', 'origins', String(index)] },
  );
}

function originOf(text: string): string | null {
  if (!URL.canParse(text)) return null;
  const { origin, username, password } = new URL(text);
  return origin === 'null' || origin.includes('*') || username || password ? null : origin;
}

/**
 * The origin of the page that asks: what the browser says in Origin, else that of
 * the Referer, which is all that comes with some GETs. Null when neither says one.
 */
export function requestOrigin(header: (name: string) => string | null): string | null {
  const said = header('origin');
  if (said !== null) return originOf(said) === said ? said : null;
  const referer = header('referer');
  return referer === null ? null : originOf(referer);
}

/** Whether pages of an origin may use what is kept for these origins; all may when there are none. */
export function isAllowedOrigin(allowed: readonly string[], origin: string | null): boolean {
  if (allowed.length === 0) return true;
  if (origin === null) return false;
  // One label in front of the first dot: whatever it is, the rest must be the same.
  const wide = origin.replace(/:\/\/[^./:]+\./, `://${WILDCARD}`);
  return allowed.includes(origin) || (wide !== origin && allowed.includes(wide));
}
