import { isAsyncIterable, type Plugin } from 'graphql-yoga';
import type { Context } from '../context.ts';

/** Long enough to answer a rush of visitors once, too short to be seen. */
const CACHE_CONTROL = 'public, max-age=2';

/** What answers to a GET say of caches: whether it is whole and a visitor's decides. */
export function cacheHeaders(
  isPublic: boolean,
  perOrigin: boolean,
): { vary: string; 'cache-control': string } {
  const vary = 'authorization, x-embed-key, accept';
  return {
    vary: perOrigin ? `${vary}, origin, referer` : vary,
    'cache-control': isPublic ? CACHE_CONTROL : 'no-store',
  };
}

/** Lets any cache keep for a moment what visitors ask by GET; what depends on who asks says so. */
export function useVisitorCache(): Plugin<Context> {
  const cacheable = new WeakSet<Request>();
  const perOrigin = new WeakSet<Request>();
  return {
    onExecute: ({ args }) => ({
      onExecuteDone({ result }) {
        // Over a WebSocket there is none.
        const { request, viewer } = args.contextValue as Context & { request?: Request };
        const whole = !isAsyncIterable(result) && !result.errors;
        if (whole && request?.method === 'GET' && viewer.kind === 'visitor') {
          cacheable.add(request);
          if (viewer.perOrigin) perOrigin.add(request);
        }
      },
    }),
    onResponse({ request, response }) {
      if (request.method !== 'GET') return;
      const headers = cacheHeaders(cacheable.has(request), perOrigin.has(request));
      response.headers.append('vary', headers.vary);
      response.headers.set('cache-control', headers['cache-control']);
    },
  };
}
