/** As GraphQL over HTTP writes the hash of a document. */
const ID = /^(?:sha256:)?([0-9a-f]{64})$/i;

export const documentId = (hash: string): string => `sha256:${hash}`;

/** The hash in an id; null for what is none. */
export function hashIn(id: unknown): string | null {
  return typeof id === 'string' ? (ID.exec(id)?.[1]?.toLowerCase() ?? null) : null;
}

/** What a request names instead of its text: `documentId`, or what clients of automatically persisted queries send. */
export function namedDocument({
  documentId: id,
  extensions,
}: {
  documentId?: unknown;
  extensions?: unknown;
}): unknown {
  if (id !== undefined && id !== null) return id;
  const { persistedQuery } = (extensions ?? {}) as { persistedQuery?: { sha256Hash?: unknown } };
  return persistedQuery?.sha256Hash;
}
