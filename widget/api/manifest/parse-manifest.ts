import { ApiError } from '../api-error.ts';
import type {
  ImageFormat,
  ImageRendition,
  MediaItem,
  MediaKind,
  VideoSource,
} from '../media-item.ts';
import type { VehicleSnapshot } from '../read-vehicle.ts';
import type { VehicleFacts } from '../vehicle-facts.ts';
import { webAddress } from '../web-address.ts';

type Fields = Readonly<Record<string, unknown>>;

const formats = ['WEBP', 'JPEG', 'AVIF'] as const satisfies readonly ImageFormat[];
const kinds = ['IMAGE', 'VIDEO'] as const satisfies readonly MediaKind[];
const conditions = ['NEW', 'USED', 'CERTIFIED'] as const;
const statuses = ['PUBLISHED', 'SOLD', 'DRAFT', 'ARCHIVED'] as const;

/**
 * A vehicle from a manifest: the `data` of a GraphQL answer, or the answer
 * itself. Only what a photo cannot be shown without has to be there.
 * `url` is where it came from: the base of its addresses.
 *
 * @throws ApiError, `BAD_MANIFEST` with the place that is wrong, or `NOT_FOUND` when it holds no vehicle.
 */
export function parseManifest(manifest: unknown, url: string): VehicleSnapshot {
  const answer = fields(manifest, 'The manifest');
  const data = 'data' in answer ? fields(answer['data'], 'data') : answer;
  if (data['vehicle'] === null) throw new ApiError('NOT_FOUND', 'The manifest has no vehicle.');
  const vehicle = fields(data['vehicle'], 'vehicle');
  const media = list(fields(vehicle['media'], 'media')['nodes'], 'media.nodes');
  return {
    id: text(vehicle['id'], 'id') ?? url,
    title: text(vehicle['title'], 'title'),
    mediaVersion: number(vehicle['mediaVersion'], 'mediaVersion') ?? 0,
    // There is no feed behind a file.
    mediaCursor: null,
    media: media.map((item, index) => mediaItem(item, index, url)),
    ...facts(vehicle),
  };
}

function mediaItem(value: unknown, index: number, base: string): MediaItem {
  const at = `media.nodes[${index}]`;
  const item = fields(value, at);
  return {
    id: text(item['id'], `${at}.id`) ?? String(index),
    kind: choice(item['kind'] ?? 'IMAGE', `${at}.kind`, kinds),
    status: 'READY',
    position: index,
    alt: text(item['alt'], `${at}.alt`),
    caption: text(item['caption'], `${at}.caption`),
    groupKey: text(item['groupKey'], `${at}.groupKey`),
    placeholder: text(item['placeholder'], `${at}.placeholder`),
    width: number(item['width'], `${at}.width`),
    height: number(item['height'], `${at}.height`),
    renditions: list(item['renditions'] ?? [], `${at}.renditions`).map((rendition, place) =>
      imageRendition(rendition, `${at}.renditions[${place}]`, base),
    ),
    sources: list(item['sources'] ?? [], `${at}.sources`).map((source, place) =>
      videoSource(source, `${at}.sources[${place}]`, base),
    ),
    durationMs: number(item['durationMs'], `${at}.durationMs`),
    updatedAt: text(item['updatedAt'], `${at}.updatedAt`) ?? '',
  };
}

function imageRendition(value: unknown, at: string, base: string): ImageRendition {
  const { url, width, height, format } = fields(value, at);
  return {
    url: address(url, `${at}.url`, base),
    width: number(width, `${at}.width`) ?? wrong(`${at}.width`, 'a number of pixels'),
    height: number(height, `${at}.height`) ?? wrong(`${at}.height`, 'a number of pixels'),
    format: choice(format, `${at}.format`, formats),
  };
}

function videoSource(value: unknown, at: string, base: string): VideoSource {
  const { url, contentType, codecs } = fields(value, at);
  return {
    url: address(url, `${at}.url`, base),
    contentType: text(contentType, `${at}.contentType`) ?? 'video/mp4',
    codecs: text(codecs, `${at}.codecs`),
  };
}

function facts(vehicle: Fields): Partial<VehicleFacts> {
  const price = vehicle['price'] == null ? null : fields(vehicle['price'], 'price');
  const dealership =
    vehicle['dealership'] == null ? null : fields(vehicle['dealership'], 'dealership');
  const word = (name: string): string | null => text(vehicle[name], name);
  return {
    vin: word('vin'),
    stockNumber: word('stockNumber'),
    year: number(vehicle['year'], 'year'),
    make: word('make'),
    model: word('model'),
    trim: word('trim'),
    bodyStyle: word('bodyStyle'),
    condition: choice(vehicle['condition'] ?? null, 'condition', [null, ...conditions]),
    status: choice(vehicle['status'] ?? 'PUBLISHED', 'status', statuses),
    mileage: number(vehicle['mileage'], 'mileage'),
    exteriorColor: word('exteriorColor'),
    interiorColor: word('interiorColor'),
    price: price && {
      amount: text(price['amount'], 'price.amount') ?? '',
      currency: text(price['currency'], 'price.currency') ?? '',
    },
    dealership: dealership && { name: text(dealership['name'], 'dealership.name') ?? '' },
  };
}

function fields(value: unknown, at: string): Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Fields)
    : wrong(at, 'an object');
}

function address(value: unknown, at: string, base: string): string {
  const url = text(value, at);
  return (url ? webAddress(url, base) : null) ?? wrong(at, 'an address');
}

function choice<T>(value: unknown, at: string, choices: readonly T[]): T {
  const chosen = choices.find((known) => known === value);
  return chosen === undefined ? wrong(at, choices.filter(Boolean).join(', ')) : chosen;
}

function list(value: unknown, at: string): readonly unknown[] {
  return Array.isArray(value) ? value : wrong(at, 'a list');
}

function text(value: unknown, at: string): string | null {
  if (value === null || value === undefined) return null;
  return typeof value === 'string' ? value : wrong(at, 'a text');
}

function number(value: unknown, at: string): number | null {
  if (value === null || value === undefined) return null;
  return typeof value === 'number' ? value : wrong(at, 'a number');
}

function wrong(at: string, wanted: string): never {
  throw new ApiError('BAD_MANIFEST', `${at} is not ${wanted}.`);
}
