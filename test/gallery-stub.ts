import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { useServer } from 'graphql-ws/use/ws';
import { createSchema, createYoga } from 'graphql-yoga';
import { WebSocketServer } from 'ws';
import type { MediaItem } from '../widget/api/media-item.ts';
import type { VehicleFacts } from '../widget/api/vehicle-facts.ts';

const typeDefs = /* GraphQL */ `
  type Query {
    vehicle(id: ID, vin: String, stockNumber: String, dealership: String): Vehicle
    viewer: Viewer
  }
  type Viewer {
    rights: [String!]!
  }
  type Subscription {
    vehicleMediaChanged(vehicleId: ID!, after: String): MediaEvent!
  }
  type Vehicle {
    id: ID!
    title: String!
    mediaVersion: Int!
    mediaCursor: String!
    vin: String
    stockNumber: String
    year: Int
    make: String
    model: String
    trim: String
    bodyStyle: String
    condition: String
    status: String!
    mileage: Int
    exteriorColor: String
    interiorColor: String
    price: Money
    dealership: Dealership!
    media(first: Int): MediaConnection!
  }
  type Money {
    amount: String!
    currency: String!
  }
  type Dealership {
    name: String!
  }
  type MediaConnection {
    nodes: [Media!]!
  }
  type OriginalFile {
    fileName: String!
  }
  type MediaError {
    code: String!
    message: String!
    retryable: Boolean!
  }
  type ImageRendition {
    url: String!
    width: Int!
    height: Int!
    format: String!
  }
  interface Media {
    id: ID!
    kind: String!
    status: String!
    position: Int!
    alt: String
    caption: String
    groupKey: String
    placeholder: String
    updatedAt: String!
    errors: [MediaError!]!
    warnings: [MediaError!]
    original: OriginalFile
  }
  type ImageMedia implements Media {
    id: ID!
    kind: String!
    status: String!
    position: Int!
    alt: String
    caption: String
    groupKey: String
    placeholder: String
    updatedAt: String!
    errors: [MediaError!]!
    warnings: [MediaError!]
    original: OriginalFile
    width: Int
    height: Int
    renditions: [ImageRendition!]!
  }
  type VideoMedia implements Media {
    id: ID!
    kind: String!
    status: String!
    position: Int!
    alt: String
    caption: String
    groupKey: String
    placeholder: String
    updatedAt: String!
    errors: [MediaError!]!
    warnings: [MediaError!]
    original: OriginalFile
    width: Int
    height: Int
    renditions: [ImageRendition!]!
    durationMs: Int
    sources: [VideoSource!]!
  }
  type VideoSource {
    url: String!
    contentType: String!
    codecs: String
  }
  interface MediaEvent {
    cursor: String!
    vehicleId: ID!
    mediaVersion: Int!
  }
  type MediaAdded implements MediaEvent {
    cursor: String!
    vehicleId: ID!
    mediaVersion: Int!
    media: Media!
  }
  type MediaUpdated implements MediaEvent {
    cursor: String!
    vehicleId: ID!
    mediaVersion: Int!
    media: Media!
  }
  type MediaStatusChanged implements MediaEvent {
    cursor: String!
    vehicleId: ID!
    mediaVersion: Int!
    media: Media!
  }
  type MediaRemoved implements MediaEvent {
    cursor: String!
    vehicleId: ID!
    mediaVersion: Int!
    mediaId: ID!
  }
  type MediaReordered implements MediaEvent {
    cursor: String!
    vehicleId: ID!
    mediaVersion: Int!
    order: [ID!]!
    positions: [Int!]!
  }
  type MediaStreamReset implements MediaEvent {
    cursor: String!
    vehicleId: ID!
    mediaVersion: Int!
    reason: String!
  }
`;

export interface StubEvent {
  readonly __typename: string;
  readonly cursor: string;
  readonly vehicleId: string;
  readonly mediaVersion: number;
  readonly [field: string]: unknown;
}

const aurelia: VehicleFacts = {
  vin: '1M8GDM9AXKP042788',
  stockNumber: 'A-1042',
  year: 2023,
  make: 'Aurelia',
  model: 'Vireo',
  trim: null,
  bodyStyle: 'Sedan',
  condition: 'USED',
  status: 'PUBLISHED',
  mileage: 12_400,
  exteriorColor: 'Red',
  interiorColor: null,
  price: { amount: '23990.00', currency: 'USD' },
  dealership: { name: 'Aurelia of Northport' },
};

/** One vehicle behind the API's names, in memory, whose connections a test can cut. */
export class GalleryStub {
  readonly id = 'VmVoaWNsZTox';
  title = '2023 Aurelia Vireo';
  /** What is told of the vehicle beside its title. */
  facts: VehicleFacts = aurelia;
  mediaVersion = 1;
  media: MediaItem[] = [];
  readonly events: StubEvent[] = [];
  /** What came to the endpoint by HTTP; the body of a GET is put together from its address. */
  readonly requests: { url: URL; body: string; headers: IncomingMessage['headers'] }[] = [];
  /** `connectionParams` of every WebSocket that was let in. */
  readonly connections: unknown[] = [];
  /** Asked before each HTTP answer: the code of a refusal, or null. */
  refuse: (request: IncomingMessage) => string | null = () => null;
  webSockets = true;
  /** Cursors up to here are unknown: a subscription behind them is reset. */
  pruned = 0;
  #wake = new Set<() => void>();
  /** Subscriptions of earlier rounds complete. */
  #round = 0;
  #sockets = new Set<Socket>();
  #webSocketServer = new WebSocketServer({ noServer: true });
  #now = Date.UTC(2026, 0, 1);
  #close: (() => Promise<void>) | undefined;
  readonly #yoga = createYoga({
    schema: createSchema({
      typeDefs,
      resolvers: {
        Query: {
          vehicle: (_root: unknown, key: Record<string, string | null>) =>
            Object.values(key).some((value) => value === 'absent') ? null : this.#snapshot(),
        },
        Subscription: {
          vehicleMediaChanged: {
            subscribe: (_root: unknown, { after }: { after?: string | null }) =>
              this.#follow(after ?? null),
            resolve: (event: StubEvent) => event,
          },
        },
        Media: {
          __resolveType: ({ kind }: MediaItem) => (kind === 'VIDEO' ? 'VideoMedia' : 'ImageMedia'),
        },
      },
    }),
    logging: false,
    graphiql: false,
    cors: false,
    maskedErrors: false,
  });

  /** The cursor behind everything that happened so far. */
  get cursor(): string {
    return String(this.events.length);
  }

  newMedia(fields: Partial<MediaItem> = {}): MediaItem {
    const count = this.media.length + this.events.length;
    return {
      id: `media-${count}`,
      kind: 'IMAGE',
      status: 'READY',
      position: this.media.length,
      alt: null,
      caption: null,
      groupKey: null,
      placeholder: null,
      width: 640,
      height: 480,
      renditions: [],
      updatedAt: this.#time(),
      errors: [],
      original: { fileName: `${count}.jpg` },
      ...fields,
    };
  }

  add(fields: Partial<MediaItem> = {}): MediaItem {
    const media = this.newMedia(fields);
    this.media.push(media);
    this.mediaVersion += 1;
    this.#emit('MediaStatusChanged', { media });
    return media;
  }

  update(id: string, fields: Partial<MediaItem>): void {
    this.media = this.media.map((media) =>
      media.id === id ? { ...media, ...fields, updatedAt: this.#time() } : media,
    );
    this.#emit('MediaUpdated', { media: this.media.find((media) => media.id === id) });
  }

  remove(id: string): void {
    this.media = this.media.filter((media) => media.id !== id);
    this.mediaVersion += 1;
    this.#emit('MediaRemoved', { mediaId: id });
  }

  reorder(order: readonly string[]): void {
    this.media = this.media.map((media) => ({ ...media, position: order.indexOf(media.id) }));
    this.mediaVersion += 1;
    this.#emit('MediaReordered', { order, positions: order.map((_id, index) => index) });
  }

  /** In gallery order, as a reader has it. */
  get order(): string[] {
    return this.media
      .toSorted((a, b) => a.position - b.position || (a.id < b.id ? -1 : 1))
      .map(({ id }) => id);
  }

  /** Forgets everything, as if nothing had happened yet. */
  reset(): void {
    this.cut();
    this.media = [];
    this.events.length = this.requests.length = this.connections.length = 0;
    this.mediaVersion = 1;
    this.facts = aurelia;
    this.pruned = 0;
    this.webSockets = true;
    this.refuse = () => null;
    this.#wake.clear();
  }

  /** Completes every subscription, as a server does that is about to stop. */
  end(): void {
    this.#round += 1;
    for (const wake of this.#wake) wake();
  }

  /** Cuts every open connection, without a word to the other side. */
  cut(): void {
    for (const client of this.#webSocketServer.clients) client.terminate();
    for (const socket of this.#sockets) socket.destroy();
  }

  handle(request: IncomingMessage, response: ServerResponse): void {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const url = new URL(request.url ?? '', 'http://stub');
      const body =
        request.method === 'GET'
          ? JSON.stringify({
              query: url.searchParams.get('query'),
              variables: JSON.parse(url.searchParams.get('variables') ?? '{}') as unknown,
            })
          : Buffer.concat(chunks).toString();
      this.requests.push({ url, body, headers: request.headers });
      const refusal = this.refuse(request);
      if (refusal) {
        response.writeHead(200, { 'content-type': 'application/json' });
        response.end(
          JSON.stringify({ errors: [{ message: 'No.', extensions: { code: refusal } }] }),
        );
        return;
      }
      const parsed = new Request(new URL(url.pathname, url), {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          accept: request.headers.accept ?? 'application/json',
        },
        body,
      });
      void this.#answer(parsed, response);
    });
  }

  async #answer(request: Request, response: ServerResponse): Promise<void> {
    const answer = await this.#yoga.fetch(request);
    response.writeHead(answer.status, Object.fromEntries(answer.headers));
    if (!answer.body) return void response.end();
    const reader = answer.body.getReader();
    response.on('close', () => void reader.cancel());
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      response.write(value);
    }
    response.end();
  }

  /** Answers on a port of its own, or with `server` on that one's. Resolves to the endpoint. */
  async listen(server = createServer((request, response) => this.handle(request, response))) {
    server.on('connection', (socket: Socket) => {
      this.#sockets.add(socket);
      socket.on('close', () => this.#sockets.delete(socket));
    });
    server.on('upgrade', (request, socket, head) => {
      if (!this.webSockets) return void socket.destroy();
      this.#webSocketServer.handleUpgrade(request, socket, head, (webSocket) =>
        this.#webSocketServer.emit('connection', webSocket, request),
      );
    });
    useServer(
      {
        schema: this.#yoga.getEnveloped().schema,
        onConnect: ({ connectionParams }) => {
          this.connections.push(connectionParams);
        },
      },
      this.#webSocketServer,
    );
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    this.#close = async () => {
      this.cut();
      await new Promise((resolve) => server.close(resolve));
    };
    const { port } = server.address() as AddressInfo;
    return `http://127.0.0.1:${port}/graphql`;
  }

  async close(): Promise<void> {
    await this.#close?.();
  }

  #time(): string {
    return new Date((this.#now += 1000)).toISOString();
  }

  #snapshot() {
    const nodes = this.order.map((id) => this.media.find((media) => media.id === id));
    return {
      id: this.id,
      title: this.title,
      ...this.facts,
      mediaVersion: this.mediaVersion,
      mediaCursor: this.cursor,
      media: { nodes },
    };
  }

  #emit(type: string, fields: Record<string, unknown>): void {
    this.events.push({
      __typename: type,
      cursor: String(this.events.length + 1),
      vehicleId: this.id,
      mediaVersion: this.mediaVersion,
      ...fields,
    });
    for (const wake of this.#wake) wake();
  }

  async *#follow(after: string | null): AsyncGenerator<StubEvent> {
    const round = this.#round;
    let next = after === null ? this.events.length : Number(after);
    if (next < this.pruned) {
      yield {
        __typename: 'MediaStreamReset',
        cursor: this.cursor,
        vehicleId: this.id,
        mediaVersion: this.mediaVersion,
        reason: 'EXPIRED',
      };
      next = this.events.length;
    }
    while (round === this.#round) {
      const event = this.events[next];
      if (event) {
        next += 1;
        yield event;
        continue;
      }
      await new Promise<void>((resolve) => {
        const wake = (): void => {
          this.#wake.delete(wake);
          resolve();
        };
        this.#wake.add(wake);
      });
    }
  }
}
