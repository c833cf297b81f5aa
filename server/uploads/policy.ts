import { UserFailure } from '../errors.ts';
import { checkIdempotencyKey, type IdempotencyKey } from '../idempotency/idempotency-key.ts';
import { IMAGE_TYPES, isImageType, VIDEO_TYPE } from '../media/media-type.ts';
import { partSizeOf } from './part-plan.ts';
import { cleanFileName, cleanText } from '../gallery/media-texts.ts';
import type { UsageLimits } from '../gallery/storage-usage.ts';

/** What is taken, by media type. */
export const ACCEPTED_TYPES: readonly string[] = [...IMAGE_TYPES, VIDEO_TYPE];

/** What a client says of a file before it sends it. */
export interface UploadRequest {
  vehicleId: string | null;
  fileName: string;
  contentType: string;
  byteSize: number;
  md5: string | null;
  sha256: string | null;
  position: number | null;
  alt: string | null;
  groupKey: string | null;
  replaceMediaId: string | null | undefined;
  /** The video whose poster it is; null when the client names none that can be. */
  posterFor: PosterPlace | null | undefined;
  clientRef: string | null;
  key: IdempotencyKey | null;
}

/** A video by its own id, or by that of its upload. */
export type PosterPlace = { mediaId: string } | { uploadId: string };

export interface UploadLimits extends UsageLimits {
  ttlSeconds: number;
  urlTtlSeconds: number;
  /** How long bytes lie there before the server completes what its client did not. */
  adoptSeconds: number;
  maxImageBytes: number;
  maxVideoBytes: number;
}

/** A request that the policy allows, in the form that is kept. */
export type AllowedUpload = Omit<UploadRequest, 'vehicleId'> & {
  vehicleId: string;
  /** Null when the file is sent in one piece. */
  partSize: number | null;
};

/** Throws a {@link UserFailure} at the first thing that is not allowed. */
export function checkPolicy(request: UploadRequest, limits: UploadLimits): AllowedUpload {
  if (request.key) checkIdempotencyKey(request.key);
  const contentType = request.contentType.trim().toLowerCase();
  const isVideo = contentType === VIDEO_TYPE;
  if (request.posterFor !== undefined) checkPoster(request, contentType);
  if (!isVideo && !isImageType(contentType)) {
    throw new UserFailure(
      'UNSUPPORTED_MEDIA_TYPE',
      'This type of file cannot be shown. Use a JPEG, PNG, WebP or AVIF picture, or an MP4 video.',
      { field: ['input', 'contentType'], allowed: ACCEPTED_TYPES },
    );
  }
  if (request.byteSize === 0) {
    throw new UserFailure('EMPTY_FILE', 'This file is empty. Choose another one.', {
      field: ['input', 'byteSize'],
    });
  }
  const limitBytes = isVideo ? limits.maxVideoBytes : limits.maxImageBytes;
  if (request.byteSize > limitBytes) {
    throw new UserFailure(
      'FILE_TOO_LARGE',
      `This ${isVideo ? 'video' : 'picture'} is larger than ${Math.floor(limitBytes / 1_000_000)} MB. Make it smaller and try again.`,
      {
        field: ['input', 'byteSize'],
        limitBytes,
        actualBytes: request.byteSize,
      },
    );
  }
  const partSize = partSizeOf(request.byteSize);
  const md5 = partSize !== null && request.md5 === null ? null : cleanMd5(request.md5 ?? '');
  if (request.position !== null && request.position < 0) {
    throw new UserFailure('INVALID_INPUT', 'position is an index from 0 on.', {
      field: ['input', 'position'],
    });
  }
  if (request.vehicleId === null) throw unknownVehicle();
  return {
    ...request,
    vehicleId: request.vehicleId,
    contentType,
    md5,
    partSize,
    fileName: cleanFileName(request.fileName),
    alt: cleanText(request.alt, 'alt', 1_000),
    groupKey: cleanText(request.groupKey, 'groupKey', 100),
    clientRef: cleanText(request.clientRef, 'clientRef', 200),
  };
}

function checkPoster(request: UploadRequest, contentType: string): void {
  if (!isImageType(contentType)) {
    throw new UserFailure(
      'UNSUPPORTED_MEDIA_TYPE',
      'A poster is a picture. Use a JPEG, PNG, WebP or AVIF.',
      { field: ['input', 'contentType'], allowed: IMAGE_TYPES },
    );
  }
  if (request.replaceMediaId !== undefined || request.position !== null) {
    throw new UserFailure(
      'INVALID_INPUT',
      'A poster goes with its video: posterFor stands without replaceMediaId and position.',
      { field: ['input', 'posterFor'] },
    );
  }
}

function cleanMd5(text: string): string {
  const md5 = text.trim();
  if (!/^[A-Za-z0-9+/]{22}==$/.test(md5)) {
    throw new UserFailure(
      'INVALID_INPUT',
      'md5 is the MD5 of the bytes in base64: 24 characters.',
      {
        field: ['input', 'md5'],
      },
    );
  }
  return Buffer.from(md5, 'base64').toString('base64');
}

export function unknownVehicle(): UserFailure {
  return new UserFailure('NOT_FOUND', 'There is no such vehicle. Reload the page and try again.', {
    field: ['input', 'vehicleId'],
  });
}
