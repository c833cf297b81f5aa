import { randomUUID } from 'node:crypto';
import type { Database } from '../../server/db/database.ts';
import { encodeId } from '../../server/node-id.ts';
import { BYTES, SHARED_KINDS, type SharedKind, type TargetKind } from './expectations.ts';
import { anyHash, anyVin, type Dealership } from './world.ts';

const TO_ONE_GUEST = 3;

export function isShared(kind: TargetKind | null): kind is SharedKind {
  return (SHARED_KINDS as readonly string[]).includes(kind ?? '');
}

/** A text that names nothing yet. */
export function anyText(kind: SharedKind): string {
  switch (kind) {
    case 'shared vin':
      return anyVin();
    case 'shared stock number':
      return randomUUID();
    case 'guest of two':
    case 'colleague of one':
      return `${randomUUID()}@nobody.example`;
    case 'stored bytes':
    case 'bytes on their way':
      return anyHash();
  }
}

/** Gives a dealership what the text names. Nothing of it says whose it is: the other one may have it, too. */
export async function plantShared(
  { prisma }: Database,
  { uuid: dealershipId, things }: Pick<Dealership, 'uuid' | 'things'>,
  kind: SharedKind,
  text: string,
): Promise<void> {
  switch (kind) {
    case 'shared vin':
      await prisma.vehicle.create({ data: { id: randomUUID(), dealershipId, vin: text } });
      return;
    case 'shared stock number':
      await prisma.vehicle.create({ data: { id: randomUUID(), dealershipId, stockNumber: text } });
      return;
    case 'guest of two':
      // One is open, and no more may be sent to them within the hour.
      await prisma.invitation.createMany({
        data: Array.from({ length: TO_ONE_GUEST }, (_, index) => ({
          id: randomUUID(),
          dealershipId,
          email: text,
          role: 'VIEWER' as const,
          tokenHash: anyHash(),
          invitedById: things.userId,
          expiresAt: new Date(Date.now() + 3_600_000),
          sentAt: new Date(),
          revokedAt: index === 0 ? null : new Date(),
        })),
      });
      return;
    case 'colleague of one':
      await prisma.user.create({
        data: {
          id: randomUUID(),
          email: text,
          name: 'Colleague',
          passwordHash: 'none',
          memberships: { create: { dealershipId, role: 'VIEWER' } },
        },
      });
      return;
    case 'stored bytes':
      await plantMedia('READY');
      return;
    case 'bytes on their way': {
      const mediaId = await plantMedia('UPLOADED');
      await prisma.mediaJob.create({
        data: {
          id: randomUUID(),
          dealershipId,
          mediaId,
          version: 1,
          sourceKey: `incoming/${dealershipId}/${randomUUID()}`,
          sha256: text,
          fileName: 'photo.jpg',
          contentType: 'image/jpeg',
          byteSize: BYTES.length,
        },
      });
    }
  }

  async function plantMedia(status: 'READY' | 'UPLOADED'): Promise<string> {
    const vehicleId = randomUUID();
    await prisma.vehicle.create({ data: { id: vehicleId, dealershipId, stockNumber: vehicleId } });
    const id = randomUUID();
    await prisma.media.create({
      data: {
        id,
        dealershipId,
        vehicleId,
        status,
        position: 0,
        originalFileName: 'photo.jpg',
        originalContentType: 'image/jpeg',
        originalByteSize: BYTES.length,
        originalSha256: text,
      },
    });
    return id;
  }
}

/** Somebody who works for both, and has invited people to both. Resolves to their id. */
export async function plantColleague(
  { prisma }: Database,
  dealerships: readonly Pick<Dealership, 'uuid'>[],
): Promise<string> {
  const id = randomUUID();
  await prisma.user.create({
    data: { id, email: `${id}@nobody.example`, name: 'Colleague', passwordHash: 'none' },
  });
  for (const { uuid: dealershipId } of dealerships) {
    await prisma.membership.create({ data: { dealershipId, userId: id, role: 'VIEWER' } });
    await prisma.invitation.create({
      data: {
        id: randomUUID(),
        dealershipId,
        email: `${randomUUID()}@nobody.example`,
        role: 'VIEWER',
        tokenHash: anyHash(),
        invitedById: id,
        createdAt: new Date(Date.now() - 2 * 86_400_000),
        expiresAt: new Date(Date.now() + 3_600_000),
      },
    });
  }
  return encodeId('User', id);
}

/** What somebody did elsewhere with an idempotency key: whoever works for two may use one in both. */
export async function plantKey(
  { prisma }: Database,
  { uuid: dealershipId }: Pick<Dealership, 'uuid'>,
  actorId: string,
): Promise<string> {
  const key = randomUUID();
  await prisma.idempotencyKey.create({
    data: { dealershipId, actorId, key, mutation: 'another', inputHash: anyHash(), results: {} },
  });
  return key;
}
