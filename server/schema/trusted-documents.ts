import { may } from '../accounts/rights.ts';
import { requireRight } from '../context.ts';
import { checkDocuments, MAX_AT_ONCE, MAX_CHARACTERS } from '../documents/check-document.ts';
import { documentId, hashIn } from '../documents/document-id.ts';
import { MAX_DOCUMENTS } from '../documents/trusted-documents.ts';
import { builder } from './builder.ts';
import { Dealership } from './dealership.ts';
import { attempt, userErrorsField, type Payload } from './user-error.ts';

const TrustedDocument = builder.prismaObject('TrustedDocument', {
  description: 'A query that clients of a dealership may name by its hash.',
  fields: (t) => ({
    id: t.string({
      description:
        '`sha256:` and the SHA-256 of the text in hex: `documentId` of a request over GET or POST.',
      resolve: ({ hash }) => documentId(hash),
    }),
    text: t.exposeString('text', { description: 'As it was registered.' }),
    createdAt: t.expose('createdAt', {
      type: 'DateTime',
      description: 'When it was registered.',
    }),
  }),
});

builder.prismaObjectField(Dealership, 'trustedDocuments', (t) =>
  t.prismaField({
    type: [TrustedDocument],
    nullable: true,
    description: `What was registered, at most ${MAX_DOCUMENTS}, newest first; the element’s own are known without. Null for whoever may not register.`,
    // A viewer sees one dealership alone: its own.
    resolve: (query, _dealership, _, { prisma, viewer }) =>
      may(viewer, 'registerDocuments') && viewer.dealershipId !== null
        ? prisma.trustedDocument.findMany({
            ...query,
            where: { dealershipId: viewer.dealershipId },
            orderBy: [{ createdAt: 'desc' }, { hash: 'desc' }],
            take: MAX_DOCUMENTS,
          })
        : null,
  }),
);

const RegisterDocumentsInput = builder.inputType('RegisterDocumentsInput', {
  description: 'Queries that are to be named by their hash.',
  fields: (t) => ({
    documents: t.stringList({
      required: true,
      description: `Texts of queries, 1 to ${MAX_AT_ONCE}, each of at most ${MAX_CHARACTERS} characters. The hash is that of the text as it stands here.`,
    }),
  }),
});

const documentsPayload = (name: string, description: string, ids: string) =>
  builder.objectRef<{ documentIds?: readonly string[] } & Payload>(name).implement({
    description,
    fields: (t) => ({
      documentIds: t.stringList({
        description: ids,
        resolve: ({ documentIds }) => [...(documentIds ?? [])],
      }),
      userErrors: t.field(userErrorsField),
    }),
  });

const RegisterDocumentsPayload = documentsPayload(
  'RegisterDocumentsPayload',
  'What can be named from now on.',
  'In the order of the documents; empty when none was registered.',
);

builder.mutationField('registerDocuments', (t) =>
  t.field({
    type: RegisterDocumentsPayload,
    description:
      'Lets clients name queries by their hash: shorter requests, which caches can keep. What is registered already stays so. For owners, managers, and API keys with VEHICLES_WRITE.',
    args: { input: t.arg({ type: RegisterDocumentsInput, required: true }) },
    resolve: (_, { input }, context, { schema }) => {
      const actor = requireRight(context, 'registerDocuments');
      return attempt(async () => {
        checkDocuments(schema, input.documents);
        const hashes = await context.trustedDocuments.register(actor, input.documents);
        return { documentIds: hashes.map(documentId) };
      });
    },
  }),
);

const UnregisterDocumentsInput = builder.inputType('UnregisterDocumentsInput', {
  description: 'Queries that are to be sent as they are again.',
  fields: (t) => ({
    documentIds: t.stringList({ required: true, description: `At most ${MAX_DOCUMENTS}.` }),
  }),
});

const UnregisterDocumentsPayload = documentsPayload(
  'UnregisterDocumentsPayload',
  'What is forgotten.',
  'Those that were registered.',
);

builder.mutationField('unregisterDocuments', (t) =>
  t.field({
    type: UnregisterDocumentsPayload,
    description:
      'Forgets queries that were registered: clients that name one are told so within 5 seconds. For owners, managers, and API keys with VEHICLES_WRITE.',
    args: { input: t.arg({ type: UnregisterDocumentsInput, required: true }) },
    resolve: (_, { input }, context) => {
      const actor = requireRight(context, 'registerDocuments');
      return attempt(async () => {
        const hashes = input.documentIds.flatMap((id) => hashIn(id) ?? []);
        const gone = await context.trustedDocuments.unregister(
          actor,
          hashes.slice(0, MAX_DOCUMENTS),
        );
        return { documentIds: gone.map(documentId) };
      });
    },
  }),
);
