import { requireRight } from '../context.ts';
import { readIdempotencyKey } from '../idempotency/idempotency-key.ts';
import { PARTS_AT_ONCE } from '../uploads/parts.ts';
import { builder } from './builder.ts';
import { idempotencyKey } from './idempotency-key.ts';
import { Media } from './media.ts';
import { uuidOf } from '../node-id.ts';
import { resultOf, Upload, type UploadResult } from './upload.ts';
import { attempt, userErrorsField } from './user-error.ts';

const RefreshUploadInput = builder.inputType('RefreshUploadInput', {
  description: 'An upload whose address ended.',
  fields: (t) => ({
    uploadId: t.id({ required: true, description: 'Which upload.' }),
    partNumbers: t.intList({
      description: `Addresses of these parts, ${PARTS_AT_ONCE} at most; of those that are left when absent. Only for files that are sent in parts.`,
    }),
    idempotencyKey: t.string(idempotencyKey),
  }),
});

const RefreshUploadPayload = builder.objectRef<UploadResult>('RefreshUploadPayload').implement({
  description: 'The same upload with new addresses.',
  fields: (t) => ({
    upload: t.field({
      type: Upload,
      nullable: true,
      description: 'Null when it cannot go on.',
      resolve: ({ upload }) => upload ?? null,
    }),
    userErrors: t.field(userErrorsField),
  }),
});

builder.mutationField('refreshUpload', (t) =>
  t.field({
    type: RefreshUploadPayload,
    description: 'Signs the addresses of an upload anew.',
    args: { input: t.arg({ type: RefreshUploadInput, required: true }) },
    resolve: (_, { input }, context) => {
      const actor = requireRight(context, 'upload');
      return attempt(async () =>
        resultOf(
          await context.uploads.refresh(
            actor,
            uuidOf('Upload', input.uploadId),
            input.partNumbers ?? null,
            readIdempotencyKey(actor, 'refreshUpload', input),
          ),
        ),
      );
    },
  }),
);

const CompleteUploadInput = builder.inputType('CompleteUploadInput', {
  description: 'An upload whose bytes were sent.',
  fields: (t) => ({
    uploadId: t.id({ required: true, description: 'Which upload.' }),
    sha256: t.field({
      type: 'Sha256',
      description:
        'Of the bytes, when it was not said before. Where no other hash was, other bytes end the upload.',
    }),
    idempotencyKey: t.string(idempotencyKey),
  }),
});

const CompleteUploadPayload = builder.objectRef<UploadResult>('CompleteUploadPayload').implement({
  description: 'The upload, and the media that it became.',
  fields: (t) => ({
    upload: t.field({
      type: Upload,
      nullable: true,
      description: 'Null when it was not accepted.',
      resolve: ({ upload }) => upload ?? null,
    }),
    media: t.prismaField({
      type: Media,
      nullable: true,
      description: 'Null when it was not accepted.',
      resolve: (query, { upload }, _, { prisma, viewer }) =>
        upload && viewer.dealershipId
          ? prisma.media.findFirst({
              ...query,
              where: { dealershipId: viewer.dealershipId, id: upload.mediaId },
            })
          : null,
    }),
    userErrors: t.field(userErrorsField),
  }),
});

builder.mutationField('completeUpload', (t) =>
  t.field({
    type: CompleteUploadPayload,
    description:
      'Says that the bytes are there. They are checked, then prepared. Safe to repeat: one media, one event.',
    args: { input: t.arg({ type: CompleteUploadInput, required: true }) },
    resolve: (_, { input }, context) => {
      const actor = requireRight(context, 'upload');
      return attempt(async () => ({
        upload: await context.uploads.complete(
          actor,
          uuidOf('Upload', input.uploadId),
          input.sha256 ?? null,
          readIdempotencyKey(actor, 'completeUpload', input),
        ),
      }));
    },
  }),
);

const CancelUploadInput = builder.inputType('CancelUploadInput', {
  description: 'An upload that is given up.',
  fields: (t) => ({
    uploadId: t.id({ required: true, description: 'Which upload.' }),
    idempotencyKey: t.string(idempotencyKey),
  }),
});

const CancelUploadPayload = builder.objectRef<UploadResult>('CancelUploadPayload').implement({
  description: 'The upload as it is now.',
  fields: (t) => ({
    upload: t.field({
      type: Upload,
      nullable: true,
      description: 'Null when there is none.',
      resolve: ({ upload }) => upload ?? null,
    }),
    userErrors: t.field(userErrorsField),
  }),
});

builder.mutationField('cancelUpload', (t) =>
  t.field({
    type: CancelUploadPayload,
    description: 'Gives an upload up and deletes what was sent. One that is COMPLETED stays so.',
    args: { input: t.arg({ type: CancelUploadInput, required: true }) },
    resolve: (_, { input }, context) => {
      const actor = requireRight(context, 'upload');
      return attempt(async () => ({
        upload: await context.uploads.cancel(
          actor,
          uuidOf('Upload', input.uploadId),
          readIdempotencyKey(actor, 'cancelUpload', input),
        ),
      }));
    },
  }),
);
