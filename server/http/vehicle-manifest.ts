import { createHash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';

export interface VehicleManifestOptions {
  /** Executes a GraphQL document in process as nobody in particular. */
  execute(document: string, variables: Record<string, unknown>): Promise<Answer>;
}

interface Answer {
  data?: unknown;
  errors?: readonly { message: string; extensions?: Record<string, unknown> }[];
}

const PATH = /^\/embed\/vehicles\/([\w-]+)\.json$/;
const METHODS = ['GET', 'HEAD'];

/** A minute of any cache, then once more what it has while it asks again. */
const CACHE_CONTROL = 'public, max-age=60, stale-while-revalidate=600';

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
 * `/embed/vehicles/{id}.json`: a vehicle as visitors see it, for pages of any
 * origin and for caches; false when the path is not its own.
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
    const { data, errors } = await execute(VEHICLE_MANIFEST, { id });
    const isThere = (data as { vehicle: object | null } | null | undefined)?.vehicle != null;
    if (errors?.length || !isThere) {
      const status = errors?.length ? 503 : 404;
      res.writeHead(status, { 'cache-control': 'no-store' }).end();
      return true;
    }
    const body = Buffer.from(JSON.stringify(data));
    const etag = `"${createHash('sha256').update(body).digest('base64url')}"`;
    res.setHeader('cache-control', CACHE_CONTROL);
    res.setHeader('etag', etag);
    if (isKnown(req.headers['if-none-match'], etag)) {
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

/** Whether a list of entity tags has this one; a proxy may have weakened it. */
function isKnown(ifNoneMatch: string | undefined, etag: string): boolean {
  const tags = ifNoneMatch?.split(',').map((tag) => tag.trim().replace(/^W\//, '')) ?? [];
  return tags.includes(etag) || tags.includes('*');
}
