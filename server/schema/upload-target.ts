import { PARTS_AT_ONCE } from '../uploads/parts.ts';
import type {
  FileTarget,
  MultipartTarget,
  PartTarget,
  StoredTarget,
  UploadTarget as Target,
} from '../uploads/upload-target.ts';
import { builder } from './builder.ts';
import { Media } from './media.ts';

const HttpHeader = builder.objectRef<FileTarget['headers'][number]>('HttpHeader').implement({
  description: 'A header to send. Never `host` or `content-length`: browsers set those themselves.',
  fields: (t) => ({
    name: t.exposeString('name', { description: 'In lower case.' }),
    value: t.exposeString('value', { description: 'As it was signed.' }),
  }),
});

const PutTarget = builder.objectRef<FileTarget>('PutTarget').implement({
  description:
    'Where to PUT the whole file. Send exactly these headers: they are signed, with the length.',
  fields: (t) => ({
    url: t.field({
      type: 'URL',
      description: 'Presigned, for one use.',
      resolve: ({ url }) => url,
    }),
    headers: t.field({
      type: [HttpHeader],
      description: 'All that are needed.',
      resolve: ({ headers }) => [...headers],
    }),
    expiresAt: t.field({
      type: 'DateTime',
      description: 'When the address ends; `refreshUpload` gives another.',
      resolve: ({ expiresAt }) => expiresAt,
    }),
  }),
});

const PartOfTarget = builder.objectRef<PartTarget>('PartTarget').implement({
  description:
    'Where to PUT one part: the bytes from `(partNumber - 1) * partSize` on, `partSize` of them or what is left. The length is signed.',
  fields: (t) => ({
    partNumber: t.exposeInt('partNumber', { description: 'From 1 on.' }),
    url: t.field({
      type: 'URL',
      description: 'Presigned. It may be used again until the upload is completed.',
      resolve: ({ url }) => url,
    }),
    headers: t.field({
      type: [HttpHeader],
      description: 'All that are needed; often none.',
      resolve: ({ headers }) => [...headers],
    }),
  }),
});

const InParts = builder.objectRef<MultipartTarget>('MultipartTarget').implement({
  description:
    'Where to PUT a large file in parts: in any order, several at once, each again when it failed.',
  fields: (t) => ({
    partSize: t.expose('partSize', {
      type: 'ByteSize',
      description: 'Of every part but the last, which may be smaller.',
    }),
    partCount: t.exposeInt('partCount', { description: 'Parts are numbered from 1 to this.' }),
    storedParts: t.intList({
      description: 'Numbers of those that the store has whole. They need not be sent again.',
      resolve: ({ storedParts }) => [...storedParts],
    }),
    parts: t.field({
      type: [PartOfTarget],
      description: `Addresses of parts that are left, ${PARTS_AT_ONCE} of them at most; \`refreshUpload\` gives more, or those of the parts it is asked for.`,
      resolve: ({ parts }) => [...parts],
    }),
    expiresAt: t.field({
      type: 'DateTime',
      description: 'When these addresses end; `refreshUpload` gives others.',
      resolve: ({ expiresAt }) => expiresAt,
    }),
  }),
});

const AlreadyStored = builder.objectRef<StoredTarget>('AlreadyStored').implement({
  description:
    'The dealership has these bytes: the upload is COMPLETED, its media is in the gallery, and nothing is to be sent.',
  fields: (t) => ({
    existing: t.prismaField({
      type: Media,
      description: 'The media that had them. It may be of another vehicle, or of the same.',
      resolve: (query, { existingMediaId: id }, _, { prisma, viewer }) =>
        prisma.media.findFirstOrThrow({
          ...query,
          where: { dealershipId: viewer.dealershipId ?? '', id },
        }),
    }),
  }),
});

const TYPE_OF = {
  file: 'PutTarget',
  parts: 'MultipartTarget',
  stored: 'AlreadyStored',
} as const satisfies Record<Target['kind'], string>;

export const UploadTarget = builder.unionType('UploadTarget', {
  description: 'How the bytes are to be sent. More ways may come.',
  types: [PutTarget, InParts, AlreadyStored],
  resolveType: ({ kind }: Target) => TYPE_OF[kind],
});
