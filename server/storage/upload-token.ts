import { createHmac, createSecretKey, hkdfSync, timingSafeEqual } from 'node:crypto';
import type { PartGrant } from './multipart.ts';
import type { UploadGrant } from './storage.ts';

/** What a signed upload URL allows, until `expiresAt` (milliseconds since the epoch). */
export type UploadPermit = FilePermit | PartPermit;

/** One PUT of exactly these bytes. */
export interface FilePermit extends Omit<UploadGrant, 'expiresInSeconds'> {
  operation: 'put';
  expiresAt: number;
}

/** PUTs of one part while its upload goes on. */
export interface PartPermit extends Omit<PartGrant, 'expiresInSeconds'> {
  operation: 'part';
  expiresAt: number;
}

/** Signs and reads the tokens in upload URLs. */
export interface UploadTokens {
  sign(permit: UploadPermit): string;
  /** Null for anything that was not signed with this secret for a PUT. Expiry is the caller's. */
  verify(token: string): UploadPermit | null;
}

type Fields =
  | ['put', key: string, byteSize: number, contentType: string, md5: string, expiresAt: number]
  | [
      'part',
      key: string,
      byteSize: number,
      multipartId: string,
      partNumber: number,
      expiresAt: number,
    ];

/** The URL key is derived from the application's secret, so that neither signs for the other. */
export function createUploadTokens(secret: Uint8Array): UploadTokens {
  const key = createSecretKey(
    Buffer.from(hkdfSync('sha256', secret, '', 'forecourt/storage/upload-url/1', 32)),
  );
  const macOf = (payload: string) => createHmac('sha256', key).update(payload).digest('base64url');

  return {
    sign(permit) {
      const payload = Buffer.from(JSON.stringify(fieldsOf(permit))).toString('base64url');
      return `${payload}.${macOf(payload)}`;
    },

    verify(token) {
      const dot = token.indexOf('.');
      if (dot < 0) return null;
      const payload = token.slice(0, dot);
      // The texts are compared: decoded signatures would let unused low bits of base64 differ.
      const given = Buffer.from(token.slice(dot + 1));
      const expected = Buffer.from(macOf(payload));
      if (given.length !== expected.length || !timingSafeEqual(given, expected)) return null;
      return permitOf(JSON.parse(Buffer.from(payload, 'base64url').toString()) as Fields);
    },
  };
}

function fieldsOf(permit: UploadPermit): Fields {
  const { key, byteSize, expiresAt } = permit;
  return permit.operation === 'put'
    ? ['put', key, byteSize, permit.contentType, permit.md5, expiresAt]
    : ['part', key, byteSize, permit.multipartId, permit.partNumber, expiresAt];
}

/** Null for an operation that is no PUT. */
function permitOf(fields: Fields): UploadPermit | null {
  switch (fields[0]) {
    case 'put': {
      const [operation, key, byteSize, contentType, md5, expiresAt] = fields;
      return { operation, key, byteSize, contentType, md5, expiresAt };
    }
    case 'part': {
      const [operation, key, byteSize, multipartId, partNumber, expiresAt] = fields;
      return { operation, key, byteSize, multipartId, partNumber, expiresAt };
    }
    default:
      return null;
  }
}
