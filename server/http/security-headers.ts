import type { IncomingMessage, ServerResponse } from 'node:http';

/** For what is no document: should a browser show it all the same, it does nothing. */
const INERT = "default-src 'none'; frame-ancestors 'none'; sandbox";
/** For scripts, whose policy would be that of a worker started from them, and for GraphiQL. */
const UNFRAMED = "frame-ancestors 'none'; base-uri 'none'; form-action 'none'; object-src 'none'";
const SCRIPTS = /^\/(embed|assets)\//;
const A_YEAR = 'max-age=31536000';

const OF_ALL = [
  ['x-content-type-options', 'nosniff'],
  ['referrer-policy', 'no-referrer'],
  ['cross-origin-resource-policy', 'same-origin'],
] as const;

/** What every response says; routes that need another policy write theirs over it. */
export function setSecurityHeaders(
  req: IncomingMessage,
  res: ServerResponse,
  https: boolean,
): void {
  const isPage = req.method === 'GET' && /\btext\/html\b/.test(req.headers.accept ?? '');
  const isScript = SCRIPTS.test(req.url ?? '');
  res.setHeader('content-security-policy', isPage || isScript ? UNFRAMED : INERT);
  for (const [name, value] of OF_ALL) res.setHeader(name, value);
  if (https) res.setHeader('strict-transport-security', A_YEAR);
}

/** The same of data, which nobody frames or runs: names and values in turns, as `writeHead` takes them. */
export function dataHeaders(https: boolean): string[] {
  return [
    'content-security-policy',
    INERT,
    ...OF_ALL.flat(),
    ...(https ? ['strict-transport-security', A_YEAR] : []),
  ];
}
