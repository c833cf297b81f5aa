import { may } from '../accounts/rights.ts';
import { requireRight } from '../context.ts';
import { readIdempotencyKey } from '../idempotency/idempotency-key.ts';
import { MAX_KEYS } from '../keys/key-fields.ts';
import { User } from './account.ts';
import { builder } from './builder.ts';
import { Dealership } from './dealership.ts';
import { idempotencyKey } from './idempotency-key.ts';
import { Node } from './node.ts';
import { encodeId, uuidOf } from '../node-id.ts';
import { revokeInput } from './revoke-input.ts';
import { attempt, userErrorsField, type Payload } from './user-error.ts';

const ORIGINS =
  'Scheme, host and port, such as `https://www.example.com`; `https://*.example.com` is any one name in front. At most 50; pages of any origin when there are none.';

const EmbedKey = builder.prismaObject('EmbedKey', {
  description:
    'What a page shows to read the published vehicles of one dealership: no secret, and good for nothing else.',
  interfaces: [Node],
  fields: (t) => ({
    id: t.id({ description: 'Opaque.', resolve: ({ id }) => encodeId('EmbedKey', id) }),
    name: t.exposeString('name', { description: 'Where it is used, in words.' }),
    key: t.exposeString('key', {
      description: 'The key: `embed-key` of the element. Everybody may see it.',
    }),
    origins: t.exposeStringList('origins', {
      description: `Pages that may use it. ${ORIGINS}`,
    }),
    revokedAt: t.expose('revokedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When it was revoked. Null while it is in force.',
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was made.' }),
    createdBy: t.relation('createdBy', {
      type: User,
      nullable: true,
      description: 'Who made it. Null when that person has left.',
    }),
  }),
});

builder.prismaObjectField(Dealership, 'embedKeys', (t) =>
  t.prismaField({
    type: [EmbedKey],
    nullable: true,
    description: `The embed keys that are not revoked, at most ${MAX_KEYS}, newest first. Null for whoever may not manage keys.`,
    resolve: (query, { id }, _, { prisma, viewer }) =>
      may(viewer, 'manageKeys')
        ? prisma.embedKey.findMany({
            ...query,
            where: { dealershipId: id, revokedAt: null },
            orderBy: [{ createdAt: 'desc' }, { id: 'desc' }],
            take: MAX_KEYS,
          })
        : null,
  }),
);

const embedKeyPayload = (name: string, description: string) =>
  builder.objectRef<{ embedKeyId?: string } & Payload>(name).implement({
    description,
    fields: (t) => ({
      embedKey: t.prismaField({
        type: EmbedKey,
        nullable: true,
        description: 'Null when nothing was changed.',
        resolve: (query, { embedKeyId }, _, { prisma, viewer }) =>
          embedKeyId && viewer.dealershipId
            ? prisma.embedKey.findFirst({
                ...query,
                where: { dealershipId: viewer.dealershipId, id: embedKeyId },
              })
            : null,
      }),
      userErrors: t.field(userErrorsField),
    }),
  });

const CreateEmbedKeyInput = builder.inputType('CreateEmbedKeyInput', {
  description: 'A key for the pages of a site.',
  fields: (t) => ({
    name: t.string({
      required: true,
      description: 'Where it is used, such as the name of the site; 1 to 100 characters.',
    }),
    origins: t.stringList({ description: ORIGINS }),
    idempotencyKey: t.string(idempotencyKey),
  }),
});

const CreateEmbedKeyPayload = embedKeyPayload('CreateEmbedKeyPayload', 'A new embed key.');

builder.mutationField('createEmbedKey', (t) =>
  t.field({
    type: CreateEmbedKeyPayload,
    description: 'Makes a key for the pages of a site. For owners and managers.',
    args: { input: t.arg({ type: CreateEmbedKeyInput, required: true }) },
    resolve: (_, { input }, context) => {
      const actor = requireRight(context, 'manageKeys');
      return attempt(async () => ({
        embedKeyId: await context.embedKeys.create(
          actor,
          { name: input.name, origins: input.origins ?? [] },
          readIdempotencyKey(actor, 'createEmbedKey', input),
        ),
      }));
    },
  }),
);

const UpdateEmbedKeyInput = builder.inputType('UpdateEmbedKeyInput', {
  description: 'What to change of an embed key: absent keeps.',
  fields: (t) => ({
    id: t.id({ required: true, description: 'Which embed key.' }),
    name: t.string({ description: 'Where it is used; 1 to 100 characters.' }),
    origins: t.stringList({ description: `All of them. ${ORIGINS}` }),
    idempotencyKey: t.string(idempotencyKey),
  }),
});

const UpdateEmbedKeyPayload = embedKeyPayload('UpdateEmbedKeyPayload', 'The key as it is now.');

builder.mutationField('updateEmbedKey', (t) =>
  t.field({
    type: UpdateEmbedKeyPayload,
    description:
      'Changes who may use an embed key, at once. One that is revoked is not found. For owners and managers.',
    args: { input: t.arg({ type: UpdateEmbedKeyInput, required: true }) },
    resolve: (_, { input }, context) => {
      const actor = requireRight(context, 'manageKeys');
      return attempt(async () => ({
        embedKeyId: await context.embedKeys.update(
          actor,
          uuidOf('EmbedKey', input.id),
          { name: input.name ?? null, origins: input.origins ?? null },
          readIdempotencyKey(actor, 'updateEmbedKey', input),
        ),
      }));
    },
  }),
);

const RevokeEmbedKeyInput = revokeInput(
  'RevokeEmbedKeyInput',
  'A key that no page is to use any more.',
  'Which embed key.',
);

const RevokeEmbedKeyPayload = embedKeyPayload('RevokeEmbedKeyPayload', 'The key as it is now.');

builder.mutationField('revokeEmbedKey', (t) =>
  t.field({
    type: RevokeEmbedKeyPayload,
    description:
      'Ends an embed key at once and for good. One that is revoked stays so. For owners and managers.',
    args: { input: t.arg({ type: RevokeEmbedKeyInput, required: true }) },
    resolve: (_, { input }, context) => {
      const actor = requireRight(context, 'manageKeys');
      return attempt(async () => ({
        embedKeyId: await context.embedKeys.revoke(
          actor,
          uuidOf('EmbedKey', input.id),
          readIdempotencyKey(actor, 'revokeEmbedKey', input),
        ),
      }));
    },
  }),
);
