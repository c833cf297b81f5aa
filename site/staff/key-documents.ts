import { MISTAKES, type Mistake } from './mutation-form.ts';

export type ApiScope = 'VEHICLES_READ' | 'VEHICLES_WRITE' | 'MEDIA_WRITE' | 'ACCOUNT_READ';

export interface ApiKey {
  id: string;
  name: string;
  prefix: string;
  scopes: ApiScope[];
  expiresAt: string | null;
  lastUsedAt: string | null;
  createdAt: string;
  createdBy: { name: string } | null;
}

export interface EmbedKey {
  id: string;
  name: string;
  key: string;
  origins: string[];
  createdAt: string;
}

export interface KeysData {
  dealership: { apiKeys: ApiKey[] | null; embedKeys: EmbedKey[] | null } | null;
}

export const KEYS = /* GraphQL */ `
  query Keys {
    dealership {
      apiKeys {
        id
        name
        prefix
        scopes
        expiresAt
        lastUsedAt
        createdAt
        createdBy {
          name
        }
      }
      embedKeys {
        id
        name
        key
        origins
        createdAt
      }
    }
  }
`;

export interface CreateApiKeyData {
  createApiKey: { key: string | null; userErrors: Mistake[] };
}

export const CREATE_API_KEY = /* GraphQL */ `
  mutation CreateApiKey($input: CreateApiKeyInput!) {
    createApiKey(input: $input) {
      key
      ${MISTAKES}
    }
  }
`;

export interface RevokeApiKeyData {
  revokeApiKey: { userErrors: Mistake[] };
}

export const REVOKE_API_KEY = /* GraphQL */ `
  mutation RevokeApiKey($id: ID!) {
    revokeApiKey(input: { id: $id }) {
      ${MISTAKES}
    }
  }
`;

export interface CreateEmbedKeyData {
  createEmbedKey: { embedKey: { id: string } | null; userErrors: Mistake[] };
}

export const CREATE_EMBED_KEY = /* GraphQL */ `
  mutation CreateEmbedKey($input: CreateEmbedKeyInput!) {
    createEmbedKey(input: $input) {
      embedKey {
        id
      }
      ${MISTAKES}
    }
  }
`;

export interface RevokeEmbedKeyData {
  revokeEmbedKey: { userErrors: Mistake[] };
}

export const REVOKE_EMBED_KEY = /* GraphQL */ `
  mutation RevokeEmbedKey($id: ID!) {
    revokeEmbedKey(input: { id: $id }) {
      ${MISTAKES}
    }
  }
`;

export interface UpdateEmbedKeyData {
  updateEmbedKey: { userErrors: Mistake[] };
}

export const UPDATE_EMBED_KEY = /* GraphQL */ `
  mutation UpdateEmbedKey($input: UpdateEmbedKeyInput!) {
    updateEmbedKey(input: $input) { ${MISTAKES} }
  }
`;
