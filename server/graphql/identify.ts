import type { IncomingMessage } from 'node:http';
import { isDeepStrictEqual } from 'node:util';
import type { Integrator, Recalled, Viewer, Viewers } from '../accounts/viewer.ts';
import { keyKindOf } from '../keys/key-text.ts';
import { plainToken, type Credentials } from './credentials.ts';
import { topLevelError } from './top-level-error.ts';

export type RecalledViewer = Integrator & { recalled: Recalled };

/**
 * Who asks. An embed key makes a visitor, whatever is shown beside it. Throws
 * UNAUTHENTICATED for what is not accepted: that never makes a visitor of nobody's.
 */
export async function identify(
  viewers: Viewers,
  { token, embedKey, origin }: Credentials,
): Promise<Viewer> {
  if (embedKey !== null) {
    const page = await viewers.fromEmbedKey(embedKey, origin);
    if (typeof page === 'string') throw topLevelError('UNAUTHENTICATED', NOT_EMBEDDED[page]);
    return page;
  }
  if (token === null) return viewers.visitor();
  const actor = await viewers.fromToken(token);
  if (!actor) throw topLevelError('UNAUTHENTICATED', refusalOf(token));
  return actor;
}

// These sentences close sockets too: at most 123 bytes.

const NOT_EMBEDDED = {
  unknown: 'This embed key is mistyped or revoked. Copy the snippet of a key that is in force.',
  foreign: 'This embed key is not for pages of this origin. Add the origin to the key.',
} as const;

/** Whose API key is known from a moment ago; null for all others. */
export function recall(viewers: Viewers, req: IncomingMessage): RecalledViewer | null {
  const credentials = plainToken(req);
  const known = credentials && viewers.recall(credentials.token);
  if (!known) return null;
  /** Until it succeeds: what failed once is not tried again for the same request. */
  let lookUp: Promise<void> | null = null;
  const recalled: Recalled = {
    isInForce: false,
    async confirm() {
      if (!recalled.isInForce) await (lookUp ??= look());
    },
  };
  const look = async (): Promise<void> => {
    const now = await identify(viewers, credentials);
    // What it is for is as it was.
    if (!isDeepStrictEqual(now, known))
      throw topLevelError('UNAUTHENTICATED', refusalOf(credentials.token));
    recalled.isInForce = true;
    lookUp = null;
  };
  return { ...known, recalled };
}

function refusalOf(token: string): string {
  switch (keyKindOf(token)) {
    case 'api':
      return 'This API key is mistyped, revoked or past its time. Check it, or make a new one.';
    case 'upload':
      return 'This upload token is revoked or past its time. Ask for a new one.';
    case 'embed':
      return 'An embed key is no token: send it as X-Embed-Key, or as embedKey in connectionParams.';
    case null:
      return 'This session is over. Log in again.';
  }
}
