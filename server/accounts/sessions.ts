import {
  createHash,
  createPrivateKey,
  createPublicKey,
  hkdfSync,
  type KeyObject,
} from 'node:crypto';
import { errors, jwtVerify, SignJWT } from 'jose';

const ISSUER = 'forecourt';
const AUDIENCE = 'forecourt-api';
/** DER of an Ed25519 private key up to its 32 bytes of seed (RFC 8410). */
const ED25519_PKCS8 = Buffer.from('302e020100300506032b657004220420', 'hex');

export interface Session {
  token: string;
  expiresAt: Date;
}

export interface SessionClaims {
  userId: string;
  dealershipId: string;
  expiresAt: Date;
}

/** Tokens of people: EdDSA, one issuer, one audience, one key that is derived from the app secret. */
export interface Sessions {
  issue(userId: string, dealershipId: string): Promise<Session>;
  /** Null for anything but a token of ours that is still valid. */
  verify(token: string): Promise<SessionClaims | null>;
}

export function createSessions(appSecret: Uint8Array, ttlSeconds: number): Sessions {
  const privateKey = deriveKey(appSecret);
  const publicKey = createPublicKey(privateKey);
  const kid = createHash('sha256')
    .update(publicKey.export({ type: 'spki', format: 'der' }))
    .digest('base64url')
    .slice(0, 12);

  return {
    async issue(userId, dealershipId) {
      const seconds = Math.floor(Date.now() / 1_000);
      const expiresAt = new Date((seconds + ttlSeconds) * 1_000);
      const token = await new SignJWT({ dealership: dealershipId })
        .setProtectedHeader({ alg: 'EdDSA', kid })
        .setSubject(userId)
        .setIssuer(ISSUER)
        .setAudience(AUDIENCE)
        .setIssuedAt(seconds)
        .setExpirationTime(expiresAt)
        .sign(privateKey);
      return { token, expiresAt };
    },

    async verify(token) {
      try {
        const { payload, protectedHeader } = await jwtVerify(token, publicKey, {
          algorithms: ['EdDSA'],
          issuer: ISSUER,
          audience: AUDIENCE,
          clockTolerance: 30,
          requiredClaims: ['sub', 'exp', 'dealership'],
        });
        if (protectedHeader.kid !== kid || typeof payload.dealership !== 'string') return null;
        return {
          userId: payload.sub as string,
          dealershipId: payload.dealership,
          expiresAt: new Date((payload.exp as number) * 1_000),
        };
      } catch (error) {
        if (error instanceof errors.JOSEError || error instanceof TypeError) return null;
        throw error;
      }
    },
  };
}

function deriveKey(appSecret: Uint8Array): KeyObject {
  const seed = Buffer.from(hkdfSync('sha256', appSecret, '', 'forecourt session key', 32));
  return createPrivateKey({
    key: Buffer.concat([ED25519_PKCS8, seed]),
    format: 'der',
    type: 'pkcs8',
  });
}
