import { requireRight } from '../context.ts';
import { UserFailure } from '../errors.ts';
import { topLevelError } from '../graphql/top-level-error.ts';
import { MULTIPART_ABOVE_BYTES } from '../uploads/part-plan.ts';
import type { PosterPlace, UploadRequest } from '../uploads/policy.ts';
import { readIdempotencyKey, type IdempotencyKey } from '../idempotency/idempotency-key.ts';
import { builder } from './builder.ts';
import { idempotencyKey } from './idempotency-key.ts';
import { uuidOf } from '../node-id.ts';
import type { Ticket } from '../uploads/tickets.ts';
import { resultOf, Upload, type UploadResult } from './upload.ts';
import { userErrorsField } from './user-error.ts';

const MAX_BATCH = 50;

const RequestUploadInput = builder.inputType('RequestUploadInput', {
  description: 'A file that is to be sent.',
  fields: (t) => ({
    vehicleId: t.id({ required: true, description: 'Whose media it becomes.' }),
    fileName: t.string({
      required: true,
      description: 'For people; it is cleaned and cut to 255 bytes.',
    }),
    contentType: t.string({
      required: true,
      description: 'image/jpeg, image/png, image/webp, image/avif or video/mp4.',
    }),
    byteSize: t.field({ type: 'ByteSize', required: true, description: 'Exact.' }),
    md5: t.string({
      description: `Of the bytes, base64. The store refuses other bytes. Required up to ${MULTIPART_ABOVE_BYTES} bytes; larger files are sent in parts.`,
    }),
    sha256: t.field({
      type: 'Sha256',
      description: 'Of the bytes. Checked on completion when given.',
    }),
    position: t.int({ description: 'Index in the gallery, from 0; at the end when absent.' }),
    alt: t.string({ description: 'What it shows; at most 1,000 characters.' }),
    groupKey: t.string({ description: 'Keeps media together; at most 100 characters.' }),
    replaceMediaId: t.id({
      description:
        'The media that this is a new version of; the one before is shown until this one is READY.',
    }),
    posterFor: t.id({
      description:
        'The video, or the upload of a video, that this picture is shown for until it plays. The picture is no media of its own.',
    }),
    clientRef: t.string({ description: 'What the client calls it; at most 200 characters.' }),
    idempotencyKey: t.string(idempotencyKey),
  }),
});

type RequestUpload = typeof RequestUploadInput.$inferInput;

function toRequest(input: RequestUpload, key: IdempotencyKey | null): UploadRequest {
  return {
    vehicleId: uuidOf('Vehicle', input.vehicleId),
    fileName: input.fileName,
    contentType: input.contentType,
    byteSize: input.byteSize,
    md5: input.md5 ?? null,
    sha256: input.sha256 ?? null,
    position: input.position ?? null,
    alt: input.alt ?? null,
    groupKey: input.groupKey ?? null,
    replaceMediaId:
      input.replaceMediaId == null ? undefined : uuidOf('Media', input.replaceMediaId),
    posterFor: input.posterFor == null ? undefined : toPosterPlace(input.posterFor),
    clientRef: input.clientRef ?? null,
    key,
  };
}

function toPosterPlace(id: string): PosterPlace | null {
  const mediaId = uuidOf('Media', id);
  if (mediaId !== null) return { mediaId };
  const uploadId = uuidOf('Upload', id);
  return uploadId === null ? null : { uploadId };
}

function toResult(outcome: Ticket | UserFailure): UploadResult {
  return outcome instanceof UserFailure ? { userErrors: [outcome] } : resultOf(outcome);
}

const RequestUploadPayload = builder.objectRef<UploadResult>('RequestUploadPayload').implement({
  description:
    'A ticket, or why there is none. Both when the store that is to take the file in parts does not answer (STORAGE_UNAVAILABLE): then `refreshUpload` gives the target later.',
  fields: (t) => ({
    upload: t.field({
      type: Upload,
      nullable: true,
      description: 'Null when it was refused.',
      resolve: ({ upload }) => upload ?? null,
    }),
    userErrors: t.field(userErrorsField),
  }),
});

builder.mutationField('requestUpload', (t) =>
  t.field({
    type: RequestUploadPayload,
    description: 'Asks for a presigned address to send one file to.',
    args: { input: t.arg({ type: RequestUploadInput, required: true }) },
    resolve: async (_, { input }, context) => {
      const actor = requireRight(context, 'upload');
      const key = readIdempotencyKey(actor, 'requestUpload', input);
      const [outcome] = await context.uploads.request(actor, [toRequest(input, key)]);
      return toResult(outcome as Ticket | UserFailure);
    },
  }),
);

const RequestUploadsInput = builder.inputType('RequestUploadsInput', {
  description: 'Files that are to be sent.',
  fields: (t) => ({
    uploads: t.field({
      type: [RequestUploadInput],
      required: true,
      description: `At most ${MAX_BATCH}.`,
    }),
    idempotencyKey: t.string({
      description: `For files that have none of their own. ${idempotencyKey.description}`,
    }),
  }),
});

const RequestUploadsPayload = builder
  .objectRef<{ results: UploadResult[] }>('RequestUploadsPayload')
  .implement({
    description: 'One result for each file.',
    fields: (t) => ({
      results: t.field({
        type: [RequestUploadPayload],
        description: 'In the order of the input; one that is refused does not keep the others.',
        resolve: ({ results }) => results,
      }),
    }),
  });

builder.mutationField('requestUploads', (t) =>
  t.field({
    type: RequestUploadsPayload,
    description: 'Asks for presigned addresses to send several files to.',
    args: { input: t.arg({ type: RequestUploadsInput, required: true }) },
    resolve: async (_, { input }, context) => {
      const actor = requireRight(context, 'upload');
      if (input.uploads.length > MAX_BATCH) {
        throw topLevelError('BAD_USER_INPUT', `Ask for at most ${MAX_BATCH} uploads at a time.`);
      }
      const batch = readIdempotencyKey(actor, 'requestUploads', input);
      const outcomes = await context.uploads.request(
        actor,
        input.uploads.map((upload, index) =>
          toRequest(
            upload,
            // A file's own key is good for a retry by itself, too.
            readIdempotencyKey(actor, 'requestUpload', upload) ??
              (batch && { ...batch, part: String(index) }),
          ),
        ),
      );
      return { results: outcomes.map(toResult) };
    },
  }),
);
