import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { request } from 'node:http';
import { demoAccount } from '../demo/seed.ts';
import { addVehicle, describeFile, put, type Ticket } from '../test/gallery.ts';
import { GraphQLClient } from '../test/graphql-client.ts';

export interface SentPhoto {
  uploadId: string;
  mediaId: string;
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

  async ticket(vehicleId: string, bytes: Buffer): Promise<{ photo: SentPhoto; ticket: Ticket }> {
    const { requestUpload } = await this.#staff.expect<{
      requestUpload: { upload: (Ticket & { expiresAt: string }) | null; userErrors: object[] };
    }>(
      `mutation ($input: RequestUploadInput!) { requestUpload(input: $input) {
        upload { id status expiresAt media { id } target { ... on PutTarget { url headers { name value } expiresAt } } }
        userErrors { code message }
      } }`,
      { input: describeFile(vehicleId, bytes) },
    );
    const { upload, userErrors } = requestUpload;
    if (!upload) throw new Error(`No ticket: ${JSON.stringify(userErrors)}`);
    const photo: SentPhoto = {
      uploadId: upload.id,
      mediaId: upload.media.id,
      sha256: createHash('sha256').update(bytes).digest('hex'),
      expiresAt: Date.parse(upload.expiresAt),
      sent: false,
      acknowledged: false,
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

  async send(vehicleId: string, bytes: Buffer): Promise<SentPhoto> {
    const { photo, ticket } = await this.ticket(vehicleId, bytes);
    photo.sent = (await put(ticket.target, bytes)).ok;
    return photo;
  }

  async upload(vehicleId: string, bytes: Buffer): Promise<SentPhoto> {
    const photo = await this.send(vehicleId, bytes);
    await this.complete(photo);
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
      'query ($id: ID!) { node(id: $id) { ... on ImageMedia { status errors { code } renditions { url width } } } }',
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
}
