import { may } from '../accounts/rights.ts';
import type { Viewers } from '../accounts/viewer.ts';
import type { ApiKeys } from './api-keys.ts';
import type { EmbedKeys } from './embed-keys.ts';
import { keyKindOf } from './key-text.ts';
import type { UploadTokens } from './upload-tokens.ts';

export interface Keys {
  apiKeys: ApiKeys;
  embedKeys: EmbedKeys;
  uploadTokens: UploadTokens;
}

/** Lets keys in beside people. */
export function withKeys(
  people: Omit<Viewers, 'fromEmbedKey' | 'recall'>,
  { apiKeys, embedKeys, uploadTokens }: Keys,
): Viewers {
  return {
    ...people,

    async fromToken(token) {
      switch (keyKindOf(token)) {
        case 'api':
          return apiKeys.find(token);
        case 'upload':
          return uploadTokens.find(token);
        case 'embed':
          return null;
        case null:
          return people.fromToken(token);
      }
    },

    recall: (token) => apiKeys.recall(token),

    fromEmbedKey: (key, origin) => embedKeys.find(key, origin),

    async stillMay(viewer, right) {
      switch (viewer.kind) {
        case 'visitor':
          return embedKeys.isInForce(viewer);
        case 'integrator': {
          const now = await apiKeys.renew(viewer);
          return now !== null && (right === null || may(now, right));
        }
        case 'uploader':
          return uploadTokens.isInForce(viewer);
        default:
          return people.stillMay(viewer, right);
      }
    },
  };
}
