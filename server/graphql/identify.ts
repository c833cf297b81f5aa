import type { Viewer, Viewers } from '../accounts/viewer.ts';
import { keyKindOf } from '../keys/key-text.ts';
import { topLevelError } from './top-level-error.ts';

/** What a request says of who asks. */
export interface Credentials {
  token: string | null;
}

/** Who asks. Throws UNAUTHENTICATED: what is shown and not accepted never makes a visitor. */
export async function identify(viewers: Viewers, { token }: Credentials): Promise<Viewer> {
  if (token === null) return viewers.visitor();
  const actor = await viewers.fromToken(token);
  if (!actor) throw topLevelError('UNAUTHENTICATED', refusalOf(token));
  return actor;
}

/** At most 123 bytes: it also closes sockets. */
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
