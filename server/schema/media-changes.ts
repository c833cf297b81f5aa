import { requireRight } from '../context.ts';
import { RESTORE_DAYS } from '../gallery/gallery.ts';
import { topLevelError } from '../graphql/top-level-error.ts';
import { readIdempotencyKey } from '../idempotency/idempotency-key.ts';
import { builder } from './builder.ts';
import { idempotencyKey } from './idempotency-key.ts';
import { Media } from './media.ts';
import { uuidOf } from '../node-id.ts';
import { attempt, userErrorsField, type Payload } from './user-error.ts';
import { vehiclePayload } from './vehicle.ts';

const MediaPayload = builder.objectRef<{ mediaId?: string } & Payload>('MediaPayload').implement({
  description: 'One media after a change.',
  fields: (t) => ({
    media: t.prismaField({
      type: Media,
      nullable: true,
      description: 'Null when nothing was changed.',
      resolve: (query, { mediaId }, _, { prisma, viewer }) =>
        mediaId && viewer.dealershipId
          ? prisma.media.findFirst({
              ...query,
              where: { dealershipId: viewer.dealershipId, id: mediaId },
            })
          : null,
    }),
    userErrors: t.field(userErrorsField),
  }),
});

const UpdateMediaInput = builder.inputType('UpdateMediaInput', {
  description: 'New texts of a media: absent keeps, null clears.',
  fields: (t) => ({
    id: t.id({ required: true, description: 'Which media.' }),
    alt: t.string({ description: 'At most 1,000 characters.' }),
    caption: t.string({ description: 'At most 5,000 characters.' }),
    tags: t.stringList({ description: 'All of them: at most 50, each of at most 100 characters.' }),
    groupKey: t.string({ description: 'At most 100 characters.' }),
    idempotencyKey: t.string(idempotencyKey),
  }),
});

builder.mutationField('updateMedia', (t) =>
  t.field({
    type: MediaPayload,
    description: 'Changes the texts of a media.',
    args: { input: t.arg({ type: UpdateMediaInput, required: true }) },
    resolve: (_, { input }, context) => {
      const actor = requireRight(context, 'editMedia');
      const { id, idempotencyKey: _key, ...texts } = input;
      const key = readIdempotencyKey(actor, 'updateMedia', input);
      return attempt(async () => ({
        mediaId: await context.gallery.update(actor, uuidOf('Media', id), texts, key),
      }));
    },
  }),
);

const DeleteMediaInput = builder.inputType('DeleteMediaInput', {
  description: 'Media to delete.',
  fields: (t) => ({
    ids: t.idList({ required: true, description: 'At most 100.' }),
    idempotencyKey: t.string(idempotencyKey),
  }),
});

const DeleteMediaPayload = builder
  .objectRef<{ deletedIds: readonly string[] } & Payload>('DeleteMediaPayload')
  .implement({
    description: 'Which media went.',
    fields: (t) => ({
      deletedIds: t.idList({
        description: 'Those that were deleted.',
        resolve: ({ deletedIds }) => deletedIds,
      }),
      userErrors: t.field(userErrorsField),
    }),
  });

builder.mutationField('deleteMedia', (t) =>
  t.field({
    type: DeleteMediaPayload,
    description: `Takes media out of their galleries. They can be restored for ${RESTORE_DAYS} days. Those that are not found do not keep the others.`,
    args: { input: t.arg({ type: DeleteMediaInput, required: true }) },
    resolve: async (_, { input }, context) => {
      const actor = requireRight(context, 'editMedia');
      if (input.ids.length > 100)
        throw topLevelError('BAD_USER_INPUT', 'Send at most 100 ids at a time.');
      const { removed, failures } = await context.gallery.remove(
        actor,
        input.ids.map((id) => uuidOf('Media', id)),
        readIdempotencyKey(actor, 'deleteMedia', input),
      );
      return {
        deletedIds: removed.map((index) => input.ids[index] as string),
        userErrors: failures,
      };
    },
  }),
);

const RestoreMediaInput = builder.inputType('RestoreMediaInput', {
  description: 'A deleted media to bring back.',
  fields: (t) => ({
    id: t.id({ required: true, description: 'Which media.' }),
    idempotencyKey: t.string(idempotencyKey),
  }),
});

builder.mutationField('restoreMedia', (t) =>
  t.field({
    type: MediaPayload,
    description: `Brings a deleted media back to its place, up to ${RESTORE_DAYS} days after.`,
    args: { input: t.arg({ type: RestoreMediaInput, required: true }) },
    resolve: (_, { input }, context) => {
      const actor = requireRight(context, 'editMedia');
      return attempt(async () => ({
        mediaId: await context.gallery.restore(
          actor,
          uuidOf('Media', input.id),
          readIdempotencyKey(actor, 'restoreMedia', input),
        ),
      }));
    },
  }),
);

const RetryMediaInput = builder.inputType('RetryMediaInput', {
  description: 'A FAILED media to prepare again.',
  fields: (t) => ({
    id: t.id({ required: true, description: 'Which media.' }),
    idempotencyKey: t.string(idempotencyKey),
  }),
});

builder.mutationField('retryMedia', (t) =>
  t.field({
    type: MediaPayload,
    description: 'Prepares a FAILED media once more; leaves any other as it is.',
    args: { input: t.arg({ type: RetryMediaInput, required: true }) },
    resolve: (_, { input }, context) => {
      const actor = requireRight(context, 'editMedia');
      return attempt(async () => ({
        mediaId: await context.retryMedia(
          actor,
          uuidOf('Media', input.id),
          readIdempotencyKey(actor, 'retryMedia', input),
        ),
      }));
    },
  }),
);

const MediaMove = builder.inputType('MediaMove', {
  description: 'One media to another place.',
  fields: (t) => ({
    id: t.id({ required: true, description: 'Which media.' }),
    to: t.int({ required: true, description: 'Its index after the move, from 0.' }),
  }),
});

const ReorderMediaInput = builder.inputType('ReorderMediaInput', {
  description: 'A new order: the whole of it, or moves one after the other.',
  fields: (t) => ({
    vehicleId: t.id({ required: true, description: 'Whose gallery.' }),
    order: t.idList({ description: 'Every media of the gallery, each once.' }),
    moves: t.field({ type: [MediaMove], description: 'Instead of the whole order; at most 100.' }),
    expectedVersion: t.int({
      required: true,
      description: 'The `mediaVersion` that the caller has seen. Checked first.',
    }),
    idempotencyKey: t.string(idempotencyKey),
  }),
});

const ReorderMediaPayload = vehiclePayload('ReorderMediaPayload', 'The vehicle in its new order.');

builder.mutationField('reorderMedia', (t) =>
  t.field({
    type: ReorderMediaPayload,
    description: 'Puts the media of a vehicle in order, in one transaction.',
    args: { input: t.arg({ type: ReorderMediaInput, required: true }) },
    resolve: (_, { input }, context) => {
      const actor = requireRight(context, 'editMedia');
      if ((input.moves?.length ?? 0) > 100)
        throw topLevelError('BAD_USER_INPUT', 'Send at most 100 moves at a time.');
      // An id that is none of ours is told apart from none in the gallery by nobody.
      const uuid = (id: string) => uuidOf('Media', id) ?? id;
      return attempt(async () => ({
        vehicleId: await context.gallery.reorder(
          actor,
          {
            vehicleId: uuidOf('Vehicle', input.vehicleId),
            order: input.order?.map(uuid) ?? null,
            moves: input.moves?.map((move) => ({ ...move, id: uuid(move.id) })) ?? null,
            expectedVersion: input.expectedVersion,
          },
          readIdempotencyKey(actor, 'reorderMedia', input),
        ),
      }));
    },
  }),
);
