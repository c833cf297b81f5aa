import { may } from '../accounts/rights.ts';
import { dealershipUsage } from '../gallery/storage-usage.ts';
import { builder } from './builder.ts';
import { Node } from './node.ts';
import { encodeId, uuidOf } from '../node-id.ts';
import { StorageUsage, UploadPolicy } from './storage-usage.ts';

export const Dealership = builder.prismaObject('Dealership', {
  description: 'A dealership: whose vehicles and media these are.',
  interfaces: [Node],
  fields: (t) => ({
    id: t.id({ description: 'Opaque.', resolve: ({ id }) => encodeId('Dealership', id) }),
    name: t.exposeString('name', { description: 'As people write it.' }),
    slug: t.exposeString('slug', { description: 'As addresses write it; unique.' }),
    uploadPolicy: t.field({
      type: UploadPolicy,
      nullable: true,
      description: 'What may be uploaded. Null for whoever may not upload.',
      resolve: (_dealership, _args, { viewer, limits }) =>
        may(viewer, 'readPolicy') ? limits : null,
    }),
    storageUsage: t.field({
      type: StorageUsage,
      nullable: true,
      description: 'Room that all of its media take. Null for whoever may not read the usage.',
      resolve: (dealership, _, { viewer, limits }) =>
        may(viewer, 'readUsage') ? dealershipUsage(dealership, limits) : null,
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it joined.' }),
    updatedAt: t.expose('updatedAt', {
      type: 'DateTime',
      description: 'When its data last changed.',
    }),
  }),
});

builder.queryField('dealership', (t) =>
  t.prismaField({
    type: Dealership,
    nullable: true,
    description:
      'A dealership by id or slug; the viewer’s own when neither is given. Null when it is not the viewer’s.',
    args: {
      id: t.arg.id({ description: 'Its id.' }),
      slug: t.arg.string({ description: 'Its slug.' }),
    },
    resolve: (query, _, args, { prisma, viewer }) => {
      const { dealershipId } = viewer;
      if (dealershipId === null) return null;
      if (args.id != null && uuidOf('Dealership', args.id) !== dealershipId) return null;
      return prisma.dealership.findFirst({
        ...query,
        where: { id: dealershipId, ...(args.slug != null && { slug: args.slug }) },
      });
    },
  }),
);
