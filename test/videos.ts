import type { GraphQLClient } from './graphql-client.ts';
import {
  completeUpload,
  describeFile,
  put,
  readGallery,
  ticketFor,
  type Ticket,
} from './gallery.ts';
import { settledStatus } from './live-client.ts';

export interface VideoDetails {
  kind: string;
  status: string;
  width: number | null;
  height: number | null;
  durationMs: number | null;
  placeholder: string | null;
  errors: { code: string; message: string }[];
  warnings: { code: string; message: string }[];
  preview: { url: string; width: number } | null;
  poster: { url: string; width: number; height: number; format: string } | null;
  renditions: { url: string; width: number }[];
  sources: {
    url: string;
    contentType: string;
    codecs: string;
    width: number;
    height: number;
    byteSize: number;
  }[];
}

/** Null when this client does not see it. */
export async function readVideo(client: GraphQLClient, id: string): Promise<VideoDetails | null> {
  const { node } = await client.expect<{ node: VideoDetails | null }>(
    `query ($id: ID!) {
      node(id: $id) {
        ... on VideoMedia {
          kind status width height durationMs placeholder
          errors { code message } warnings { code message }
          preview { url width } poster { url width height format } renditions { url width }
          sources { url contentType codecs width height byteSize }
        }
      }
    }`,
    { id },
  );
  return node;
}

export const MP4_FILE = { fileName: 'walkaround.mp4', contentType: 'video/mp4' };

/** The ticket, and the bytes sent; completion is the caller's. */
export async function sendVideo(
  staff: GraphQLClient,
  vehicleId: string,
  bytes: Uint8Array,
  more: Record<string, unknown> = {},
): Promise<Ticket> {
  const ticket = await ticketFor(staff, describeFile(vehicleId, bytes, { ...MP4_FILE, ...more }));
  for (const [target, part] of await targetsOf(staff, ticket, bytes)) {
    const response = await put(target, part);
    if (!response.ok) throw new Error(`The store answered ${response.status}`);
  }
  return ticket;
}

type Target = Ticket['target'];

/** Where the bytes go: as one, or in parts. */
async function targetsOf(
  staff: GraphQLClient,
  { id, target }: Ticket,
  bytes: Uint8Array,
): Promise<[Target, Uint8Array][]> {
  if (target.url) return [[target, bytes]];
  const { upload } = await staff.expect<{
    upload: { target: { partSize: number; expiresAt: string; parts: Omit<Target, 'expiresAt'>[] } };
  }>(
    `query ($id: ID!) {
      upload(id: $id) {
        target { ... on MultipartTarget { partSize parts { url headers { name value } } expiresAt } }
      }
    }`,
    { id },
  );
  const { partSize, parts, expiresAt } = upload.target;
  return parts.map((part, index) => [
    { ...part, expiresAt },
    bytes.subarray(index * partSize, (index + 1) * partSize),
  ]);
}

/** Sends a picture as the poster of a video, named by its id or by that of its upload. */
export async function sendPoster(
  staff: GraphQLClient,
  vehicleId: string,
  posterFor: string,
  bytes: Uint8Array,
): Promise<Ticket> {
  const ticket = await ticketFor(staff, describeFile(vehicleId, bytes, { posterFor }));
  await put(ticket.target, bytes);
  const { userErrors } = await completeUpload(staff, ticket.id);
  if (userErrors.length > 0) throw new Error(JSON.stringify(userErrors));
  return ticket;
}

/** Uploads and waits until it is READY or FAILED. */
export async function settleVideo(
  { url, token, staff }: { url: string; token: string; staff: GraphQLClient },
  vehicleId: string,
  bytes: Uint8Array,
): Promise<{ mediaId: string; status: string }> {
  const after = (await readGallery(staff, vehicleId)).mediaCursor;
  const { id, media } = await sendVideo(staff, vehicleId, bytes);
  const { userErrors } = await completeUpload(staff, id);
  if (userErrors.length > 0) throw new Error(JSON.stringify(userErrors));
  const status = await settledStatus({ url, token, vehicleId, after, mediaId: media.id });
  return { mediaId: media.id, status };
}
