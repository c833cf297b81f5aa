import { createUploadTokens } from '../server/storage/upload-token.ts';

/**
 * What a reply says for as long as nothing changes, as text: all of it but the
 * moment at which addresses were signed. What they allow stays in.
 */
export function createLastingReply(appSecret: Uint8Array): (answer: unknown) => string {
  const tokens = createUploadTokens(appSecret);

  function lasting(name: string, value: unknown): unknown {
    if (name === 'target' && value !== null && typeof value === 'object') {
      const { expiresAt: _, ...target } = value as { expiresAt?: string };
      return target;
    }
    if (name === 'url' && typeof value === 'string') {
      const permit = tokens.verify(value.slice(value.lastIndexOf('/') + 1));
      return permit && { ...permit, expiresAt: undefined };
    }
    return value;
  }

  return (answer) => JSON.stringify(answer, lasting);
}
