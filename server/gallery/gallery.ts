import type { Database } from '../db/database.ts';
import { audit, auditActor } from '../accounts/audit.ts';
import type { Actor } from '../accounts/viewer.ts';
import { UserFailure } from '../errors.ts';
import type { MediaRecord } from '../events/media-snapshot.ts';
import type { IdempotencyKey } from '../idempotency/idempotency-key.ts';
import { once } from '../idempotency/once.ts';
import {
  changeMedia,
  emitRemoved,
  mediaChange,
  openGallery,
  unknownMedia,
  type OpenGallery,
} from './change-gallery.ts';
import { cleanTags, cleanText } from './media-texts.ts';
import { newOrder, type MediaMove } from './new-order.ts';
import { openRoom } from './room.ts';
import type { UsageLimits } from './storage-usage.ts';

/** How long a deleted media can come back. */
export const RESTORE_DAYS = 30;

export interface MediaTexts {
  alt?: string | null;
  caption?: string | null;
  groupKey?: string | null;
  tags?: readonly string[] | null;
}

export interface Reorder {
  vehicleId: string | null;
  order: readonly string[] | null;
  moves: readonly MediaMove[] | null;
  expectedVersion: number;
}

/**
 * What is done with media that are there. Each change is one transaction with
 * its event and its key. Resolves to the media's id unless said otherwise.
 */
export interface Gallery {
  update(
    actor: Actor,
    mediaId: string | null,
    texts: MediaTexts,
    key?: IdempotencyKey | null,
  ): Promise<string>;
  /** Resolves to the vehicle's id. */
  reorder(actor: Actor, reorder: Reorder, key?: IdempotencyKey | null): Promise<string>;
  /** Indexes of those that were deleted, and a failure for each of the others. */
  remove(
    actor: Actor,
    mediaIds: readonly (string | null)[],
    key?: IdempotencyKey | null,
  ): Promise<{ removed: number[]; failures: UserFailure[] }>;
  restore(actor: Actor, mediaId: string | null, key?: IdempotencyKey | null): Promise<string>;
}

export function createGallery(
  { asTenant }: Pick<Database, 'asTenant'>,
  limits: UsageLimits,
): Gallery {
  const change = (
    actor: Actor,
    mediaId: string | null,
    key: IdempotencyKey | null | undefined,
    work: (gallery: OpenGallery, media: MediaRecord) => Promise<unknown>,
  ): Promise<string> =>
    changeMedia(asTenant(actor.dealershipId), actor.dealershipId, mediaId, key, work);

  return {
    update(actor, mediaId, texts, key) {
      const data = {
        ...(texts.alt !== undefined && { alt: cleanText(texts.alt, 'alt', 1_000) }),
        ...(texts.caption !== undefined && { caption: cleanText(texts.caption, 'caption', 5_000) }),
        ...(texts.groupKey !== undefined && {
          groupKey: cleanText(texts.groupKey, 'groupKey', 100),
        }),
        ...(texts.tags && { tags: cleanTags(texts.tags) }),
      };
      return change(actor, mediaId, key, async (gallery, media) => {
        if (media.deletedAt) throw unknownMedia();
        const updated = await gallery.update(media.id, data);
        if (media.status !== 'PENDING_UPLOAD') {
          await gallery.emit(mediaChange('MEDIA_UPDATED', updated), {
            mediaId: media.id,
            forPublic: media.status === 'READY',
          });
        }
      });
    },

    reorder(actor, { vehicleId, order, moves, expectedVersion }, key) {
      const unknown = new UserFailure(
        'NOT_FOUND',
        'There is no such vehicle. Reload the page and try again.',
        {
          field: ['input', 'vehicleId'],
        },
      );
      return asTenant(actor.dealershipId).$transaction((tx) =>
        once(tx, key, async () => {
          if (vehicleId === null) throw unknown;
          const gallery = await openGallery(tx, { dealershipId: actor.dealershipId, vehicleId });
          if (!gallery) throw unknown;
          const current = (await gallery.list()).map((media) => media.id);
          if (gallery.version !== expectedVersion) {
            throw new UserFailure(
              'VERSION_CONFLICT',
              'Somebody else changed this gallery meanwhile. Look at it again, then repeat the change.',
              {
                field: ['input', 'expectedVersion'],
                currentVersion: gallery.version,
                currentOrder: current,
              },
            );
          }
          const next = newOrder(current, order, moves);
          if (next.some((id, index) => id !== current[index])) await gallery.arrange(next);
          return vehicleId;
        }),
      );
    },

    async remove(actor, mediaIds, key) {
      const removed: number[] = [];
      const failures: UserFailure[] = [];
      for (const [index, mediaId] of mediaIds.entries()) {
        try {
          const part = key && { ...key, part: String(index) };
          await change(actor, mediaId, part, async (gallery, media) => {
            if (media.deletedAt || media.status === 'PENDING_UPLOAD') throw unknownMedia();
            await gallery.changed();
            await gallery.update(media.id, { deletedAt: gallery.now });
            await emitRemoved(gallery, media);
            await note(gallery, actor, 'MEDIA_DELETED', media);
          });
          removed.push(index);
        } catch (error) {
          if (!(error instanceof UserFailure)) throw error;
          if (error.code !== 'NOT_FOUND') return { removed, failures: [error] };
          failures.push(unknownMedia(['input', 'ids', String(index)]));
        }
      }
      return { removed, failures };
    },

    restore(actor, mediaId, key) {
      return change(actor, mediaId, key, async (gallery, media) => {
        if (!media.deletedAt) return;
        const days = (gallery.now.getTime() - media.deletedAt.getTime()) / 86_400_000;
        if (days > RESTORE_DAYS) throw unknownMedia();
        const room = await openRoom(gallery, limits);
        const tied = await gallery.tx.media.count({
          where: {
            dealershipId: gallery.dealershipId,
            vehicleId: gallery.vehicleId,
            deletedAt: null,
            position: media.position,
          },
        });
        await gallery.changed();
        const restored = await gallery.update(media.id, { deletedAt: null });
        await note(gallery, actor, 'MEDIA_RESTORED', media);
        await room.hold(['input', 'id']);
        await gallery.emit(mediaChange('MEDIA_ADDED', restored), {
          mediaId: media.id,
          forPublic: media.status === 'READY',
        });
        const order = (await gallery.list()).map(({ id }) => id);
        if (tied > 0 || order.at(-1) !== media.id) await gallery.arrange(order);
      });
    },
  };
}

/** Writes down what was done to a media. */
function note(
  { tx, dealershipId, vehicleId }: OpenGallery,
  actor: Actor,
  action: 'MEDIA_DELETED' | 'MEDIA_RESTORED',
  { id, originalFileName }: MediaRecord,
): Promise<void> {
  return audit(tx, dealershipId, {
    actor: auditActor(actor),
    action,
    subject: { kind: 'MEDIA', id },
    details: { fileName: originalFileName, vehicleId },
  });
}
