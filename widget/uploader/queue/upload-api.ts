import type { MediaItem } from '../../api/media-item.ts';
import { failureOf, failureOfUserError, type UserError } from '../api-failure.ts';
import * as documents from '../documents.ts';
import type { FileHash } from '../hash/hash-blob.ts';
import { UploadFailure } from './upload-failure.ts';

/** A ticket this old is looked at for its time; a younger one is trusted whatever this machine's clock says. */
export const TRUSTED_MS = 60_000;

/** A PUT that is allowed: exactly these headers. */
export interface Address {
  readonly url: string;
  readonly headers: readonly { readonly name: string; readonly value: string }[];
  /** ISO 8601. */
  readonly expiresAt: string;
  /** By this machine's clock, in milliseconds. */
  readonly receivedAt: number;
}

/** Where a large file's parts go; the last of them may be smaller. */
export interface PartsTarget {
  readonly partSize: number;
  readonly partCount: number;
  /** Numbers from 1 on of those that the store has. */
  readonly storedParts: ReadonlySet<number>;
  /** By number: of some that are left, not always of all. */
  readonly addresses: ReadonlyMap<number, Address>;
}

export function isInParts(target: Ticket['target']): target is PartsTarget {
  return !!target && 'addresses' in target;
}

/** Leave to bring one file. */
export interface Ticket {
  readonly uploadId: string;
  readonly mediaId: string;
  /** Null when the server has the bytes already and wants none; left out when it has to be asked anew. */
  readonly target?: Address | PartsTarget | null;
  /** Global id of another media with the same bytes: nothing has to be sent. */
  readonly existing?: string;
}

export interface TicketRequest {
  readonly vehicleId: string;
  readonly fileName: string;
  readonly contentType: string;
  readonly byteSize: number;
  readonly md5: string;
  readonly sha256: string;
  /** The video whose poster it is. */
  readonly posterFor?: string;
  readonly clientRef: string;
  readonly idempotencyKey: string;
}

/** A media with the version of its vehicle's list. */
export type AnsweredMedia = MediaItem & { readonly vehicle: { readonly mediaVersion: number } };

export type Request = <T>(document: string, variables: object, signal?: AbortSignal) => Promise<T>;

export interface UploadAnswer {
  id: string;
  status: string;
  media: { id: string };
  target:
    | ({ __typename: 'PutTarget' } & Omit<Address, 'receivedAt'>)
    | {
        __typename: 'MultipartTarget';
        partSize: number;
        partCount: number;
        storedParts: number[];
        parts: ({ partNumber: number } & Pick<Address, 'url' | 'headers'>)[];
        expiresAt: string;
      }
    | { __typename: 'AlreadyStored'; existing: { id: string } }
    | null;
}

interface Payload {
  userErrors: readonly UserError[];
}

/** The operations of one file's way. Everything is rejected with UploadFailure, or the signal's reason. */
export class UploadApi {
  #request: Request;

  constructor(request: Request) {
    this.#request = request;
  }

  /** One result a request, in their order. At most 50. */
  async requestUploads(uploads: readonly TicketRequest[]): Promise<(Ticket | UploadFailure)[]> {
    const { requestUploads } = await this.#send<{
      requestUploads: { results: (Payload & { upload: UploadAnswer | null })[] };
    }>(documents.requestUploads, { uploads });
    return uploads.map((_, index) => {
      const result = requestUploads.results[index];
      if (!result) return new UploadFailure('SERVER');
      try {
        return ticketOf(checked(result).upload);
      } catch (error) {
        return failureOf(error);
      }
    });
  }

  /** New addresses for the same upload; of the parts that are left unless some are named. */
  async refreshUpload(
    uploadId: string,
    signal: AbortSignal,
    partNumbers?: readonly number[],
  ): Promise<Ticket> {
    const { refreshUpload } = await this.#send<{
      refreshUpload: Payload & { upload: UploadAnswer | null };
    }>(documents.refreshUpload, { uploadId, partNumbers }, signal);
    return ticketOf(checked(refreshUpload).upload);
  }

  async completeUpload(
    uploadId: string,
    { sha256 }: FileHash,
    signal: AbortSignal,
  ): Promise<AnsweredMedia | null> {
    const { completeUpload } = await this.#send<{
      completeUpload: Payload & { media: AnsweredMedia | null };
    }>(documents.completeUpload, { uploadId, sha256 }, signal);
    return checked(completeUpload).media;
  }

  async cancelUpload(uploadId: string): Promise<void> {
    const { cancelUpload } = await this.#send<{ cancelUpload: Payload }>(documents.cancelUpload, {
      uploadId,
    });
    checked(cancelUpload);
  }

  async retryMedia(id: string): Promise<AnsweredMedia | null> {
    const { retryMedia } = await this.#send<{
      retryMedia: Payload & { media: AnsweredMedia | null };
    }>(documents.retryMedia, { id });
    return checked(retryMedia).media;
  }

  async #send<T>(document: string, input: object, signal?: AbortSignal): Promise<T> {
    try {
      return await this.#request<T>(document, { input }, signal);
    } catch (error) {
      signal?.throwIfAborted();
      throw failureOf(error);
    }
  }
}

function checked<T extends Payload>(payload: T): T {
  const error = payload.userErrors[0];
  if (error) throw failureOfUserError(error);
  return payload;
}

/** @throws UploadFailure */
export function ticketOf(upload: UploadAnswer | null): Ticket {
  if (!upload) throw new UploadFailure('SERVER');
  const { id, media, target, status } = upload;
  const ticket = { uploadId: id, mediaId: media.id };
  const receivedAt = Date.now();
  if (target?.__typename === 'PutTarget') return { ...ticket, target: { ...target, receivedAt } };
  if (target?.__typename === 'MultipartTarget') {
    const { expiresAt, parts, partCount, partSize } = target;
    const addresses = new Map(
      parts.map(({ partNumber, ...part }) => [partNumber, { ...part, expiresAt, receivedAt }]),
    );
    const storedParts = new Set(target.storedParts);
    return { ...ticket, target: { partCount, partSize, storedParts, addresses } };
  }
  if (target?.__typename === 'AlreadyStored') {
    return { ...ticket, target: null, existing: target.existing.id };
  }
  if (status === 'COMPLETED') return { ...ticket, target: null };
  throw new UploadFailure(status === 'AWAITING_BYTES' ? 'REFUSED' : 'UPLOAD_EXPIRED');
}
