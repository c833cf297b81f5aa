/** Whether a page of this origin may use a token; null is no page. */
export type OriginCheck = (origin: string | null) => boolean;

/** Origins such as `https://www.dealer.example`, with commas between; null when one is none. */
export function parseOrigins(text: string): string[] | null {
  const origins = text.split(',').map((word) => word.trim());
  return origins.every((origin) => URL.canParse(origin) && new URL(origin).origin === origin)
    ? origins
    : null;
}

/** Every page when no origin is named, else those and the server's own; programs send none. */
export function createOriginCheck(
  allowed: readonly string[] | null,
  publicUrl: () => string,
): OriginCheck {
  return (origin) => {
    if (allowed === null || origin === null) return true;
    return allowed.includes(origin) || origin === new URL(publicUrl()).origin;
  };
}
