import type { ServerResponse } from 'node:http';

/** Pages of any origin may ask; who they are travels in a header, never in a cookie. */
export const TO_ALL_ORIGINS = [
  ['access-control-allow-origin', '*'],
  ['access-control-expose-headers', 'retry-after'],
] as const;

export function allowAllOrigins(res: ServerResponse): void {
  for (const [name, value] of TO_ALL_ORIGINS) res.setHeader(name, value);
}
