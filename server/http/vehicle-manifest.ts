import type { IncomingMessage, ServerResponse } from 'node:http';
import { entityTag, isKnownTag } from './entity-tag.ts';

export interface VehicleManifestOptions {
  /** Executes a GraphQL document in process as nobody in particular, or as the page that shows an embed key with these headers. */
  execute(
    document: string,
    variables: Record<string, unknown>,
    headers: Readonly<Record<string, string>>,
  ): Promise<Answer>;
}

interface Answer {
  data?: unknown;
  errors?: readonly { message: string; extensions?: Record<string, unknown> }[];
}

const PATH = /^\/embed\/vehicles\/([\w-]+)\.json$/;
const METHODS = ['GET', 'HEAD'];

/** A minute of any cache, then for half of one what it has while it asks again. */
const CACHE_CONTROL = 'public, max-age=60, stale-while-revalidate=30';

/** What the `src` of a `<vehicle-media>` reads; docs/embedding.md describes it. */
const VEHICLE_MANIFEST = /* GraphQL */ `
  query VehicleManifest($id: ID!) {
    vehicle(id: $id) {
      id
      title
      vin
      stockNumber
      year
      make
      model
      trim
      bodyStyle
      condition
      status
      mileage
      exteriorColor
      interiorColor
      price {
        amount
        currency
      }
      dealership {
        name
      }
      mediaVersion
      media(first: 100) {
        nodes {
          id
          kind
          alt
          caption
          groupKey
          placeholder
          ... on ImageMedia {
            width
            height
            renditions {
              url
              width
              height
              format
            }
          }
          ... on VideoMedia {
            width
            height
            durationMs
            renditions {
              url
              width
              height
              format
            }
            sources {
              url
              contentType
              codecs
            }
          }
        }
      }
    }
  }
`;

/**
 * `/embed/vehicles/{id}.json`: a vehicle as visitors see it, or pages with an
 * embed key, for any origin that the key allows and for caches; false when the path is not its own.
 */
export function createVehicleManifest({ execute }: VehicleManifestOptions) {
  return async (req: IncomingMessage, res: ServerResponse): Promise<boolean> => {
    const id = PATH.exec(req.url?.split('?')[0] ?? '')?.[1];
    if (id === undefined) return false;
    res.setHeader('access-control-allow-origin', '*');
    res.setHeader('cross-origin-resource-policy', 'cross-origin');
    res.setHeader('x-content-type-options', 'nosniff');
    if (!METHODS.includes(req.method ?? '')) {
      res.writeHead(405, { allow: METHODS.join(', ') }).end();
      return true;
    }
    res.setHeader('vary', 'x-embed-key, origin, referer');
    const { data, errors } = await execute(VEHICLE_MANIFEST, { id }, embeddingOf(req));
    const isThere = (data as { vehicle: object | null } | null | undefined)?.vehicle != null;
    if (errors?.length || !isThere) {
      const refused = errors?.find(({ extensions }) => extensions?.['code'] === 'UNAUTHENTICATED');
      const status = errors?.length ? 503 : 404;
      res.writeHead(refused ? 401 : status, { 'cache-control': 'no-store' });
      res.end(refused?.message);
      return true;
    }
    const body = Buffer.from(JSON.stringify(data));
    const etag = entityTag(body);
    res.setHeader('cache-control', CACHE_CONTROL);
    res.setHeader('etag', etag);
    if (isKnownTag(req.headers['if-none-match'], etag)) {
      res.writeHead(304).end();
      return true;
    }
    res.writeHead(200, {
      'content-type': 'application/json; charset=utf-8',
      'content-length': body.length,
    });
    res.end(req.method === 'HEAD' ? undefined : body);
    return true;
  };
}

/** What a request says of the page that asks: its embed key, also as `?key=`, and its origin. */
function embeddingOf({ url = '/', headers }: IncomingMessage): Record<string, string> {
  const keys = new URL(url, 'http://forecourt').searchParams.getAll('key');
  const said: Record<string, string | string[] | undefined> = {
    'x-embed-key': keys.length > 0 ? keys.join() : headers['x-embed-key'],
    origin: headers.origin,
    referer: headers.referer,
  };
  return Object.fromEntries(
    Object.entries(said).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, value.toString()]],
    ),
  );
}
