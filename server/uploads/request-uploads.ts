import { v7 as uuid } from 'uuid';
import type { Prisma, Upload } from '../../generated/prisma/client.ts';
import type { Actor } from '../accounts/viewer.ts';
import type { TenantClients } from '../db/tenant-clients.ts';
import { UserFailure } from '../errors.ts';
import { failpoint } from '../failpoint.ts';
import { openGallery, type OpenGallery } from '../gallery/change-gallery.ts';
import { openRoom, type Room } from '../gallery/room.ts';
import { uploadsIn } from '../gallery/visibility.ts';
import { openKeptResults } from '../idempotency/once.ts';
import { attachStored, findStored } from './already-stored.ts';
import { grantAtOnce } from './grant-at-once.ts';
import type { GrantedUpload } from './granted-upload.ts';
import {
  checkPolicy,
  unknownVehicle,
  type AllowedUpload,
  type PosterPlace,
  type UploadLimits,
  type UploadRequest,
} from './policy.ts';
import { openAllowance } from './token-allowance.ts';
import { kindOf } from './upload-kind.ts';

type Outcome = GrantedUpload | UserFailure;
type Numbered = [number, AllowedUpload];

/**
 * Grants tickets: one result a request, in the order of the requests; one that
 * is refused changes nothing for the others. Each ticket comes with the media
 * that it will become, pending and in no gallery yet.
 *
 * Those of a vehicle are granted with one statement; the first that is not, and
 * those after it, step by step in one transaction, once it is known that a key
 * that was recalled is in force.
 */
export async function requestUploads(
  { asTenant, writeAsTenant }: Pick<TenantClients, 'asTenant' | 'writeAsTenant'>,
  limits: UploadLimits,
  actor: Actor,
  requests: readonly UploadRequest[],
): Promise<Outcome[]> {
  const outcomes = new Map<number, Outcome>();
  const byVehicle = new Map<string, Numbered[]>();
  for (const [index, request] of requests.entries()) {
    try {
      const allowed = checkPolicy(request, limits);
      checkToken(actor, allowed);
      byVehicle.set(allowed.vehicleId, [
        ...(byVehicle.get(allowed.vehicleId) ?? []),
        [index, allowed],
      ]);
    } catch (error) {
      if (!(error instanceof UserFailure)) throw error;
      outcomes.set(index, error);
    }
  }
  for (const [vehicleId, allowed] of byVehicle) {
    const atOnce = await grantAtOnce(
      writeAsTenant,
      limits,
      actor,
      allowed.map(([, request]) => request),
    );
    for (const [at, upload] of atOnce.entries()) outcomes.set((allowed[at] as Numbered)[0], upload);
    const rest = allowed.slice(atOnce.length);
    if (rest.length === 0) continue;
    if (actor.kind === 'integrator') await actor.recalled?.confirm();
    const granted = await asTenant(actor.dealershipId).$transaction((tx) =>
      grantOnce(tx, limits, actor, vehicleId, rest),
    );
    for (const [index, outcome] of granted) outcomes.set(index, outcome);
  }
  await failpoint('ticket-granted');
  return requests.map((_, index) => outcomes.get(index) as Outcome);
}

/** An upload token adds files to its vehicle, and touches nothing that is there. */
function checkToken(actor: Actor, { vehicleId, replaceMediaId }: AllowedUpload): void {
  if (actor.kind !== 'uploader') return;
  if (vehicleId !== actor.vehicleId) throw unknownVehicle();
  if (replaceMediaId === undefined) return;
  throw new UserFailure(
    'INVALID_INPUT',
    'With an upload token files are added, and replace none. Leave replaceMediaId out.',
    { field: ['input', 'replaceMediaId'] },
  );
}

/** What a key was given before stands; the rest is granted now, and kept for its keys. */
async function grantOnce(
  tx: Prisma.TransactionClient,
  limits: UploadLimits,
  actor: Actor,
  vehicleId: string,
  requests: readonly Numbered[],
): Promise<Map<number, Outcome>> {
  const { dealershipId } = actor;
  const kept = await openKeptResults(
    tx,
    requests.flatMap(([, { key }]) => key ?? []),
  );
  const gallery = await openGallery(tx, { dealershipId, vehicleId });
  const room = gallery && (await openRoom(gallery, limits));
  const allowance = await openAllowance(tx, actor);
  const outcomes = new Map<number, Outcome>();
  for (const [index, request] of requests) {
    try {
      const { key } = request;
      const before = key && kept.find(key);
      if (before) {
        const upload = await tx.upload.findFirst({ where: { dealershipId, id: before } });
        if (!upload) throw unknownVehicle();
        outcomes.set(index, upload);
        continue;
      }
      if (!gallery || !room) throw unknownVehicle();
      allowance.require();
      const upload = await grant(gallery, room, limits, actor, request);
      allowance.take();
      if (key) await kept.keep(key, upload.id);
      outcomes.set(index, upload);
    } catch (error) {
      if (!(error instanceof UserFailure)) throw error;
      outcomes.set(index, error);
    }
  }
  await allowance.keep();
  await failpoint('ticket-uncommitted');
  return outcomes;
}

/** Throws a {@link UserFailure} and leaves nothing when it is refused. */
async function grant(
  gallery: OpenGallery,
  room: Room,
  limits: UploadLimits,
  actor: Actor,
  request: AllowedUpload,
): Promise<Upload> {
  const { tx, dealershipId, vehicleId, now } = gallery;
  const id = uuid();
  const upload = await tx.upload.create({
    data: {
      id,
      dealershipId,
      vehicleId,
      mediaId: await mediaFor(gallery, room, actor, request),
      createdById: actor.userId,
      apiKeyId: actor.kind === 'integrator' ? actor.keyId : null,
      uploadTokenId: actor.kind === 'uploader' ? actor.keyId : null,
      clientRef: request.clientRef,
      fileName: request.fileName,
      contentType: request.contentType,
      byteSize: request.byteSize,
      md5: request.md5,
      partSize: request.partSize,
      sha256: request.sha256,
      position: request.position,
      replaces: request.replaceMediaId !== undefined,
      poster: request.posterFor !== undefined,
      storageKey: `incoming/${dealershipId}/${id}`,
      expiresAt: new Date(now.getTime() + limits.ttlSeconds * 1_000),
    },
  });
  try {
    await room.hold(['input', 'vehicleId']);
  } catch (error) {
    await tx.upload.delete({ where: { id }, select: { id: true } });
    throw error;
  }
  const stored = upload.poster ? null : await findStored(gallery, request, actor);
  return stored ? attachStored(gallery, upload, stored) : upload;
}

/** The id of the media that the bytes become, or belong to. */
function mediaFor(
  gallery: OpenGallery,
  room: Room,
  actor: Actor,
  request: AllowedUpload,
): Promise<string> {
  if (request.posterFor !== undefined) return videoOfPoster(gallery, actor, request.posterFor);
  if (request.replaceMediaId !== undefined) return mediaToReplace(gallery, request);
  return addMedia(gallery, room, request);
}

async function addMedia(
  { tx, dealershipId, vehicleId }: OpenGallery,
  room: Room,
  request: AllowedUpload,
): Promise<string> {
  room.require(request.byteSize, ['input', 'vehicleId']);
  const { _max } = await tx.media.aggregate({
    where: { dealershipId, vehicleId, deletedAt: null },
    _max: { position: true },
  });
  const id = uuid();
  await tx.media.create({
    data: {
      id,
      dealershipId,
      vehicleId,
      kind: kindOf(request),
      position: (_max.position ?? -1) + 1,
      alt: request.alt,
      groupKey: request.groupKey,
      originalFileName: request.fileName,
      originalContentType: request.contentType,
      originalByteSize: request.byteSize,
    },
    select: { id: true },
  });
  return id;
}

async function mediaToReplace(gallery: OpenGallery, request: AllowedUpload): Promise<string> {
  const media = request.replaceMediaId ? await gallery.find(request.replaceMediaId) : null;
  if (!media || media.deletedAt || media.status === 'PENDING_UPLOAD') {
    throw new UserFailure('NOT_FOUND', 'There is no such media to replace. Reload the page.', {
      field: ['input', 'replaceMediaId'],
    });
  }
  if (media.kind !== kindOf(request)) {
    throw new UserFailure(
      'INVALID_INPUT',
      'A picture takes the place of a picture, a video that of a video. Upload this one as new media.',
      { field: ['input', 'contentType'] },
    );
  }
  return media.id;
}

async function videoOfPoster(
  gallery: OpenGallery,
  actor: Actor,
  place: PosterPlace | null,
): Promise<string> {
  const { tx, vehicleId } = gallery;
  const named = place && 'uploadId' in place ? { id: place.uploadId } : place;
  // Whoever has an upload token gives posters to what came with one.
  const mediaId =
    named && ('id' in named || actor.kind === 'uploader')
      ? (
          await tx.upload.findFirst({
            where: { AND: [uploadsIn(actor), { vehicleId, ...named }] },
            select: { mediaId: true },
          })
        )?.mediaId
      : named?.mediaId;
  const media = mediaId === undefined ? null : await gallery.find(mediaId);
  if (!media || media.deletedAt || media.kind !== 'VIDEO') {
    throw new UserFailure(
      'NOT_FOUND',
      'This vehicle has no such video. Ask for the upload of the video first, then for that of its poster.',
      { field: ['input', 'posterFor'] },
    );
  }
  return media.id;
}
