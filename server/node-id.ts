const KINDS = [
  'Dealership',
  'User',
  'Vehicle',
  'Upload',
  'Media',
  'ApiKey',
  'EmbedKey',
  'Invitation',
  'UploadToken',
] as const;

export type NodeKind = (typeof KINDS)[number];

/** Opaque to clients: the kind and the row's UUID. */
export function encodeId(kind: NodeKind, uuid: string): string {
  return Buffer.from(`${kind}:${uuid}`).toString('base64url');
}

export function decodeId(id: string): { kind: NodeKind; uuid: string } | null {
  const match = /^(\w+):([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/.exec(
    Buffer.from(id, 'base64url').toString('latin1'),
  );
  const kind = KINDS.find((candidate) => candidate === match?.[1]);
  return kind && match?.[2] ? { kind, uuid: match[2] } : null;
}

/** Null for everything but an id of that kind: malformed ids look like absent ones. */
export function uuidOf(kind: NodeKind, id: string): string | null {
  const decoded = decodeId(id);
  return decoded?.kind === kind ? decoded.uuid : null;
}
