import { failureOf, failureOfUserError, type UserError } from '../api-failure.ts';
import * as documents from '../documents.ts';
import { newId } from '../queue/new-id.ts';
import type { AnsweredMedia, Request } from '../queue/upload-api.ts';
import { UploadFailure } from '../queue/upload-failure.ts';

interface Payload {
  readonly userErrors: readonly UserError[];
}

interface MediaPayload extends Payload {
  readonly media: AnsweredMedia | null;
}

export type ReorderAnswer =
  | { readonly mediaVersion: number }
  /** Somebody else was faster: the list as it is now. */
  | { readonly currentVersion: number; readonly currentOrder: readonly string[] };

/** What staff do with a gallery: once, also where an answer is lost. Everything is rejected with UploadFailure. */
export class GalleryApi {
  #request: Request;

  constructor(request: Request) {
    this.#request = request;
  }

  async reorder(
    vehicleId: string,
    order: readonly string[],
    expectedVersion: number,
  ): Promise<ReorderAnswer> {
    const { reorderMedia } = await this.#send<{
      reorderMedia: Payload & { vehicle?: { mediaVersion: number } | null };
    }>(documents.reorderMedia, { vehicleId, order, expectedVersion });
    const [error] = reorderMedia.userErrors;
    if (error?.currentVersion !== undefined && error.currentOrder) {
      return { currentVersion: error.currentVersion, currentOrder: error.currentOrder };
    }
    if (error) throw failureOfUserError(error);
    return { mediaVersion: reorderMedia.vehicle?.mediaVersion ?? expectedVersion + 1 };
  }

  async delete(id: string): Promise<void> {
    const { deleteMedia } = await this.#send<{ deleteMedia: Payload }>(documents.deleteMedia, {
      ids: [id],
    });
    const [error] = deleteMedia.userErrors;
    // Gone already is what was wanted.
    if (error && error.code !== 'NOT_FOUND') throw failureOfUserError(error);
  }

  async restore(id: string): Promise<AnsweredMedia> {
    const { restoreMedia } = await this.#send<{ restoreMedia: MediaPayload }>(
      documents.restoreMedia,
      { id },
    );
    return mediaOf(restoreMedia);
  }

  async describe(id: string, alt: string): Promise<AnsweredMedia> {
    const { updateMedia } = await this.#send<{ updateMedia: MediaPayload }>(documents.updateMedia, {
      id,
      alt,
    });
    return mediaOf(updateMedia);
  }

  async retry(id: string): Promise<AnsweredMedia> {
    const { retryMedia } = await this.#send<{ retryMedia: MediaPayload }>(documents.retryMedia, {
      id,
    });
    return mediaOf(retryMedia);
  }

  async #send<T>(document: string, input: object): Promise<T> {
    // One for both tries: what was done and not answered is not done again.
    const variables = { input: { ...input, idempotencyKey: newId() } };
    for (let again = true; ; again = false) {
      try {
        return await this.#request<T>(document, variables);
      } catch (error) {
        const failure = failureOf(error);
        if (!again || failure.code !== 'NETWORK') throw failure;
      }
    }
  }
}

function mediaOf({ media, userErrors }: MediaPayload): AnsweredMedia {
  const [error] = userErrors;
  if (error) throw failureOfUserError(error);
  if (!media) throw new UploadFailure('SERVER');
  return media;
}
