import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { request } from 'node:http';
import { demoAccount } from '../demo/seed.ts';
import { addVehicle, describeFile, put } from '../test/gallery.ts';
import { GraphQLClient } from '../test/graphql-client.ts';

/** A busy server may send a part away; whoever uploads sends it again. */
const PART_TRIES = 3;

type Sendable = Parameters<typeof put>[0];

/** Bytes go to one address, in parts to several, or nowhere: the dealership has them. */
type Target =
  | ({ __typename: 'PutTarget' } & Sendable)
  | {
      __typename: 'MultipartTarget';
      partSize: number;
      parts: (Sendable & { partNumber: number })[];
    }
  | { __typename: 'AlreadyStored' };

export interface Ticket {
  target: Target;
}

/** A photo, or a video, or the poster of one. */
export interface SentPhoto {
  uploadId: string;
  mediaId: string;
  kind: 'photo' | 'video' | 'poster';
  /** Of the bytes, hex. */
  sha256: string;
  expiresAt: number;
  /** Whether the store said that it has the bytes. */
  sent: boolean;
  /** Whether the server said that it has the photo. */
  acknowledged: boolean;
}

/** A member of staff whose server may die at any moment, and what that server has told. */
export class CrashClient {
  photos: SentPhoto[] = [];
  vehicles: string[] = [];
  #staff: GraphQLClient;
  readonly #url: string;
  readonly #token: string;

  private constructor(url: string, token: string) {
    this.#url = url;
    this.#token = token;
    this.#staff = new GraphQLClient(url, token);
  }

  static async logIn(url: string): Promise<CrashClient> {
    const { logIn } = await new GraphQLClient(url).expect<{
      logIn: { session: { token: string } };
    }>(
      'mutation ($email: String!, $password: String!) { logIn(input: { email: $email, password: $password }) { session { token } } }',
      demoAccount,
    );
    return new CrashClient(url, logIn.session.token);
  }

  get staff(): GraphQLClient {
    return this.#staff;
  }

  async addVehicle(): Promise<string> {
    const stockNumber = `CRASH-${Date.now()}-${Math.random().toString(36).slice(2)}`;
    const id = await addVehicle(this.#staff, { stockNumber });
    this.vehicles.push(id);
    return id;
  }

  async deleteVehicle(id: string): Promise<void> {
    await this.#staff.expect(
      'mutation ($id: ID!) { deleteVehicle(input: { id: $id }) { deletedId } }',
      { id },
    );
    this.vehicles = this.vehicles.filter((vehicle) => vehicle !== id);
  }

  async ticket(
    vehicleId: string,
    bytes: Buffer,
    { kind = 'photo', ...more }: SendOptions = {},
  ): Promise<{ photo: SentPhoto; ticket: Ticket }> {
    const { requestUpload } = await this.#staff.expect<{
      requestUpload: {
        upload:
          | (Ticket & { id: string; status: string; expiresAt: string; media: { id: string } })
          | null;
        userErrors: object[];
      };
    }>(
      `mutation ($input: RequestUploadInput!) { requestUpload(input: $input) {
        upload { id status expiresAt media { id } target { __typename
          ... on PutTarget { url headers { name value } expiresAt }
          ... on MultipartTarget { partSize parts { partNumber url headers { name value } } }
        } }
        userErrors { code message }
      } }`,
      {
        input: describeFile(vehicleId, bytes, {
          ...(kind === 'video' && { fileName: 'video.mp4', contentType: 'video/mp4' }),
          ...more,
        }),
      },
    );
    const { upload, userErrors } = requestUpload;
    if (!upload) throw new Error(`No ticket: ${JSON.stringify(userErrors)}`);
    const photo: SentPhoto = {
      uploadId: upload.id,
      mediaId: upload.media.id,
      kind,
      sha256: sha256Of(bytes),
      expiresAt: Date.parse(upload.expiresAt),
      sent: upload.status === 'COMPLETED',
      acknowledged: upload.status === 'COMPLETED',
    };
    this.photos.push(photo);
    return { photo, ticket: upload };
  }

  async complete(photo: SentPhoto): Promise<void> {
    const { completeUpload } = await this.#staff.expect<{
      completeUpload: { upload: { status: string } | null };
    }>(
      'mutation ($id: ID!) { completeUpload(input: { uploadId: $id }) { upload { status } userErrors { code } } }',
      { id: photo.uploadId },
    );
    photo.acknowledged = completeUpload.upload?.status === 'COMPLETED';
  }

  async send(vehicleId: string, bytes: Buffer, options: SendOptions = {}): Promise<SentPhoto> {
    const { photo, ticket } = await this.ticket(vehicleId, bytes, options);
    photo.sent = await deliver(ticket, bytes);
    return photo;
  }

  async upload(vehicleId: string, bytes: Buffer, options: SendOptions = {}): Promise<SentPhoto> {
    const photo = await this.send(vehicleId, bytes, options);
    if (!photo.acknowledged) await this.complete(photo);
    return photo;
  }

  async cancel({ uploadId }: SentPhoto): Promise<void> {
    await this.#staff.expect(
      'mutation ($id: ID!) { cancelUpload(input: { uploadId: $id }) { upload { status } } }',
      { id: uploadId },
    );
  }

  /** Sends so many bytes and then no more; resolves when they have left. */
  async sendSome({ target }: Ticket, bytes: Buffer, count: number): Promise<void> {
    if (target.__typename === 'MultipartTarget') {
      // The last part stays away.
      await deliver({ target: { ...target, parts: target.parts.slice(0, -1) } }, bytes);
      return;
    }
    if (target.__typename !== 'PutTarget') return;
    const headers = Object.fromEntries(target.headers.map(({ name, value }) => [name, value]));
    const call = request(target.url, {
      method: 'PUT',
      headers: { ...headers, 'content-length': bytes.length },
    });
    call.on('error', () => {});
    await new Promise<void>((resolve) => {
      call.write(bytes.subarray(0, count), () => resolve());
    });
  }

  async deleteMedia(mediaId: string): Promise<void> {
    await this.#staff.expect(
      'mutation ($id: ID!) { deleteMedia(input: { ids: [$id] }) { deletedIds } }',
      { id: mediaId },
    );
    this.photos = this.photos.filter((photo) => photo.mediaId !== mediaId);
  }

  /** Reads the events of a vehicle until the server ends. */
  async follow(vehicleId: string): Promise<void> {
    const call = request(`${this.#url}/graphql`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: 'text/event-stream',
        authorization: `Bearer ${this.#token}`,
      },
    });
    call.on('error', () => {});
    call.end(
      JSON.stringify({
        query:
          'subscription ($id: ID!) { vehicleMediaChanged(vehicleId: $id) { __typename cursor } }',
        variables: { id: vehicleId },
      }),
    );
    const [response] = await once(call, 'response');
    response.on('error', () => {});
    response.resume();
  }

  async statusOf(mediaId: string): Promise<MediaState | null> {
    const { node } = await this.#staff.expect<{ node: MediaState | null }>(
      'query ($id: ID!) { node(id: $id) { ... on ImageMedia { status errors { code } renditions { url width } } ... on VideoMedia { status errors { code } renditions { url width } sources { url } } } }',
      { id: mediaId },
    );
    return node;
  }

  async uploadStatus(id: string): Promise<string | null> {
    const { upload } = await this.#staff.expect<{ upload: { status: string } | null }>(
      'query ($id: ID!) { upload(id: $id) { status } }',
      { id },
    );
    return upload?.status ?? null;
  }
}

export interface MediaState {
  status: string;
  errors: { code: string }[];
  renditions: { url: string; width: number }[];
  /** Of a video. */
  sources?: { url: string }[];
}

export interface SendOptions {
  kind?: SentPhoto['kind'];
  /** Said beforehand, so that bytes which are there are not sent. */
  sha256?: string;
  posterFor?: string;
}

export function sha256Of(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}

async function putPart(part: Sendable, bytes: Buffer): Promise<boolean> {
  for (let tries = 1; tries <= PART_TRIES; tries += 1) {
    const response = await put(part, bytes);
    if (response.ok) return true;
    console.error('part refused', response.status, await response.text());
  }
  return false;
}

/** Whether the store said that it has all of it. */
async function deliver({ target }: Ticket, bytes: Buffer): Promise<boolean> {
  if (target.__typename === 'AlreadyStored') return true;
  if (target.__typename === 'PutTarget') return (await put(target, bytes)).ok;
  for (const part of target.parts) {
    const from = (part.partNumber - 1) * target.partSize;
    if (!(await putPart(part, bytes.subarray(from, from + target.partSize)))) return false;
  }
  return true;
}
