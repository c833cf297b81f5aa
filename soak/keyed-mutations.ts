import { v4 as uuid } from 'uuid';
import type { Database } from '../server/db/database.ts';
import { decodeId } from '../server/node-id.ts';
import {
  addVehicle,
  describeFile,
  put,
  readGallery,
  ticketFor,
  uploadPhoto,
  type Ticket,
} from '../test/gallery.ts';
import { KEYED_MEMBERS } from './keyed-members.ts';
import {
  mutation,
  USER_ERRORS,
  type KeyedMutation,
  type Rows,
  type Scene,
} from './keyed-mutation.ts';

const ACCESS_KEYS = `(
  select dealership_id, revoked_at from api_keys
  union all select dealership_id, revoked_at from embed_keys
  union all select dealership_id, revoked_at from upload_tokens
) access_keys`;

export async function countRows({ pool }: Database, dealershipId: string): Promise<Rows> {
  const { rows } = await pool.query<Rows>(
    `select
      (select count(*) from vehicles where dealership_id = $1)::int vehicles,
      (select count(*) from uploads where dealership_id = $1)::int uploads,
      (select count(*) from uploads where dealership_id = $1 and status = 'COMPLETED')::int completed,
      (select count(*) from uploads where dealership_id = $1 and status = 'CANCELLED')::int cancelled,
      (select count(*) from media where dealership_id = $1)::int media,
      (select count(*) from media where dealership_id = $1 and deleted_at is not null)::int deleted,
      (select count(*) from media_jobs where dealership_id = $1)::int jobs,
      (select count(*) from media_events where dealership_id = $1)::int events,
      (select count(*) from ${ACCESS_KEYS} where dealership_id = $1)::int "accessKeys",
      (select count(*) from ${ACCESS_KEYS} where dealership_id = $1 and revoked_at is not null)::int revoked,
      (select count(*) from memberships where dealership_id = $1)::int members,
      (select count(*) from memberships where dealership_id = $1 and role = 'PHOTOGRAPHER')::int photographers,
      (select count(*) from invitations where dealership_id = $1 and revoked_at is null and accepted_at is null)::int invitations,
      (select count(*) from idempotency_keys where dealership_id = $1)::int keys,
      (select coalesce(sum(media_version), 0) from vehicles where dealership_id = $1)::int versions`,
    [dealershipId],
  );
  return rows[0] as Rows;
}

const MEDIA =
  'media { __typename id kind status position alt caption tags groupKey createdAt updatedAt }';
const VEHICLE = 'vehicle { id stockNumber make mediaVersion createdAt updatedAt }';
const ORDER = 'vehicle { id mediaVersion media(first: 10) { nodes { id status position } } }';
const UPLOAD = `upload { id status fileName contentType byteSize expiresAt target {
  __typename ... on PutTarget { url headers { name value } expiresAt } ... on AlreadyStored { existing { id } }
} }`;

const ticket = async ({ shop, picture }: Scene): Promise<Ticket> =>
  ticketFor(shop.client, describeFile(await addVehicle(shop.client), picture));

async function gallery({ shop, picture }: Scene): Promise<{ vehicleId: string; ids: string[] }> {
  const vehicleId = await addVehicle(shop.client);
  const ids: string[] = [];
  for (const alt of ['Front', 'Rear'])
    ids.push(await uploadPhoto(shop.client, vehicleId, picture, { alt }));
  return { vehicleId, ids };
}

async function addEmbedKey({ shop }: Scene): Promise<string> {
  const { createEmbedKey } = await shop.client.expect<{
    createEmbedKey: { embedKey: { id: string } };
  }>(mutation('createEmbedKey', `embedKey { id } ${USER_ERRORS}`), { input: { name: 'Site' } });
  return createEmbedKey.embedKey.id;
}

/** Every mutation that takes a key, by name; one stands twice. Without signUp, whose dealership is not there before. */
export const KEYED_MUTATIONS: Record<string, KeyedMutation> = {
  ...KEYED_MEMBERS,
  upsertVehicle: {
    document: mutation('upsertVehicle', `${VEHICLE} ${USER_ERRORS}`),
    effect: { vehicles: 1 },
    prepare: async () => ({ vehicle: { stockNumber: uuid(), make: 'Halden' } }),
  },
  requestUpload: {
    document: mutation('requestUpload', `${UPLOAD} ${USER_ERRORS}`),
    effect: { uploads: 1, media: 1 },
    prepare: async ({ shop, picture }) => describeFile(await addVehicle(shop.client), picture),
  },
  'requestUpload of stored bytes': {
    document: mutation('requestUpload', `${UPLOAD} ${USER_ERRORS}`),
    effect: { uploads: 1, completed: 1, media: 1, jobs: 1, events: 1, versions: 1 },
    async prepare(scene) {
      const { vehicleId, ids } = await gallery(scene);
      const media = await scene.db.prisma.media.findFirstOrThrow({
        where: { id: decodeId(ids[0] ?? '')?.uuid },
      });
      return describeFile(vehicleId, scene.picture, { sha256: media.originalSha256 });
    },
  },
  requestUploads: {
    document: mutation('requestUploads', `results { ${UPLOAD} ${USER_ERRORS} }`),
    effect: { uploads: 3, media: 3 },
    async prepare({ shop, picture }) {
      const vehicleId = await addVehicle(shop.client);
      return { uploads: Array.from({ length: 3 }, () => describeFile(vehicleId, picture)) };
    },
  },
  refreshUpload: {
    document: mutation('refreshUpload', `${UPLOAD} ${USER_ERRORS}`),
    effect: {},
    prepare: async (scene) => ({ uploadId: (await ticket(scene)).id }),
  },
  completeUpload: {
    document: mutation('completeUpload', `${UPLOAD} ${MEDIA} ${USER_ERRORS}`),
    effect: { completed: 1, jobs: 1, events: 1, versions: 1 },
    async prepare(scene) {
      const { id, target } = await ticket(scene);
      await put(target, scene.picture);
      return { uploadId: id };
    },
  },
  cancelUpload: {
    document: mutation('cancelUpload', `${UPLOAD} ${USER_ERRORS}`),
    effect: { cancelled: 1 },
    prepare: async (scene) => ({ uploadId: (await ticket(scene)).id }),
  },
  updateMedia: {
    document: mutation('updateMedia', `${MEDIA} ${USER_ERRORS}`),
    effect: { events: 1 },
    async prepare(scene) {
      const { ids } = await gallery(scene);
      return { id: ids[0], alt: 'Dashboard', tags: ['inside'] };
    },
  },
  reorderMedia: {
    document: mutation('reorderMedia', `${ORDER} ${USER_ERRORS}`),
    effect: { events: 1, versions: 1 },
    async prepare(scene) {
      const { vehicleId, ids } = await gallery(scene);
      const { mediaVersion } = await readGallery(scene.shop.client, vehicleId);
      return { vehicleId, order: ids.reverse(), expectedVersion: mediaVersion };
    },
  },
  deleteMedia: {
    document: mutation('deleteMedia', `deletedIds ${USER_ERRORS}`),
    effect: { deleted: 2, events: 2, versions: 2 },
    prepare: async (scene) => ({ ids: (await gallery(scene)).ids }),
  },
  restoreMedia: {
    document: mutation('restoreMedia', `${MEDIA} ${USER_ERRORS}`),
    effect: { deleted: -1, events: 1, versions: 1 },
    async prepare(scene) {
      const { ids } = await gallery(scene);
      await scene.shop.client.expect(
        'mutation ($ids: [ID!]!) { deleteMedia(input: { ids: $ids }) { deletedIds } }',
        {
          ids: ids.slice(1),
        },
      );
      return { id: ids[1] };
    },
  },
  retryMedia: {
    document: mutation('retryMedia', `${MEDIA} ${USER_ERRORS}`),
    effect: { jobs: 1, events: 1 },
    async prepare(scene) {
      const { ids } = await gallery(scene);
      const mediaId = decodeId(ids[0] ?? '')?.uuid as string;
      await scene.db.prisma.mediaJob.deleteMany({ where: { mediaId } });
      await scene.db.prisma.media.update({
        where: { id: mediaId },
        data: { status: 'FAILED', errorCode: 'UNREADABLE' },
      });
      return { id: ids[0] };
    },
  },
  deleteVehicle: {
    document: mutation('deleteVehicle', `deletedId ${USER_ERRORS}`),
    effect: { vehicles: -1, events: 1 },
    prepare: async ({ shop }) => ({ id: await addVehicle(shop.client) }),
  },
  createApiKey: {
    document: mutation('createApiKey', `apiKey { id prefix name scopes } key ${USER_ERRORS}`),
    effect: { accessKeys: 1 },
    prepare: async () => ({ name: 'Inventory', scopes: ['VEHICLES_READ'] }),
  },
  revokeApiKey: {
    document: mutation('revokeApiKey', `apiKey { id revokedAt } ${USER_ERRORS}`),
    effect: { revoked: 1 },
    async prepare({ shop }) {
      const { createApiKey } = await shop.client.expect<{
        createApiKey: { apiKey: { id: string } };
      }>(mutation('createApiKey', `apiKey { id } ${USER_ERRORS}`), {
        input: { name: 'Inventory', scopes: ['VEHICLES_READ'] },
      });
      return { id: createApiKey.apiKey.id };
    },
  },
  createEmbedKey: {
    document: mutation('createEmbedKey', `embedKey { id name key origins } ${USER_ERRORS}`),
    effect: { accessKeys: 1 },
    prepare: async () => ({ name: 'Site', origins: ['https://www.dealer.example'] }),
  },
  updateEmbedKey: {
    document: mutation('updateEmbedKey', `embedKey { id name key origins } ${USER_ERRORS}`),
    effect: {},
    prepare: async (scene) => ({ id: await addEmbedKey(scene), origins: [] }),
  },
  revokeEmbedKey: {
    document: mutation('revokeEmbedKey', `embedKey { id revokedAt } ${USER_ERRORS}`),
    effect: { revoked: 1 },
    prepare: async (scene) => ({ id: await addEmbedKey(scene) }),
  },
  createUploadToken: {
    document: mutation(
      'createUploadToken',
      `uploadToken { id maxUploads expiresAt } token ${USER_ERRORS}`,
    ),
    effect: { accessKeys: 1 },
    prepare: async ({ shop }) => ({ vehicleId: await addVehicle(shop.client) }),
  },
  revokeUploadToken: {
    document: mutation('revokeUploadToken', `uploadToken { id revokedAt } ${USER_ERRORS}`),
    effect: { revoked: 1 },
    async prepare({ shop }) {
      const { createUploadToken } = await shop.client.expect<{
        createUploadToken: { uploadToken: { id: string } };
      }>(mutation('createUploadToken', `uploadToken { id } ${USER_ERRORS}`), {
        input: { vehicleId: await addVehicle(shop.client) },
      });
      return { id: createUploadToken.uploadToken.id };
    },
  },
};
