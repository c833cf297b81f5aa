import { createHash } from 'node:crypto';
import type { GraphQLClient } from './graphql-client.ts';

let count = 0;

/** Adds a vehicle and resolves to its id. */
export async function addVehicle(
  staff: GraphQLClient,
  fields: Record<string, unknown> = {},
): Promise<string> {
  const { upsertVehicle } = await staff.expect<{
    upsertVehicle: { vehicle: { id: string } | null; userErrors: unknown[] };
  }>(
    `mutation ($vehicle: VehicleFields!) {
      upsertVehicle(input: { vehicle: $vehicle }) { vehicle { id } userErrors { message } }
    }`,
    { vehicle: { stockNumber: `T-${++count}`, make: 'Aurelia', status: 'PUBLISHED', ...fields } },
  );
  if (!upsertVehicle.vehicle) throw new Error(JSON.stringify(upsertVehicle.userErrors));
  return upsertVehicle.vehicle.id;
}

export interface TicketRequest {
  vehicleId: string;
  fileName: string;
  contentType: string;
  byteSize: number;
  md5: string;
  [more: string]: unknown;
}

/** What a client would say of these bytes. */
export function describeFile(
  vehicleId: string,
  bytes: Uint8Array,
  more: Record<string, unknown> = {},
): TicketRequest {
  return {
    vehicleId,
    fileName: 'photo.jpg',
    contentType: 'image/jpeg',
    byteSize: bytes.length,
    md5: createHash('md5').update(bytes).digest('base64'),
    ...more,
  };
}

export interface Refusal {
  __typename: string;
  code: string;
  field: string[] | null;
  [more: string]: unknown;
}

export interface Ticket {
  id: string;
  status: string;
  media: { id: string };
  target: { url: string; headers: { name: string; value: string }[]; expiresAt: string };
}

export async function requestUpload(
  staff: GraphQLClient,
  input: TicketRequest,
): Promise<{ upload: Ticket | null; userErrors: Refusal[] }> {
  const { requestUpload: payload } = await staff.expect<{
    requestUpload: { upload: Ticket | null; userErrors: Refusal[] };
  }>(
    `mutation ($input: RequestUploadInput!) {
      requestUpload(input: $input) {
        upload {
          id status media { id }
          target { ... on PutTarget { url headers { name value } expiresAt } }
        }
        userErrors {
          __typename message code field
          ... on FileTooLargeError { limitBytes actualBytes }
          ... on UnsupportedMediaTypeError { allowed }
          ... on QuotaExceededError { limit usage { total { usedCount reservedCount usedBytes reservedBytes } limitCount limitBytes } }
        }
      }
    }`,
    { input },
  );
  return payload;
}

/** The ticket of a request that must be granted. */
export async function ticketFor(staff: GraphQLClient, input: TicketRequest): Promise<Ticket> {
  const { upload, userErrors } = await requestUpload(staff, input);
  if (!upload) throw new Error(`No ticket: ${JSON.stringify(userErrors)}`);
  return upload;
}

export function put(
  target: Pick<Ticket['target'], 'url' | 'headers'>,
  body: Uint8Array,
  headers = {},
): Promise<Response> {
  return fetch(target.url, {
    method: 'PUT',
    body: body as BodyInit,
    headers: {
      ...Object.fromEntries(target.headers.map(({ name, value }) => [name, value])),
      ...headers,
    },
  });
}

export interface Completion {
  upload: { id: string; status: string } | null;
  media: { id: string; status: string } | null;
  userErrors: Refusal[];
}

export async function completeUpload(
  staff: GraphQLClient,
  uploadId: string,
  sha256?: string,
): Promise<Completion> {
  const { completeUpload: payload } = await staff.expect<{ completeUpload: Completion }>(
    `mutation ($input: CompleteUploadInput!) {
      completeUpload(input: $input) {
        upload { id status } media { id status } userErrors { __typename message code field }
      }
    }`,
    { input: { uploadId, ...(sha256 && { sha256 }) } },
  );
  return payload;
}

/** Ticket, PUT and completion; resolves to the media's id. */
export async function uploadPhoto(
  staff: GraphQLClient,
  vehicleId: string,
  bytes: Uint8Array,
  more: Record<string, unknown> = {},
): Promise<string> {
  const ticket = await ticketFor(staff, describeFile(vehicleId, bytes, more));
  const response = await put(ticket.target, bytes);
  if (!response.ok)
    throw new Error(`The store answered ${response.status} ${await response.text()}`);
  const { media, userErrors } = await completeUpload(staff, ticket.id);
  if (!media) throw new Error(JSON.stringify(userErrors));
  return media.id;
}

export interface GalleryState {
  mediaVersion: number;
  mediaCursor: string;
  media: {
    totalCount: number;
    nodes: { id: string; status: string; position: number; alt: string | null }[];
  };
}

export async function readGallery(client: GraphQLClient, vehicleId: string): Promise<GalleryState> {
  const { vehicle } = await client.expect<{ vehicle: GalleryState | null }>(
    `query ($id: ID!) {
      vehicle(id: $id) {
        mediaVersion mediaCursor media(first: 100) { totalCount nodes { id status position alt } }
      }
    }`,
    { id: vehicleId },
  );
  if (!vehicle) throw new Error('The vehicle is not there');
  return vehicle;
}
