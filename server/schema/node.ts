import { may } from '../accounts/rights.ts';
import { visibleMedia, visibleUploads, visibleVehicles } from '../gallery/visibility.ts';
import type { Context } from '../context.ts';
import { builder } from './builder.ts';
import { decodeId } from '../node-id.ts';

export const Node = builder.interfaceRef<object>('Node').implement({
  description: 'Whatever has an id of its own.',
  fields: (t) => ({
    id: t.id({
      description: 'Opaque, and the same for ever.',
      resolve: () => {
        throw new Error('Each type has its own id');
      },
    }),
  }),
});

builder.queryField('node', (t) =>
  t.field({
    type: Node,
    nullable: true,
    description: 'Any object by its id. Null when there is none that this viewer may see.',
    args: { id: t.arg.id({ required: true }) },
    resolve: (_, { id }, context) => loadNode(context, id),
  }),
);

async function loadNode({ prisma, viewer }: Context, id: string): Promise<object | null> {
  const node = decodeId(id);
  const { dealershipId } = viewer;
  if (!node || dealershipId === null) return null;
  const { kind, uuid } = node;
  switch (kind) {
    case 'Dealership':
      return uuid === dealershipId
        ? typed('Dealership', await prisma.dealership.findUnique({ where: { id: uuid } }))
        : null;
    case 'Vehicle':
      return typed(
        'Vehicle',
        await prisma.vehicle.findFirst({ where: { AND: [visibleVehicles(viewer), { id: uuid }] } }),
      );
    case 'Media': {
      const media = await prisma.media.findFirst({
        where: { AND: [visibleMedia(viewer), { id: uuid, vehicle: visibleVehicles(viewer) }] },
        include: { renditions: true },
      });
      return media && typed(media.kind === 'VIDEO' ? 'VideoMedia' : 'ImageMedia', media);
    }
    case 'Upload': {
      const visible = visibleUploads(viewer);
      return (
        visible &&
        typed('Upload', await prisma.upload.findFirst({ where: { AND: [visible, { id: uuid }] } }))
      );
    }
    case 'ApiKey':
      return may(viewer, 'manageKeys')
        ? typed('ApiKey', await prisma.apiKey.findFirst({ where: { dealershipId, id: uuid } }))
        : null;
    case 'EmbedKey':
      return may(viewer, 'manageKeys')
        ? typed('EmbedKey', await prisma.embedKey.findFirst({ where: { dealershipId, id: uuid } }))
        : null;
    case 'UploadToken':
      return may(viewer, 'issueUploadTokens')
        ? typed(
            'UploadToken',
            await prisma.uploadToken.findFirst({ where: { dealershipId, id: uuid } }),
          )
        : null;
    case 'User':
      return viewer.kind === 'staff' && viewer.userId === uuid
        ? typed(
            'User',
            await prisma.user.findUnique({
              where: { id: uuid },
              select: { id: true, email: true, name: true },
            }),
          )
        : null;
    case 'Invitation':
      return may(viewer, 'manageMembers')
        ? typed(
            'Invitation',
            await prisma.invitation.findFirst({ where: { dealershipId, id: uuid } }),
          )
        : null;
  }
}

/** Tells an interface which of its types a row is. */
function typed<T extends object>(name: string, row: T | null): T | null {
  return row && Object.assign(row, { __typename: name });
}
