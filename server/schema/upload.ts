import { may } from '../accounts/rights.ts';
import { requireRight } from '../context.ts';
import { visibleUploads } from '../gallery/visibility.ts';
import { builder } from './builder.ts';
import { UploadStatus } from './enums.ts';
import { Media } from './media.ts';
import { Node } from './node.ts';
import { encodeId, uuidOf } from '../node-id.ts';
import type { GrantedUpload } from '../uploads/granted-upload.ts';
import type { UploadTarget as Target } from '../uploads/upload-target.ts';
import type { ListedUpload, Ticket } from '../uploads/tickets.ts';
import { UploadTarget } from './upload-target.ts';
import type { Payload } from './user-error.ts';
import { Vehicle } from './vehicle.ts';

export const Upload = builder.prismaObject('Upload', {
  description: 'One file on its way: a ticket, and what became of it.',
  interfaces: [Node],
  fields: (t) => ({
    id: t.id({ description: 'Opaque.', resolve: ({ id }) => encodeId('Upload', id) }),
    isPoster: t.exposeBoolean('poster', {
      description: 'Whether it is the poster of a video, which `media` is.',
    }),
    clientRef: t.exposeString('clientRef', {
      nullable: true,
      description: 'What the client calls it.',
    }),
    status: t.expose('status', { type: UploadStatus, description: 'Where it is.' }),
    fileName: t.exposeString('fileName', { description: 'For people; never a path.' }),
    contentType: t.exposeString('contentType', {
      description: 'The media type that was announced.',
    }),
    byteSize: t.expose('byteSize', {
      type: 'ByteSize',
      description: 'The exact size that was announced.',
    }),
    receivedBytes: t.field({
      type: 'ByteSize',
      nullable: true,
      description: 'How much of it the store has. Null where the store cannot tell.',
      resolve: (upload, _, { uploads }) => uploads.receivedBytes(upload),
    }),
    expiresAt: t.expose('expiresAt', { type: 'DateTime', description: 'When the ticket ends.' }),
    target: t.field({
      type: UploadTarget,
      nullable: true,
      description:
        'How to send the bytes. Null unless they are awaited, to a viewer who may not upload, and while the store that is to take them in parts does not answer: then `refreshUpload` says so.',
      resolve: (upload: ListedUpload & { target?: Target | null }, _, { uploads, viewer }) => {
        if (upload.target !== undefined) return upload.target;
        return may(viewer, 'upload') ? uploads.target(upload) : null;
      },
    }),
    media: t.relation('media', {
      type: Media,
      description: 'What the file becomes.',
      // Where no query of this operation has read it.
      resolve: (query, { dealershipId, mediaId: id }, _, { prisma }) =>
        prisma.media.findUniqueOrThrow({
          ...query,
          where: { dealershipId_id: { dealershipId, id } },
        }),
    }),
    vehicle: t.relation('vehicle', { type: Vehicle, description: 'Whose media it becomes.' }),
  }),
});

builder.queryFields((t) => ({
  upload: t.prismaField({
    type: Upload,
    nullable: true,
    description: 'An upload by its id. Null when there is none that this viewer may see.',
    args: { id: t.arg.id({ required: true }) },
    resolve: (query, _, { id }, { prisma, viewer }) => {
      const uuid = uuidOf('Upload', id);
      const visible = visibleUploads(viewer);
      if (uuid === null || !visible) return null;
      return prisma.upload.findFirst({ ...query, where: { AND: [visible, { id: uuid }] } });
    },
  }),
  openUploads: t.field({
    type: [Upload],
    description:
      'Uploads whose bytes are still awaited: what a page can go on with after a reload.',
    args: { vehicleId: t.arg.id({ description: 'Only of this vehicle.' }) },
    resolve: (_, { vehicleId }, context) =>
      context.uploads.open(
        requireRight(context, 'upload'),
        vehicleId == null ? undefined : uuidOf('Vehicle', vehicleId),
      ),
  }),
}));

/** What a mutation says of one upload. */
export interface UploadResult extends Payload {
  upload?: GrantedUpload;
}

/** A ticket with the target that it has already, and what was in the way of one. */
export function resultOf({ upload, target, failure }: Ticket): UploadResult {
  return {
    upload: target === undefined ? upload : Object.assign({ ...upload }, { target }),
    userErrors: failure ? [failure] : [],
  };
}
