import {
  createHmac,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  sign,
  type KeyObject,
} from 'node:crypto';

/** A token that must not be let in, and what is wrong with it. */
export interface ForgedToken {
  what: string;
  token: string;
}

export interface ForgeryParts {
  seed: number;
  /** A token that is let in: forgeries begin with it. */
  good: string;
  /** DER of the server's own private key: with it even what is signed right must not do. */
  ownKey: Buffer;
  /** Of another dealership, and of another person. */
  otherDealershipId: string;
  otherUserId: string;
}

type Part = Record<string, unknown>;

const encode = (part: unknown): string => Buffer.from(JSON.stringify(part)).toString('base64url');
const decode = (text: string | undefined): Part =>
  JSON.parse(Buffer.from(text ?? '', 'base64url').toString()) as Part;

/** Sixty of them, the same for the same seed and the same good token. */
export function forgeTokens(parts: ForgeryParts): ForgedToken[] {
  const { good, otherDealershipId, otherUserId } = parts;
  const random = randomOf(parts.seed);
  const [headerText = '', payloadText = '', signature = ''] = good.split('.');
  const [header, payload] = [decode(headerText), decode(payloadText)];
  const own = createPrivateKey({ key: parts.ownKey, format: 'der', type: 'pkcs8' });
  const ownPublic = createPublicKey(own);
  const stranger = generateKeyPairSync('ed25519').privateKey;
  const rsa = generateKeyPairSync('rsa', { modulusLength: 2_048 }).privateKey;
  const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
  const now = Number(payload.iat);
  const forged: ForgedToken[] = [];
  const add = (what: string, token: string) => forged.push({ what, token });

  const body = (changed: Part = {}, changedHeader: Part = {}) =>
    `${encode({ ...header, ...changedHeader })}.${encode({ ...payload, ...changed })}`;
  const signed = (text: string, key: KeyObject, digest: string | null = null): string =>
    `${text}.${sign(digest, Buffer.from(text), key).toString('base64url')}`;
  const hmac = (text: string, key: string | Buffer, digest: string): string =>
    `${text}.${createHmac(digest, key).update(text).digest('base64url')}`;

  // No signature that is one.
  for (const alg of ['none', 'None', 'NONE', 'nOnE', '', null, undefined]) {
    add(`alg ${JSON.stringify(alg)}, unsigned`, `${body({}, { alg })}.`);
    add(`alg ${JSON.stringify(alg)}, old signature`, `${body({}, { alg })}.${signature}`);
  }
  // The public key as if it were a shared secret.
  const pem = ownPublic.export({ type: 'spki', format: 'pem' }) as string;
  const der = ownPublic.export({ type: 'spki', format: 'der' });
  for (const [alg, digest] of [
    ['HS256', 'sha256'],
    ['HS384', 'sha384'],
    ['HS512', 'sha512'],
  ] as const) {
    add(`${alg} with the public key as PEM`, hmac(body({}, { alg }), pem, digest));
    add(`${alg} with the public key as DER`, hmac(body({}, { alg }), der, digest));
  }
  add('HS256 with an empty secret', hmac(body({}, { alg: 'HS256' }), '', 'sha256'));
  // Other algorithms and keys.
  add('RS256', signed(body({}, { alg: 'RS256' }), rsa, 'sha256'));
  add('ES256', signed(body({}, { alg: 'ES256' }), ec, 'sha256'));
  add('a stranger’s key', signed(body(), stranger));
  add(
    'a stranger’s key that comes along',
    signed(body({}, { jwk: createPublicKey(stranger).export({ format: 'jwk' }) }), stranger),
  );
  add(
    'a stranger’s key at an address',
    signed(body({}, { jku: 'http://127.0.0.1:9/keys', kid: 'stranger' }), stranger),
  );
  add('RSA under the name of EdDSA', signed(body(), rsa, 'sha256'));
  // Signed right, and still not ours.
  const wrong: [string, Part, Part?][] = [
    ['an unknown kid', {}, { kid: 'unknown' }],
    ['no kid', {}, { kid: undefined }],
    ['a kid that is a path', {}, { kid: '../../../dev/null' }],
    ['another issuer', { iss: 'elsewhere' }],
    ['no issuer', { iss: undefined }],
    ['another audience', { aud: 'elsewhere' }],
    ['no audience', { aud: undefined }],
    ['an audience that is a list of others', { aud: ['a', 'b'] }],
    ['past its time', { exp: now - 3_600 }],
    ['no end', { exp: undefined }],
    ['an end that is a text', { exp: '9999999999' }],
    ['made in the future', { iat: now + 3_600 }],
    ['made at no time', { iat: undefined }],
    ['made too long ago', { iat: now - 700_000 }],
    ['good later', { nbf: now + 3_600 }],
    ['another dealership', { dealership: otherDealershipId }],
    ['another person', { sub: otherUserId }],
    ['another person of another dealership', { sub: otherUserId, dealership: otherDealershipId }],
    ['no dealership', { dealership: undefined }],
    ['a dealership that is no id', { dealership: "' or true --" }],
    ['no session', { jti: undefined }],
    ['a session that is not there', { jti: '01890000-0000-7000-8000-000000000000' }],
    ['a session that is no id', { jti: 'x' }],
    ['another type', {}, { typ: 'at+jwt' }],
    ['something critical', {}, { crit: ['x'], x: true }],
  ];
  for (const [what, changed, changedHeader] of wrong)
    add(what, signed(body(changed, changedHeader), own));
  // Changed on the way.
  add(
    'another dealership under the old signature',
    `${body({ dealership: otherDealershipId })}.${signature}`,
  );
  add('without its signature', `${headerText}.${payloadText}`);
  while (forged.length < 60) {
    const at = 1 + random(good.length - 1);
    const kind = random(2);
    if (kind === 0) add(`cut after ${at}`, good.slice(0, at));
    else {
      // A bit of a byte, not of the text: the last letters of base64 have bits that say nothing.
      const bytes = Buffer.from(signature, 'base64url');
      const bit = random(bytes.length * 8);
      bytes.writeUInt8((bytes[bit >> 3] as number) ^ (1 << (bit & 7)), bit >> 3);
      add(`bit ${bit} turned`, `${headerText}.${payloadText}.${bytes.toString('base64url')}`);
    }
  }
  return forged;
}

/** The same token, signed anew: it is let in, so that the others fail for what is wrong with them. */
export function signAnew({ good, ownKey }: Pick<ForgeryParts, 'good' | 'ownKey'>): string {
  const text = good.split('.').slice(0, 2).join('.');
  const key = createPrivateKey({ key: ownKey, format: 'der', type: 'pkcs8' });
  return `${text}.${sign(null, Buffer.from(text), key).toString('base64url')}`;
}

/** mulberry32 */
function randomOf(seed: number): (limit: number) => number {
  let state = seed >>> 0;
  return (limit) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * limit);
  };
}
