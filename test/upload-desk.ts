import { v7 as uuid } from 'uuid';
import type { Upload } from '../generated/prisma/client.ts';
import type { Staff } from '../server/accounts/viewer.ts';
import { UserFailure } from '../server/errors.ts';
import { createGallery, type Gallery } from '../server/gallery/gallery.ts';
import { USAGE_COLUMNS } from '../server/gallery/storage-usage.ts';
import { markFailed, markReady } from '../server/processing/media-status.ts';
import type { MediaJob } from '../server/processing/queue.ts';
import { createRetryMedia, type RetryMedia } from '../server/processing/retry-media.ts';
import { createLog } from '../server/log.ts';
import {
  markPosterFailed,
  markPosterReady,
  markVideoReady,
} from '../server/processing/video-status.ts';
import { claimUpload } from '../server/uploads/claim-upload.ts';
import type { UploadLimits } from '../server/uploads/policy.ts';
import { createUploads, type Uploads } from '../server/uploads/uploads.ts';
import type { TestServer } from './server.ts';

/** Whatever the bytes would have. */
export const SHA256 = '0'.repeat(64);
export const DESK_LIMITS: UploadLimits = {
  ttlSeconds: 3_600,
  urlTtlSeconds: 60,
  adoptSeconds: 60,
  maxImageBytes: 50,
  maxVideoBytes: 50,
  maxMediaPerVehicle: 4,
  maxBytesPerVehicle: 100,
  maxBytesPerDealership: 150,
};

/** The rules of uploads with small limits, in a dealership of its own. Nobody prepares media: tests say what becomes of them. */
export interface Desk {
  server: TestServer;
  staff: Staff;
  vehicleIds: string[];
  uploads: Uploads;
  gallery: Gallery;
  retry: RetryMedia;
}

export async function openDesk(
  server: TestServer,
  change: Partial<UploadLimits> = {},
  vehicles = 1,
): Promise<Desk> {
  const { db, storage } = server.app;
  const limits = { ...DESK_LIMITS, ...change };
  const dealershipId = uuid();
  await db.prisma.dealership.create({
    data: { id: dealershipId, name: 'Quota', slug: `quota-${dealershipId}` },
  });
  const userId = uuid();
  await db.prisma.user.create({
    data: { id: userId, email: `${userId}@quota.example`, name: 'Q', passwordHash: '' },
  });
  const desk: Desk = {
    server,
    staff: {
      kind: 'staff',
      actorId: userId,
      sessionId: userId,
      userId,
      name: 'Q',
      dealershipId,
      role: 'OWNER',
      expiresAt: new Date(8.64e15),
    },
    vehicleIds: [],
    uploads: createUploads(db, storage, limits, createLog('silent')),
    gallery: createGallery(db, limits),
    retry: createRetryMedia(db, limits),
  };
  for (let count = 0; count < vehicles; count++) await newVehicle(desk);
  return desk;
}

export async function newVehicle(desk: Desk): Promise<void> {
  const id = uuid();
  const { dealershipId } = desk.staff;
  await desk.server.app.db.prisma.vehicle.create({ data: { id, dealershipId, stockNumber: id } });
  desk.vehicleIds.push(id);
}

export interface RequestOptions {
  vehicle?: number;
  replaceMediaId?: string;
  /** A video's id. */
  posterFor?: string;
  film?: boolean;
}

export async function request(
  desk: Desk,
  byteSize: number,
  options: RequestOptions = {},
): Promise<Upload | UserFailure> {
  const [outcome] = await desk.uploads.request(desk.staff, [
    {
      vehicleId: desk.vehicleIds[options.vehicle ?? 0] ?? null,
      fileName: 'a.jpg',
      contentType: options.film ? 'video/mp4' : 'image/jpeg',
      byteSize,
      md5: 'A'.repeat(22) + '==',
      sha256: null,
      position: null,
      alt: null,
      groupKey: null,
      replaceMediaId: options.replaceMediaId,
      posterFor: options.posterFor === undefined ? undefined : { mediaId: options.posterFor },
      clientRef: null,
      key: null,
    },
  ]);
  if (!outcome) throw new Error('There is no outcome');
  return outcome instanceof UserFailure ? outcome : outcome.upload;
}

export async function ticket(
  desk: Desk,
  byteSize: number,
  options?: RequestOptions,
): Promise<Upload> {
  const outcome = await request(desk, byteSize, options);
  if (outcome instanceof UserFailure) throw outcome;
  return outcome;
}

/** A media that is READY. */
export async function add(desk: Desk, byteSize: number, replaceMediaId?: string): Promise<string> {
  const upload = await ticket(desk, byteSize, replaceMediaId ? { replaceMediaId } : {});
  await claimUpload(desk.server.app.db.prisma, upload, SHA256);
  await endJobs(desk, 'ready');
  return upload.mediaId;
}

export async function endJobs(desk: Desk, how: 'ready' | 'failed', only?: string): Promise<void> {
  const { prisma } = desk.server.app.db;
  const { dealershipId } = desk.staff;
  const jobs = await prisma.mediaJob.findMany({
    where: { dealershipId, ...(only && { id: only }) },
    include: { media: { select: { vehicleId: true } } },
    orderBy: { version: 'asc' },
  });
  for (const { media, ...row } of jobs) {
    const job: MediaJob = { ...row, vehicleId: media.vehicleId };
    const image = { width: 1, height: 1, placeholder: 'AAAA', renditions: [] };
    if (how === 'failed') {
      if (job.poster) await markPosterFailed(prisma, job);
      else await markFailed(prisma, job, 'UNREADABLE');
    } else if (job.poster) {
      await markPosterReady(prisma, job, image.placeholder, []);
    } else if (job.contentType === 'video/mp4') {
      const video = { width: 1, height: 1, durationMs: 1, codecs: 'avc1' };
      await markVideoReady(prisma, job, video, { storageKey: 'r/0/video.mp4', byteSize: 1 });
    } else {
      await markReady(prisma, job, image, []);
    }
  }
}

export async function usageOf(desk: Desk): Promise<[number, number, number, number]> {
  const { imageCount, imageBytes, reservedImageCount, reservedImageBytes } =
    await desk.server.app.db.prisma.vehicle.findUniqueOrThrow({
      where: { id: desk.vehicleIds[0] ?? '' },
      select: USAGE_COLUMNS,
    });
  return [imageCount, Number(imageBytes), reservedImageCount, Number(reservedImageBytes)];
}
