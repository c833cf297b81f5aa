import { may } from '../accounts/rights.ts';
import type { Viewers } from '../accounts/viewer.ts';
import type { ApiKeys } from './api-keys.ts';
import { keyKindOf } from './key-text.ts';

/** Lets keys in beside people. */
export function withKeys(people: Viewers, { apiKeys }: { apiKeys: ApiKeys }): Viewers {
  return {
    ...people,

    async fromToken(token) {
      switch (keyKindOf(token)) {
        case 'api':
          return apiKeys.find(token);
        case 'upload':
        case 'embed':
          return null;
        case null:
          return people.fromToken(token);
      }
    },

    async stillMay(viewer, right) {
      if (viewer.kind !== 'integrator') return people.stillMay(viewer, right);
      const now = await apiKeys.renew(viewer);
      return now !== null && (right === null || may(now, right));
    },
  };
}
