import { randomUUID } from 'node:crypto';
import type { Database } from '../../server/db/database.ts';
import { encodeId } from '../../server/schema/node-id.ts';
import { PUBLIC_DEALERSHIP, type TestDealership, type TestServer } from '../server.ts';
import type { ActorKind, TargetKind } from './expectations.ts';

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
type Things = Record<TargetKind, string> & { userId: string };

export interface Actor {
  kind: ActorKind;
  headers: Record<string, string>;
  home: Dealership;
  /** Whose things are foreign. */
  elsewhere: Dealership;
  userId: string | null;
  /** Sees what is published, and nothing else. */
  publicOnly?: true;
}

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
    { token, email }: TestDealership,
    home = north,
    elsewhere = south,
  ): Promise<Actor> => {
    const { id } = await db.prisma.user.findUniqueOrThrow({ where: { email } });
    return { kind, headers: bearer(token), home, elsewhere, userId: id };
  };
  const [owner, manager, photographer, viewer] = people as [
    TestDealership,
    TestDealership,
    TestDealership,
    TestDealership,
  ];
  const program = { home: north, elsewhere: south, userId: null };
  const over = await logInAgain(server, owner);
  await ask(server, bearer(over), 'mutation { logOut(input: {}) { userErrors { code } } }');
  return {
    server,
    dealerships: [north, south, west],
    actors: [
      {
        kind: 'anonymous',
        headers: {},
        home: north,
        elsewhere: south,
        userId: null,
        publicOnly: true,
      },
      await member('viewer', viewer),
      await member('photographer', photographer),
      await member('manager', manager),
      await member('owner', owner),
      await member('owner elsewhere', westOwner, west, north),
      {
        ...program,
        kind: 'embed key',
        headers: { 'x-embed-key': await createEmbedKey(owner) },
        publicOnly: true,
      },
      {
        ...program,
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
        ...program,
        kind: 'API key without the scope',
        headers: bearer(await createKey(owner, ['ACCOUNT_READ'])),
        publicOnly: true,
      },
      await member('revoked session', { ...owner, token: over }),
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

async function createEmbedKey({ staff }: TestDealership): Promise<string> {
  const { createEmbedKey: made } = await staff.expect<{
    createEmbedKey: { embedKey: { key: string } };
  }>('mutation { createEmbedKey(input: { name: "Website" }) { embedKey { key } } }');
  return made.embedKey.key;
}

/** A VIN that no other vehicle has. */
const anyVin = (): string =>
  randomUUID().replaceAll('-', '').toUpperCase().slice(0, 17).replaceAll(/[IOQ]/g, 'X');

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
    originalByteSize: 1,
    originalSha256: 'b'.repeat(64),
    alt: mark,
  };
  const [ready, deleted, video, pending] = [
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
  ] as const;
  await prisma.media.createMany({ data: [ready, deleted, video, pending] });
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
  const uploadId = randomUUID();
  await prisma.upload.create({
    data: {
      id: uploadId,
      dealershipId,
      vehicleId,
      mediaId: pending.id,
      createdById: userId,
      fileName: `${mark}.jpg`,
      contentType: 'image/jpeg',
      byteSize: 1,
      md5: 'kPgB2J7oHvH5k6zA3bY4Ag==',
      storageKey: `incoming/${dealershipId}/${uploadId}`,
      expiresAt: new Date(Date.now() + 3_600_000),
    },
  });
  return {
    Dealership: encodeId('Dealership', dealershipId),
    User: encodeId('User', userId),
    Vehicle: encodeId('Vehicle', vehicleId),
    Upload: encodeId('Upload', uploadId),
    Media: encodeId('Media', ready.id),
    ApiKey: encodeId('ApiKey', keyId),
    EmbedKey: encodeId('EmbedKey', keyId),
    Invitation: encodeId('Invitation', keyId),
    UploadToken: encodeId('UploadToken', keyId),
    member: encodeId('User', memberId),
    'deleted media': encodeId('Media', deleted.id),
    video: encodeId('Media', video.id),
    vin,
    stockNumber,
    slug,
    userId,
  };
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
