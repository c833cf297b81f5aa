import { partName, type DealerStore } from './dealer-store.ts';

interface Media {
  id: string;
  kind: 'IMAGE';
  status: string;
  position: number;
  alt: string | null;
  caption: null;
  placeholder: null;
  updatedAt: string;
  errors: { code: string; message: string; retryable: boolean }[];
  original: { fileName: string };
  width: number | null;
  height: number | null;
  renditions: { url: string; width: number; height: number; format: 'JPEG' }[];
}

interface Upload {
  id: string;
  mediaId: string;
  /** The order of the tickets is the order of the gallery. */
  position: number;
  status: 'AWAITING_BYTES' | 'COMPLETED' | 'CANCELLED';
  fileName: string;
  /** Of another media with the same bytes. */
  existing?: string;
  request: {
    sha256?: string;
    byteSize: number;
    contentType: string;
    md5: string;
    clientRef: string;
    idempotencyKey: string;
    posterFor?: string;
  };
}

type Input = Record<string, never>;

/** One vehicle's side of the API, in memory, as the contract has it. */
export class DealerApi {
  /** Who is logged in. */
  userId = 'user';
  readonly uploads = new Map<string, Upload>();
  media: Media[] = [];
  mediaVersion = 1;
  /** Names of the mutations, in the order they came. */
  readonly calls: string[] = [];
  /** Sizes of the `requestUploads` batches. */
  readonly batches: number[] = [];
  /** Asked before each mutation: a `userErrors` entry, or null to go on. */
  refuse: (name: string, input: Input) => { code: string; message: string } | null = () => null;
  /** Files of more than two parts are sent in parts of so many bytes. */
  partSize = Infinity;
  /** Addresses in one answer, at most. */
  partsAtOnce = 100;
  /** How long addresses hold, in milliseconds. */
  addressMs = 900_000;
  /** What becomes of media that arrive. */
  onArrival: (media: Media) => void = (media) => this.finish(media.id);
  #store: DealerStore;
  #deleted = new Map<string, Media>();
  #serial = 0;

  constructor(store: DealerStore) {
    this.#store = store;
  }

  /** Adds a picture that is READY already. */
  seed(fileName: string, url: string, width: number, height: number): Media {
    const media = this.#newMedia(fileName);
    media.renditions = [{ url, width, height, format: 'JPEG' }];
    Object.assign(media, { status: 'READY', width, height });
    this.media.push(media);
    return media;
  }

  finish(mediaId: string): void {
    const media = this.media.find(({ id }) => id === mediaId);
    if (media) Object.assign(media, { status: 'READY', width: 4, height: 3 });
  }

  execute(query: string, variables: { input: Input }): unknown {
    const name = /\{\s*(\w+)/.exec(query)?.[1] ?? '';
    if (name === 'vehicle') return { vehicle: this.#vehicle() };
    if (name === 'viewer') return this.#openUploads();
    const { input } = variables;
    this.calls.push(name);
    const refused = this.refuse(name, input);
    if (refused) return { [name]: { userErrors: [refused] } };
    return { [name]: this.#mutate(name, input) };
  }

  #mutate(name: string, input: Input): unknown {
    const {
      uploads: requests,
      uploadId,
      partNumbers,
      id,
      ids,
      alt,
    } = input as unknown as {
      uploads: ({ fileName: string } & Upload['request'])[];
      uploadId: string;
      partNumbers?: number[];
      id: string;
      ids: string[];
      alt: string;
    };
    if (name === 'requestUploads') {
      this.batches.push(requests.length);
      return { results: requests.map((request) => this.#ticket(request)) };
    }
    const upload = this.uploads.get(uploadId);
    if (name === 'refreshUpload') return upload ? this.#answer(upload, partNumbers) : notFound;
    if (name === 'cancelUpload') {
      if (upload?.status === 'AWAITING_BYTES') upload.status = 'CANCELLED';
      return { userErrors: [] };
    }
    if (name === 'completeUpload') return upload ? this.#complete(upload) : notFound;
    if (name === 'reorderMedia') return this.#reorder(input);
    if (name === 'deleteMedia') return this.#delete(ids);
    if (name === 'restoreMedia') return this.#restore(id);
    const media = this.media.find((item) => item.id === id);
    if (!media) return notFound;
    if (name === 'updateMedia') Object.assign(media, { alt: alt || null, updatedAt: this.#time() });
    if (name === 'retryMedia') {
      Object.assign(media, { status: 'PROCESSING', errors: [], updatedAt: this.#time() });
      this.onArrival(media);
    }
    return this.#mediaPayload(media);
  }

  #openUploads(): unknown {
    const open = [...this.uploads.values()].filter(({ status }) => status === 'AWAITING_BYTES');
    return {
      viewer: { user: { id: this.userId }, dealership: { id: 'dealership' } },
      openUploads: open.map((upload) => this.#answer(upload).upload),
    };
  }

  #ticket(request: { fileName: string } & Upload['request']): unknown {
    const { idempotencyKey: key } = request;
    const granted = [...this.uploads.values()].find((each) => each.request.idempotencyKey === key);
    if (granted) return this.#answer(granted);
    this.#serial += 1;
    const upload: Upload = {
      id: `upload-${this.#serial}`,
      mediaId: request.posterFor ?? `media-${this.#serial}`,
      position: this.#nextPosition(),
      status: 'AWAITING_BYTES',
      fileName: request.fileName,
      request,
    };
    const twin = [...this.uploads.values()].find(
      (other) => other.status === 'COMPLETED' && other.request.sha256 === request.sha256,
    );
    this.uploads.set(upload.id, upload);
    if (request.sha256 && twin && !request.posterFor) {
      upload.existing = twin.mediaId;
      this.#arrive(upload);
    }
    return this.#answer(upload);
  }

  #answer(upload: Upload, partNumbers?: number[]): { upload: unknown; userErrors: [] } {
    const { existing, id, fileName, mediaId, request, status } = upload;
    const waiting = status === 'AWAITING_BYTES';
    const expiresAt = new Date(Date.now() + this.addressMs).toISOString();
    const grant = { key: id, fileName, ...request };
    const target = this.#partCount(upload)
      ? { __typename: 'MultipartTarget', ...this.#parts(upload, partNumbers), expiresAt }
      : { __typename: 'PutTarget', ...this.#store.grant(grant, (this.#serial += 1)), expiresAt };
    return {
      upload: {
        id,
        clientRef: request.clientRef,
        status,
        media: { id: mediaId },
        target: waiting
          ? target
          : existing
            ? { __typename: 'AlreadyStored', existing: { id: existing } }
            : null,
      },
      userErrors: [],
    };
  }

  /** 0 for a file that is sent whole. */
  #partCount({ request: { byteSize } }: Upload): number {
    return byteSize > 2 * this.partSize ? Math.ceil(byteSize / this.partSize) : 0;
  }

  #parts(upload: Upload, asked?: number[]): object {
    const { id: key, fileName, request } = upload;
    const { partSize } = this;
    const partCount = this.#partCount(upload);
    const numbers = Array.from({ length: partCount }, (_, index) => index + 1);
    const isStored = (partNumber: number): boolean =>
      this.#store.stored.has(partName(key, partNumber));
    const left = numbers.filter((partNumber) => !isStored(partNumber));
    const parts = (asked ?? left).slice(0, this.partsAtOnce).map((partNumber) => {
      const byteSize = Math.min(partSize, request.byteSize - (partNumber - 1) * partSize);
      const grant = { key, fileName, byteSize, partNumber };
      return { partNumber, ...this.#store.grant(grant, (this.#serial += 1)) };
    });
    return { partSize, partCount, storedParts: numbers.filter(isStored), parts };
  }

  #complete(upload: Upload): unknown {
    const present = this.media.find(({ id }) => id === upload.mediaId);
    if (present && (upload.status === 'COMPLETED' || !upload.request.posterFor))
      return this.#mediaPayload(present);
    if (upload.status === 'CANCELLED') return failed('UPLOAD_CANCELLED');
    const parts = this.#partCount(upload);
    if (parts > 0) this.#store.join(upload.id, parts);
    if (!this.#store.stored.has(upload.id)) return failed('BYTES_MISSING');
    return this.#arrive(upload);
  }

  #arrive(upload: Upload): unknown {
    upload.status = 'COMPLETED';
    const { mediaId: id, position } = upload;
    const video = this.media.find((other) => other.id === id);
    if (video) {
      const size = { width: 4, height: 3 };
      video.renditions = [{ url: 'about:blank', ...size, format: 'JPEG' }];
      return this.#mediaPayload(video);
    }
    const media = { ...this.#newMedia(upload.fileName), id, position };
    const twin = this.media.find((other) => other.id === upload.existing);
    if (twin) media.renditions = twin.renditions;
    this.media = [...this.media, media].sort((a, b) => a.position - b.position);
    this.mediaVersion += 1;
    this.onArrival(media);
    return this.#mediaPayload({ ...media });
  }

  #reorder(input: Input): unknown {
    const { order, expectedVersion } = input as unknown as {
      order: string[];
      expectedVersion: number;
    };
    if (expectedVersion !== this.mediaVersion) {
      return {
        userErrors: [
          {
            __typename: 'VersionConflictError',
            code: 'VERSION_CONFLICT',
            message: 'The gallery changed.',
            currentVersion: this.mediaVersion,
            currentOrder: this.media.map(({ id }) => id),
          },
        ],
      };
    }
    const known = new Map(this.media.map((media) => [media.id, media]));
    if (order.length !== known.size || order.some((id) => !known.has(id))) {
      return failed('INVALID_INPUT');
    }
    this.media = order.map((id) => known.get(id) as Media);
    this.mediaVersion += 1;
    this.#renumber();
    return { vehicle: { id: 'vehicle', mediaVersion: this.mediaVersion }, userErrors: [] };
  }

  #delete(ids: readonly string[]): unknown {
    const gone = this.media.filter(({ id }) => ids.includes(id));
    for (const media of gone) this.#deleted.set(media.id, media);
    this.media = this.media.filter(({ id }) => !ids.includes(id));
    if (gone.length > 0) this.mediaVersion += 1;
    return {
      deletedIds: gone.map(({ id }) => id),
      userErrors: gone.length > 0 ? [] : notFound.userErrors,
    };
  }

  #restore(id: string): unknown {
    const media = this.#deleted.get(id);
    if (!media) return notFound;
    this.#deleted.delete(id);
    this.media = [...this.media, media].sort((a, b) => a.position - b.position);
    this.mediaVersion += 1;
    return this.#mediaPayload(media);
  }

  #renumber(): void {
    for (const [index, media] of this.media.entries()) media.position = index;
  }

  #newMedia(fileName: string): Media {
    this.#serial += 1;
    return {
      id: `media-${this.#serial}`,
      kind: 'IMAGE',
      status: 'PROCESSING',
      position: this.#nextPosition(),
      alt: null,
      caption: null,
      placeholder: null,
      updatedAt: this.#time(),
      errors: [],
      original: { fileName },
      width: null,
      height: null,
      renditions: [],
    };
  }

  #nextPosition(): number {
    const places = [...this.media, ...this.uploads.values()].map(({ position }) => position);
    return Math.max(-1, ...places) + 1;
  }

  #time(): string {
    return new Date(Date.UTC(2026, 0, 1) + (this.#serial += 1)).toISOString();
  }

  #vehicle(): unknown {
    return {
      id: 'vehicle',
      title: '2019 Example Roadster',
      mediaVersion: this.mediaVersion,
      mediaCursor: null,
      media: { nodes: this.media },
    };
  }

  #mediaPayload(media: Media): unknown {
    return { media: { ...media, vehicle: { mediaVersion: this.mediaVersion } }, userErrors: [] };
  }
}

const failed = (code: string) => ({ userErrors: [{ code, message: `Refused: ${code}.` }] });
const notFound = failed('NOT_FOUND');
