import { createHash, randomUUID } from 'node:crypto';
import { createSessionTokens } from '../../server/accounts/session-tokens.ts';
import type { Database } from '../../server/db/database.ts';
import { decodeId, encodeId } from '../../server/node-id.ts';
import { PUBLIC_DEALERSHIP, SECRET, type TestDealership, type TestServer } from '../server.ts';
import { BYTES, type ActorKind, type SharedKind, type TargetKind } from './expectations.ts';

/** What stands in the texts of everything that a dealership has, and nowhere else. */
const markOf = (slug: string): string => `only-${slug}-knows`;

export interface Dealership {
  slug: string;
  uuid: string;
  mark: string;
  /** A published vehicle with media of every kind, and somebody who uploaded them. */
  things: Things;
}

/** By kind what an argument has to say to name it. */
export type Things = Record<Exclude<TargetKind, SharedKind>, string> & { userId: string };

export interface Actor {
  kind: ActorKind;
  headers: Record<string, string>;
  home: Dealership;
  /** Whose things are foreign. */
  elsewhere: Dealership;
  userId: string | null;
  /** By whom idempotency keys are told apart. */
  actorId: string;
  /** Of a person of the dealership: who asks, or an owner. */
  credentials: { email: string; password: string };
  /** Makes headers that are for one vehicle alone. */
  headersFor?(vehicle: string): Promise<Actor['headers']>;
  /** Sees what is published, and nothing else. */
  publicOnly?: true;
}

/** Of a server that is asked more in a minute than anybody may, and that changes nothing by itself. */
export const QUIET = {
  RATE_LIMITS: 'off',
  MEDIA_CONCURRENCY: '0',
  HOUSEKEEPING_SECONDS: '3600',
  UPLOAD_ADOPT_SECONDS: '604800',
};

export interface World {
  server: TestServer;
  actors: Actor[];
  dealerships: Dealership[];
}

/** A server with three dealerships, the first of which visitors see, and one of each who may ask. */
export async function createWorld(server: TestServer): Promise<World> {
  const { db } = server.app;
  const roles = ['OWNER', 'MANAGER', 'PHOTOGRAPHER', 'VIEWER'] as const;
  const people: TestDealership[] = [];
  for (const role of roles) people.push(await server.dealership(PUBLIC_DEALERSHIP, role));
  const southOwner = await server.dealership('south');
  const westOwner = await server.dealership('west');

  const open = async (slug: string, { uuid, email }: TestDealership): Promise<Dealership> => {
    const { id: userId } = await db.prisma.user.findUniqueOrThrow({ where: { email } });
    await db.prisma.dealership.update({ where: { id: uuid }, data: { name: markOf(slug) } });
    const place = { slug, uuid, mark: markOf(slug) };
    return { ...place, things: await plant(db, place, userId) };
  };
  const north = await open(PUBLIC_DEALERSHIP, people[0] as TestDealership);
  const south = await open('south', southOwner);
  const west = await open('west', westOwner);

  const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
  const member = async (
    kind: ActorKind,
    { token, email, password }: TestDealership,
    home = north,
    elsewhere = south,
  ): Promise<Actor> => {
    const { id } = await db.prisma.user.findUniqueOrThrow({ where: { email } });
    const credentials = { email, password };
    return { kind, headers: bearer(token), home, elsewhere, userId: id, actorId: id, credentials };
  };
  const [owner, manager, photographer, viewer] = people as [
    TestDealership,
    TestDealership,
    TestDealership,
    TestDealership,
  ];
  const nobody = {
    home: north,
    elsewhere: south,
    userId: null,
    actorId: randomUUID(),
    credentials: { email: owner.email, password: owner.password },
  };
  const uploader = async (vehicle: string) => bearer(await createUploadToken(owner, vehicle));
  const over = await logInAgain(server, owner);
  await ask(server, bearer(over), 'mutation { logOut(input: {}) { userErrors { code } } }');
  return {
    server,
    dealerships: [north, south, west],
    actors: [
      {
        ...nobody,
        kind: 'anonymous',
        headers: {},
        publicOnly: true,
      },
      {
        ...nobody,
        kind: 'upload token',
        headers: await uploader(north.things.Vehicle),
        headersFor: uploader,
      },
      await member('viewer', viewer),
      await member('photographer', photographer),
      await member('manager', manager),
      await member('owner', owner),
      await member('owner elsewhere', westOwner, west, north),
      {
        ...nobody,
        kind: 'embed key',
        headers: { 'x-embed-key': await createEmbedKey(owner) },
        publicOnly: true,
      },
      {
        ...nobody,
        kind: 'API key',
        headers: bearer(
          await createKey(owner, [
            'VEHICLES_READ',
            'VEHICLES_WRITE',
            'MEDIA_WRITE',
            'ACCOUNT_READ',
          ]),
        ),
      },
      {
        ...nobody,
        kind: 'API key without the scope',
        headers: bearer(await createKey(owner, ['ACCOUNT_READ'])),
        publicOnly: true,
      },
      await member('revoked session', { ...owner, token: over }),
      await member('session that says elsewhere', {
        ...owner,
        token: await sayElsewhere(owner.token, south.uuid),
      }),
    ],
  };
}

export interface Answer {
  data?: Record<string, unknown> | null;
  errors?: { message: string; path?: unknown[]; extensions?: { code?: string } }[];
}

export async function ask(
  { url }: TestServer,
  headers: Record<string, string>,
  query: string,
  variables?: Record<string, unknown>,
): Promise<Answer> {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ query, variables }),
  });
  return (await response.json()) as Answer;
}

async function logInAgain(server: TestServer, { email, password }: TestDealership) {
  const { data } = await ask(
    server,
    {},
    `mutation ($email: String!, $password: String!) {
      logIn(input: { email: $email, password: $password }) { session { token } }
    }`,
    { email, password },
  );
  if (!data) throw new Error('There is no answer to a log-in');
  return (data.logIn as { session: { token: string } }).session.token;
}

async function createKey({ staff }: TestDealership, scopes: readonly string[]): Promise<string> {
  const { createApiKey } = await staff.expect<{ createApiKey: { key: string } }>(
    `mutation ($scopes: [ApiScope!]!) {
      createApiKey(input: { name: "Stock feed", scopes: $scopes }) { key }
    }`,
    { scopes },
  );
  return createApiKey.key;
}

async function createUploadToken({ staff }: TestDealership, vehicleId: string): Promise<string> {
  const { createUploadToken: made } = await staff.expect<{ createUploadToken: { token: string } }>(
    `mutation ($vehicleId: ID!) {
      createUploadToken(input: { vehicleId: $vehicleId, maxUploads: 100, expiresInSeconds: 3600 }) { token }
    }`,
    { vehicleId },
  );
  return made.token;
}

/** The same session, in another dealership: signed with the key of the server, for want of a hole to get it from. */
async function sayElsewhere(token: string, dealershipId: string): Promise<string> {
  const tokens = createSessionTokens(Buffer.from(SECRET), []);
  const claims = await tokens.verify(token);
  if (!claims) throw new Error('A test server has another key');
  const { sessionId, userId } = claims;
  const now = Math.floor(Date.now() / 1_000) * 1_000;
  return tokens.sign({ sessionId, userId, dealershipId }, new Date(now), new Date(now + 3_600_000));
}

async function createEmbedKey({ staff }: TestDealership): Promise<string> {
  const { createEmbedKey: made } = await staff.expect<{
    createEmbedKey: { embedKey: { key: string } };
  }>('mutation { createEmbedKey(input: { name: "Website" }) { embedKey { key } } }');
  return made.embedKey.key;
}

/** A VIN that no other vehicle has, of no maker that checks its digits. */
export const anyVin = (): string =>
  `X${randomUUID().replaceAll('-', '').toUpperCase().slice(0, 16).replaceAll(/[IOQ]/g, 'X')}`;

export const anyHash = (): string => createHash('sha256').update(randomUUID()).digest('hex');

/** Adds a vehicle with one of everything. */
export async function plant(
  { prisma }: Database,
  { uuid: dealershipId, slug, mark }: Pick<Dealership, 'uuid' | 'slug' | 'mark'>,
  userId: string,
  status: 'PUBLISHED' | 'DRAFT' = 'PUBLISHED',
): Promise<Things> {
  const vehicleId = randomUUID();
  const vin = anyVin();
  const stockNumber = randomUUID();
  await prisma.vehicle.create({
    data: { id: vehicleId, dealershipId, vin, stockNumber, status, model: mark, description: mark },
  });
  const media = {
    dealershipId,
    vehicleId,
    originalFileName: `${mark}.jpg`,
    originalContentType: 'image/jpeg',
    originalByteSize: BYTES.length,
    originalSha256: anyHash(),
    alt: mark,
  };
  const [ready, deleted, video, pending, failed] = [
    { ...media, id: randomUUID(), position: 0, status: 'READY' as const },
    {
      ...media,
      id: randomUUID(),
      position: 1,
      status: 'READY' as const,
      deletedAt: new Date(),
    },
    {
      ...media,
      id: randomUUID(),
      position: 2,
      status: 'READY' as const,
      kind: 'VIDEO' as const,
      originalContentType: 'video/mp4',
    },
    { ...media, id: randomUUID(), position: 3, originalSha256: null },
    { ...media, id: randomUUID(), position: 4, status: 'FAILED' as const, errorCode: 'INTERNAL' },
  ] as const;
  await prisma.media.createMany({ data: [ready, deleted, video, pending, failed] });
  const keyId = randomUUID();
  await prisma.apiKey.create({
    data: {
      id: keyId,
      dealershipId,
      name: mark,
      prefix: keyId.slice(0, 8),
      hash: keyId.replaceAll('-', '').repeat(2),
      scopes: ['VEHICLES_READ'],
      createdById: userId,
      // Those that are not count, and there can only be so many.
      revokedAt: new Date(),
    },
  });
  await prisma.embedKey.create({
    data: {
      id: keyId,
      dealershipId,
      name: mark,
      key: `fce_${keyId}`,
      createdById: userId,
    },
  });
  await prisma.uploadToken.create({
    data: {
      id: keyId,
      dealershipId,
      vehicleId,
      hash: keyId.replaceAll('-', '').repeat(2),
      maxUploads: 5,
      createdById: userId,
      apiKeyId: keyId,
      expiresAt: new Date(Date.now() + 3_600_000),
    },
  });
  await prisma.invitation.create({
    data: {
      id: keyId,
      dealershipId,
      email: `${keyId}@${mark}.example`,
      role: 'VIEWER',
      tokenHash: keyId.replaceAll('-', '').repeat(2),
      invitedById: userId,
      // Those of a day count, and there can only be so many.
      createdAt: new Date(Date.now() - 2 * 86_400_000),
      expiresAt: new Date(Date.now() + 3_600_000),
      sentAt: new Date(),
    },
  });
  const memberId = randomUUID();
  await prisma.user.create({
    data: {
      id: memberId,
      email: `${memberId}@${mark}.example`,
      name: mark,
      passwordHash: 'none',
      memberships: { create: { dealershipId, role: 'VIEWER' } },
    },
  });
  const uploadFor = (mediaId: string) => {
    const id = randomUUID();
    return {
      id,
      dealershipId,
      vehicleId,
      mediaId,
      createdById: userId,
      uploadTokenId: keyId,
      fileName: `${mark}.jpg`,
      contentType: 'image/jpeg',
      byteSize: BYTES.length,
      md5: createHash('md5').update(BYTES).digest('base64'),
      storageKey: storageKeyOf(dealershipId, id),
      expiresAt: new Date(Date.now() + 3_600_000),
    };
  };
  const upload = uploadFor(pending.id);
  const inParts = { ...uploadFor(pending.id), byteSize: 20_000_000, partSize: 8_388_608 };
  const over = { status: 'COMPLETED' as const, completedAt: new Date() };
  await prisma.upload.createMany({
    data: [
      upload,
      inParts,
      { ...uploadFor(video.id), ...over },
      // Its bytes were here before.
      {
        ...uploadFor(failed.id),
        ...over,
        sha256: ready.originalSha256,
        existingMediaId: ready.id,
      },
    ],
  });
  return {
    Dealership: encodeId('Dealership', dealershipId),
    User: encodeId('User', userId),
    Vehicle: encodeId('Vehicle', vehicleId),
    Upload: encodeId('Upload', upload.id),
    'upload in parts': encodeId('Upload', inParts.id),
    Media: encodeId('Media', ready.id),
    ApiKey: encodeId('ApiKey', keyId),
    EmbedKey: encodeId('EmbedKey', keyId),
    Invitation: encodeId('Invitation', keyId),
    UploadToken: encodeId('UploadToken', keyId),
    member: encodeId('User', memberId),
    'deleted media': encodeId('Media', deleted.id),
    'failed media': encodeId('Media', failed.id),
    video: encodeId('Media', video.id),
    vin,
    stockNumber,
    slug,
    userId,
  };
}

const storageKeyOf = (dealershipId: string, uploadId: string): string =>
  `incoming/${dealershipId}/${uploadId}`;

/** As if somebody had sent what an upload is to be. */
export async function sendBytes(
  { server }: World,
  { uuid }: Dealership,
  upload: string,
): Promise<void> {
  const id = decodeId(upload)?.uuid ?? '';
  await server.app.storage.write(storageKeyOf(uuid, id), BYTES, { contentType: 'image/jpeg' });
}

/** Without what is noted some time after an answer. */
const ROW = `(to_jsonb(t) - 'sent_at' - 'last_used_at')::text`;

/** All rows of a dealership in one number, to see whether any has changed. */
export async function fingerprint({ pool }: Database, dealershipId: string): Promise<string> {
  const { rows: tables } = await pool.query<{ name: string }>(
    `select table_name::text "name" from information_schema.columns
     where table_schema = 'public' and column_name = 'dealership_id' order by 1`,
  );
  const sums = [...tables.map(({ name }) => [name, 'dealership_id']), ['dealerships', 'id']].map(
    ([table, column]) =>
      `(select coalesce(md5(string_agg(${ROW}, '|' order by ${ROW})), '') from "${table}" t where ${column} = $1)`,
  );
  const { rows } = await pool.query<{ sum: string }>(`select ${sums.join(' || ')} "sum"`, [
    dealershipId,
  ]);
  return rows[0]?.sum ?? '';
}
