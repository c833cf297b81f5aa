const TYPES = ['application/graphql-response+json', 'application/json'] as const;

/** What is sent to a client that takes one answer as JSON; null when it wants nothing of the kind. */
export function acceptedType(accept = '*/*'): (typeof TYPES)[number] | null {
  for (const range of accept.toLowerCase().split(',')) {
    const [type = '', ...params] = range.split(';').map((part) => part.trim());
    if (params.some((param) => param.includes('charset=') && param !== 'charset=utf-8')) continue;
    if (type === '*/*' || type === 'application/*') return 'application/json';
    const known = TYPES.find((candidate) => candidate === type);
    if (known) return known;
  }
  return null;
}
