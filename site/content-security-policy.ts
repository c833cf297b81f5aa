export interface PolicyOrigins {
  /** Origins that pictures and videos come from, beside the site's own. */
  imageOrigins: readonly string[];
  /** Origins that presigned uploads go to, beside the site's own. */
  uploadOrigins: readonly string[];
  /** Where visitors reach the site: its WebSocket is named, for browsers whose 'self' leaves it out. */
  publicUrl: string;
}

function origin(address: string): string {
  return new URL(address).origin;
}

function webSocketOrigin(address: string): string {
  return origin(address).replace(/^http/, 'ws');
}

/**
 * The Content-Security-Policy of a page. Staff pages may also send uploads, hash them in a
 * worker that the element's own policy starts, and load a second Lit beside the element's.
 */
export function contentSecurityPolicy(
  audience: 'public' | 'staff',
  { imageOrigins, uploadOrigins, publicUrl }: PolicyOrigins,
): string {
  const images = ["'self'", 'data:', 'blob:', ...imageOrigins.map(origin)];
  const connections = ["'self'", origin(publicUrl), webSocketOrigin(publicUrl)];
  if (audience === 'staff') connections.push(...uploadOrigins.map(origin));
  const directives: Record<string, readonly string[]> = {
    'default-src': ["'none'"],
    'script-src': ["'self'"],
    'style-src': ["'self'"],
    'img-src': images,
    'media-src': images.filter((source) => source !== 'data:'),
    'connect-src': connections,
    'worker-src': audience === 'staff' ? ["'self'", 'blob:'] : ["'none'"],
    'form-action': ["'self'"],
    'base-uri': ["'none'"],
    'frame-ancestors': ["'none'"],
    'require-trusted-types-for': ["'script'"],
    'trusted-types':
      audience === 'staff' ? ['lit-html', 'vehicle-media', "'allow-duplicates'"] : ['lit-html'],
  };
  return Object.entries(directives)
    .map(([name, sources]) => `${name} ${[...new Set(sources)].join(' ')}`)
    .join('; ');
}
