import type { Right as RightName } from '../accounts/rights.ts';
import { builder } from './builder.ts';

export const VehicleStatus = builder.enumType('VehicleStatus', {
  description: 'Where a vehicle is in its life at the dealership.',
  values: {
    DRAFT: { description: 'Being prepared; only staff see it.' },
    PUBLISHED: { description: 'For sale; everybody sees it.' },
    SOLD: { description: 'Sold; only staff see it.' },
    ARCHIVED: { description: 'Kept for the record; only staff see it.' },
  } as const,
});

export const VehicleCondition = builder.enumType('VehicleCondition', {
  description: 'New or used, as the dealership sells it.',
  values: {
    NEW: { description: 'Never registered.' },
    USED: { description: 'Had an owner before.' },
    CERTIFIED: { description: 'Used, and certified under the maker’s programme.' },
  } as const,
});

export const UploadStatus = builder.enumType('UploadStatus', {
  description: 'Where an upload is.',
  values: {
    AWAITING_BYTES: { description: 'The ticket is granted; the bytes may be sent.' },
    COMPLETED: { description: 'The bytes arrived and were accepted.' },
    CANCELLED: { description: 'The client gave it up.' },
    EXPIRED: { description: 'Its time passed without bytes.' },
    FAILED: { description: 'Other bytes arrived than were announced.' },
  } as const,
});

export const MediaKind = builder.enumType('MediaKind', {
  description: 'What a media is.',
  values: { IMAGE: { description: 'A picture.' }, VIDEO: { description: 'A film.' } } as const,
});

export const MediaStatus = builder.enumType('MediaStatus', {
  description:
    'Where a media is on its way to the page: PENDING_UPLOAD → UPLOADED → PROCESSING → READY, or FAILED.',
  values: {
    PENDING_UPLOAD: { description: 'Its bytes are awaited; it is in no gallery.' },
    UPLOADED: { description: 'Its bytes are accepted and wait to be prepared.' },
    PROCESSING: { description: 'Its renditions are being made.' },
    READY: { description: 'It can be shown.' },
    FAILED: { description: 'It cannot be shown; `errors` says why.' },
  } as const,
});

export const ImageFormat = builder.enumType('ImageFormat', {
  description: 'How a rendition is encoded.',
  values: {
    WEBP: { description: 'image/webp' },
    JPEG: { description: 'image/jpeg' },
    AVIF: { description: 'image/avif; made later, when the server is idle.' },
  } as const,
});

export const ApiScope = builder.enumType('ApiScope', {
  description: 'What an API key is good for.',
  values: {
    VEHICLES_READ: {
      description: 'Vehicles and media of every status; without it only what is public.',
    },
    VEHICLES_WRITE: { description: 'Adds, changes and deletes vehicles.' },
    MEDIA_WRITE: {
      description: 'Uploads, changes and deletes media, and makes upload tokens.',
    },
    ACCOUNT_READ: { description: 'Usage, limits and the audit log.' },
  } as const,
});

export const Role = builder.enumType('Role', {
  description: 'What a member of a dealership may do.',
  values: {
    OWNER: { description: 'Everything.' },
    MANAGER: { description: 'Vehicles and media.' },
    PHOTOGRAPHER: { description: 'Media.' },
    VIEWER: { description: 'Reads.' },
  } as const,
});

const RIGHTS = {
  read: 'Vehicles and media that are not public; an upload token those of its vehicle.',
  follow: 'What happens to the media of the whole dealership, live.',
  readPolicy: 'What may be uploaded.',
  readUsage: 'Room that media take.',
  upload: 'Sends files; an upload token to its vehicle, as often as it was made for.',
  editMedia: 'Changes, arranges, deletes and restores media.',
  editVehicles: 'Adds, changes and deletes vehicles.',
  registerDocuments: 'Registers queries that clients name by their hash.',
  issueUploadTokens: 'Makes upload tokens, and takes them back.',
  manageKeys: 'Makes API keys and embed keys, and takes them back.',
  manageMembers: 'Invites people, says what they are, and lets them go.',
  readAuditLog: 'Who did what.',
} satisfies Record<RightName, string>;

const constantCase = (name: string): string =>
  name.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase();

export const Right = builder.enumType('Right', {
  description: 'Something that a viewer may do. More may come.',
  values: Object.fromEntries(
    Object.entries(RIGHTS).map(([value, description]) => [
      constantCase(value),
      { value, description },
    ]),
  ) as Record<string, { value: RightName; description: string }>,
});
