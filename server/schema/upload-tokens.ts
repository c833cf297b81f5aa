import { requireRight } from '../context.ts';
import { readIdempotencyKey } from '../idempotency/idempotency-key.ts';
import { TOKEN_SECONDS, UPLOADS_PER_TOKEN } from '../keys/upload-tokens.ts';
import { builder } from './builder.ts';
import { idempotencyKey } from './idempotency-key.ts';
import { Node } from './node.ts';
import { encodeId, uuidOf } from '../node-id.ts';
import { revokeInput } from './revoke-input.ts';
import { attempt, userErrorsField, type Payload } from './user-error.ts';
import { Vehicle } from './vehicle.ts';

const UploadToken = builder.prismaObject('UploadToken', {
  description:
    'Lets a page send files to one vehicle for a short time, though nobody is logged in. The token itself is told once, by `createUploadToken`.',
  interfaces: [Node],
  fields: (t) => ({
    id: t.id({ description: 'Opaque.', resolve: ({ id }) => encodeId('UploadToken', id) }),
    vehicle: t.relation('vehicle', { type: Vehicle, description: 'The only one it is for.' }),
    maxUploads: t.exposeInt('maxUploads', { description: 'How many uploads it may ask for.' }),
    usedUploads: t.exposeInt('usedUploads', {
      description: 'How many it has asked for, also those that came to nothing.',
    }),
    expiresAt: t.expose('expiresAt', {
      type: 'DateTime',
      description:
        'When it ends. Uploads that were asked for before can be sent to their end, but not completed with it: the server completes them.',
    }),
    revokedAt: t.expose('revokedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When it was revoked. Null unless it was.',
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was made.' }),
  }),
});

type Result = { uploadTokenId?: string; text?: string | null } & Payload;

/** The field of a payload that shows the token's row. */
const tokenPayload = (name: string, description: string) =>
  builder.objectRef<Result>(name).implement({
    description,
    fields: (t) => ({
      uploadToken: t.prismaField({
        type: UploadToken,
        nullable: true,
        description: 'Null when nothing was changed.',
        resolve: (query, { uploadTokenId }, _, { prisma, viewer }) =>
          uploadTokenId && viewer.dealershipId
            ? prisma.uploadToken.findFirst({
                ...query,
                where: { dealershipId: viewer.dealershipId, id: uploadTokenId },
              })
            : null,
      }),
      userErrors: t.field(userErrorsField),
    }),
  });

const CreateUploadTokenInput = builder.inputType('CreateUploadTokenInput', {
  description: 'A token for a page.',
  fields: (t) => ({
    vehicleId: t.id({ required: true, description: 'The vehicle that it is for.' }),
    maxUploads: t.int({
      description: `How many uploads it may ask for, 1 to ${UPLOADS_PER_TOKEN.max}; ${UPLOADS_PER_TOKEN.fallback} unless said otherwise. The poster of a video counts as one.`,
    }),
    expiresInSeconds: t.int({
      description: `How long it is good for, ${TOKEN_SECONDS.min} to ${TOKEN_SECONDS.max} seconds; ${TOKEN_SECONDS.fallback} unless said otherwise.`,
    }),
    idempotencyKey: t.string(idempotencyKey),
  }),
});

const CreateUploadTokenPayload = tokenPayload('CreateUploadTokenPayload', 'A new upload token.');

builder.objectField(CreateUploadTokenPayload, 'token', (t) =>
  t.string({
    nullable: true,
    description:
      'The token itself: give it to the page. Null when none was made, and to a request that comes again after the secret of the server has changed.',
    resolve: ({ text }) => text ?? null,
  }),
);

builder.mutationField('createUploadToken', (t) =>
  t.field({
    type: CreateUploadTokenPayload,
    description:
      'Makes a token with which a page sends files to one vehicle. For staff who upload, and API keys with MEDIA_WRITE.',
    args: { input: t.arg({ type: CreateUploadTokenInput, required: true }) },
    resolve: (_, { input }, context) => {
      const actor = requireRight(context, 'issueUploadTokens');
      return attempt(async () => {
        const { id, text } = await context.uploadTokens.create(
          actor,
          {
            vehicleId: uuidOf('Vehicle', input.vehicleId),
            maxUploads: input.maxUploads ?? UPLOADS_PER_TOKEN.fallback,
            expiresInSeconds: input.expiresInSeconds ?? TOKEN_SECONDS.fallback,
          },
          readIdempotencyKey(actor, 'createUploadToken', input),
        );
        return { uploadTokenId: id, text };
      });
    },
  }),
);

const RevokeUploadTokenInput = revokeInput(
  'RevokeUploadTokenInput',
  'A token that is to open nothing any more.',
  'Which upload token.',
);

const RevokeUploadTokenPayload = tokenPayload(
  'RevokeUploadTokenPayload',
  'The token as it is now.',
);

builder.mutationField('revokeUploadToken', (t) =>
  t.field({
    type: RevokeUploadTokenPayload,
    description:
      'Ends an upload token at once and for good. One that is revoked stays so. For staff who upload, and API keys with MEDIA_WRITE.',
    args: { input: t.arg({ type: RevokeUploadTokenInput, required: true }) },
    resolve: (_, { input }, context) => {
      const actor = requireRight(context, 'issueUploadTokens');
      return attempt(async () => ({
        uploadTokenId: await context.uploadTokens.revoke(
          actor,
          uuidOf('UploadToken', input.id),
          readIdempotencyKey(actor, 'revokeUploadToken', input),
        ),
      }));
    },
  }),
);
