import {
  createHash,
  createPrivateKey,
  createPublicKey,
  hkdfSync,
  type KeyObject,
} from 'node:crypto';
import { errors, jwtVerify, SignJWT } from 'jose';

const ALGORITHM = 'EdDSA';
const ISSUER = 'forecourt';
const AUDIENCE = 'forecourt-api';
/** Of two clocks. */
const TOLERANCE_SECONDS = 30;
/** No session is allowed to be longer. */
const MAX_AGE_SECONDS = 604_800;
/** DER of an Ed25519 private key up to its 32 bytes of seed (RFC 8410). */
const ED25519_PKCS8 = Buffer.from('302e020100300506032b657004220420', 'hex');
const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

export interface SessionClaims {
  sessionId: string;
  userId: string;
  dealershipId: string;
}

/** What people carry: EdDSA, one issuer, one audience, keys that are derived from the app secrets. */
export interface SessionTokens {
  /** The same token for the same session. Both times are whole seconds. */
  sign(claims: SessionClaims, createdAt: Date, expiresAt: Date): Promise<string>;
  /** Null for anything but a token of ours within its time. Whether the session still stands is asked of the database. */
  verify(token: string): Promise<SessionClaims | null>;
}

interface Key {
  kid: string;
  privateKey: KeyObject;
  publicKey: KeyObject;
}

/** @param previousSecrets verify what they signed, and sign nothing more. */
export function createSessionTokens(
  appSecret: Uint8Array,
  previousSecrets: readonly Uint8Array[] = [],
): SessionTokens {
  const current = deriveKey(appSecret);
  const keys = new Map(
    [current, ...previousSecrets.map(deriveKey)].map(({ kid, publicKey }) => [kid, publicKey]),
  );

  return {
    sign({ sessionId, userId, dealershipId }, createdAt, expiresAt) {
      return new SignJWT({ dealership: dealershipId })
        .setProtectedHeader({ alg: ALGORITHM, kid: current.kid, typ: 'JWT' })
        .setJti(sessionId)
        .setSubject(userId)
        .setIssuer(ISSUER)
        .setAudience(AUDIENCE)
        .setIssuedAt(createdAt)
        .setExpirationTime(expiresAt)
        .sign(current.privateKey);
    },

    async verify(token) {
      try {
        const { payload } = await jwtVerify(
          token,
          ({ kid }) => {
            const key = keys.get(kid ?? '');
            if (!key) throw new errors.JWKSNoMatchingKey();
            return key;
          },
          {
            algorithms: [ALGORITHM],
            typ: 'JWT',
            issuer: ISSUER,
            audience: AUDIENCE,
            clockTolerance: TOLERANCE_SECONDS,
            maxTokenAge: MAX_AGE_SECONDS,
            requiredClaims: ['jti', 'sub', 'exp', 'dealership'],
          },
        );
        const { jti: sessionId, sub: userId, dealership: dealershipId } = payload;
        return isUuid(sessionId) && isUuid(userId) && isUuid(dealershipId)
          ? { sessionId, userId, dealershipId }
          : null;
      } catch (error) {
        if (error instanceof errors.JOSEError || error instanceof TypeError) return null;
        throw error;
      }
    },
  };
}

function isUuid(value: unknown): value is string {
  return typeof value === 'string' && UUID.test(value);
}

function deriveKey(appSecret: Uint8Array): Key {
  const seed = Buffer.from(hkdfSync('sha256', appSecret, '', 'forecourt session key', 32));
  const privateKey = createPrivateKey({
    key: Buffer.concat([ED25519_PKCS8, seed]),
    format: 'der',
    type: 'pkcs8',
  });
  const publicKey = createPublicKey(privateKey);
  const kid = createHash('sha256')
    .update(publicKey.export({ type: 'spki', format: 'der' }))
    .digest('base64url')
    .slice(0, 12);
  return { kid, privateKey, publicKey };
}
