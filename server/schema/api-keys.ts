import { may } from '../accounts/rights.ts';
import { requireRight } from '../context.ts';
import { readIdempotencyKey } from '../idempotency/idempotency-key.ts';
import { MAX_KEYS } from '../keys/key-fields.ts';
import { User } from './account.ts';
import { builder } from './builder.ts';
import { Dealership } from './dealership.ts';
import { ApiScope } from './enums.ts';
import { idempotencyKey } from './idempotency-key.ts';
import { Node } from './node.ts';
import { encodeId, uuidOf } from '../node-id.ts';
import { revokeInput } from './revoke-input.ts';
import { attempt, userErrorsField, type Payload } from './user-error.ts';

const ApiKey = builder.prismaObject('ApiKey', {
  description:
    'What a program shows to be let in to one dealership. The key itself is told once, by `createApiKey`.',
  interfaces: [Node],
  fields: (t) => ({
    id: t.id({ description: 'Opaque.', resolve: ({ id }) => encodeId('ApiKey', id) }),
    name: t.exposeString('name', { description: 'What it is for, in words.' }),
    prefix: t.exposeString('prefix', {
      description: 'What the key begins with, to tell keys apart. No part of its secret.',
    }),
    scopes: t.expose('scopes', { type: [ApiScope], description: 'What it is good for.' }),
    expiresAt: t.expose('expiresAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When it ends by itself. Null: never.',
    }),
    lastUsedAt: t.expose('lastUsedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When it was last shown, exact to a minute. Null until then.',
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

builder.prismaObjectField(Dealership, 'apiKeys', (t) =>
  t.prismaField({
    type: [ApiKey],
    nullable: true,
    description: `The API keys that are not revoked, at most ${MAX_KEYS}, newest first. Null for whoever may not manage keys.`,
    resolve: (query, { id }, _, { prisma, viewer }) =>
      may(viewer, 'manageKeys')
        ? prisma.apiKey.findMany({
            ...query,
            where: { dealershipId: id, revokedAt: null },
            orderBy: [{ createdAt: 'desc' }, { id: 'desc' }],
            take: MAX_KEYS,
          })
        : null,
  }),
);

const CreateApiKeyInput = builder.inputType('CreateApiKeyInput', {
  description: 'A key for a program.',
  fields: (t) => ({
    name: t.string({
      required: true,
      description: 'What it is for, such as the program that has it; 1 to 100 characters.',
    }),
    scopes: t.field({
      type: [ApiScope],
      required: true,
      description: 'What it is good for; at least one.',
    }),
    expiresAt: t.field({ type: 'DateTime', description: 'When it ends; never when absent.' }),
    idempotencyKey: t.string(idempotencyKey),
  }),
});

type ApiKeyResult = { apiKeyId?: string; text?: string | null } & Payload;

/** The field of a payload that shows the key's row. */
const apiKeyPayload = (name: string, description: string, nullWhen: string) =>
  builder.objectRef<ApiKeyResult>(name).implement({
    description,
    fields: (t) => ({
      apiKey: t.prismaField({
        type: ApiKey,
        nullable: true,
        description: nullWhen,
        resolve: (query, { apiKeyId }, _, { prisma, viewer }) =>
          apiKeyId && viewer.dealershipId
            ? prisma.apiKey.findFirst({
                ...query,
                where: { dealershipId: viewer.dealershipId, id: apiKeyId },
              })
            : null,
      }),
      userErrors: t.field(userErrorsField),
    }),
  });

const CreateApiKeyPayload = apiKeyPayload(
  'CreateApiKeyPayload',
  'A new key.',
  'Null when none was made.',
);

builder.objectField(CreateApiKeyPayload, 'key', (t) =>
  t.string({
    nullable: true,
    description:
      'The key itself: keep it now, it is told nowhere else. Null when none was made, and to a request that comes again after the secret of the server has changed.',
    resolve: ({ text }) => text ?? null,
  }),
);

builder.mutationField('createApiKey', (t) =>
  t.field({
    type: CreateApiKeyPayload,
    description: 'Makes a key for a program. For owners and managers.',
    args: { input: t.arg({ type: CreateApiKeyInput, required: true }) },
    resolve: (_, { input }, context) => {
      const actor = requireRight(context, 'manageKeys');
      return attempt(async () => {
        const { id, text } = await context.apiKeys.create(
          actor,
          { name: input.name, scopes: input.scopes, expiresAt: input.expiresAt ?? null },
          readIdempotencyKey(actor, 'createApiKey', input),
        );
        return { apiKeyId: id, text };
      });
    },
  }),
);

const RevokeApiKeyInput = revokeInput(
  'RevokeApiKeyInput',
  'A key that is to open nothing any more.',
  'Which API key.',
);

const RevokeApiKeyPayload = apiKeyPayload(
  'RevokeApiKeyPayload',
  'The key as it is now.',
  'Null when there is none.',
);

builder.mutationField('revokeApiKey', (t) =>
  t.field({
    type: RevokeApiKeyPayload,
    description:
      'Ends a key at once and for good, with the upload tokens that were made with it. One that is revoked stays so. For owners and managers.',
    args: { input: t.arg({ type: RevokeApiKeyInput, required: true }) },
    resolve: (_, { input }, context) => {
      const actor = requireRight(context, 'manageKeys');
      return attempt(async () => ({
        apiKeyId: await context.apiKeys.revoke(
          actor,
          uuidOf('ApiKey', input.id),
          readIdempotencyKey(actor, 'revokeApiKey', input),
        ),
      }));
    },
  }),
);
