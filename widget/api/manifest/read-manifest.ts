import { ApiError, type ApiErrorCode } from '../api-error.ts';
import type { VehicleSnapshot } from '../read-vehicle.ts';
import { parseManifest } from './parse-manifest.ts';

const statusCodes: Readonly<Record<number, ApiErrorCode>> = {
  401: 'FORBIDDEN',
  403: 'FORBIDDEN',
  404: 'NOT_FOUND',
  410: 'NOT_FOUND',
  429: 'RATE_LIMITED',
};

/**
 * Reads a vehicle from a static JSON document: one plain GET, which any cache
 * may answer and no page has to ask leave for.
 *
 * @throws ApiError, `BAD_MANIFEST` when it is not one; AbortError when `signal` fires.
 */
export async function readManifest(
  url: string,
  signal: AbortSignal,
  cache: RequestCache,
): Promise<VehicleSnapshot> {
  let response: Response;
  let body: string;
  try {
    response = await fetch(url, { credentials: 'omit', cache, signal });
    body = await response.text();
  } catch (cause) {
    if (signal.aborted) throw signal.reason;
    throw new ApiError('NETWORK', 'The manifest did not arrive.', { cause });
  }
  if (!response.ok) {
    throw new ApiError(
      statusCodes[response.status] ?? 'SERVER',
      `The server answered ${response.status} for the manifest.`,
      { retryAfterSeconds: Number(response.headers.get('retry-after')) || null },
    );
  }
  let manifest: unknown;
  try {
    manifest = JSON.parse(body);
  } catch (cause) {
    throw new ApiError('BAD_MANIFEST', 'The manifest is not JSON.', { cause });
  }
  return parseManifest(manifest, response.url || url);
}
