import type { Share, StorageUsage as Usage } from '../gallery/storage-usage.ts';
import { MULTIPART_ABOVE_BYTES } from '../uploads/part-plan.ts';
import { ACCEPTED_TYPES, type UploadLimits } from '../uploads/policy.ts';
import { builder } from './builder.ts';

const StorageShare = builder.objectRef<Share>('StorageShare').implement({
  description: 'Room that media take, by the size of their originals.',
  fields: (t) => ({
    usedCount: t.exposeInt('usedCount', { description: 'Media that are there.' }),
    usedBytes: t.expose('usedBytes', { type: 'ByteSize', description: 'What they take.' }),
    reservedCount: t.exposeInt('reservedCount', {
      description: 'Media whose bytes are awaited.',
    }),
    reservedBytes: t.expose('reservedBytes', {
      type: 'ByteSize',
      description:
        'What open uploads will take beyond that. Free again when they are cancelled, expire or fail.',
    }),
  }),
});

export const StorageUsage = builder.objectRef<Usage>('StorageUsage').implement({
  description: 'Room that is taken, and how much there is. Deleted media take none.',
  fields: (t) => ({
    images: t.field({
      type: StorageShare,
      description: 'Of pictures.',
      resolve: ({ images }) => images,
    }),
    videos: t.field({
      type: StorageShare,
      description: 'Of films.',
      resolve: ({ videos }) => videos,
    }),
    total: t.field({
      type: StorageShare,
      description: 'Of both: used and reserved together stay within the limits.',
      resolve: ({ total }) => total,
    }),
    limitCount: t.exposeInt('limitCount', {
      nullable: true,
      description: 'How many media there may be. Null when there is no limit.',
    }),
    limitBytes: t.expose('limitBytes', {
      type: 'ByteSize',
      nullable: true,
      description: 'How much they may take. Null when there is no limit.',
    }),
  }),
});

export const UploadPolicy = builder.objectRef<UploadLimits>('UploadPolicy').implement({
  description: 'What may be uploaded. `requestUpload` holds every file to it.',
  fields: (t) => ({
    contentTypes: t.stringList({
      description: 'Media types that are taken, such as `image/jpeg`.',
      resolve: () => [...ACCEPTED_TYPES],
    }),
    maxImageBytes: t.expose('maxImageBytes', {
      type: 'ByteSize',
      description: 'The largest picture.',
    }),
    maxVideoBytes: t.expose('maxVideoBytes', {
      type: 'ByteSize',
      description: 'The largest film.',
    }),
    multipartAboveBytes: t.field({
      type: 'ByteSize',
      description: 'Larger files are sent in parts, and need no MD5.',
      resolve: () => MULTIPART_ABOVE_BYTES,
    }),
    maxMediaPerVehicle: t.exposeInt('maxMediaPerVehicle', {
      description: 'Pictures and films of one vehicle.',
    }),
    maxBytesPerVehicle: t.expose('maxBytesPerVehicle', {
      type: 'ByteSize',
      description: 'Originals of one vehicle together.',
    }),
    maxBytesPerDealership: t.expose('maxBytesPerDealership', {
      type: 'ByteSize',
      nullable: true,
      description: 'Originals of the dealership together. Null when there is no limit.',
    }),
  }),
});
