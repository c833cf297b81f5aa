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

interface UserError {
  message: string;
  field: string[] | null;
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
  createApiKey: { key: string | null; userErrors: UserError[] };
}

export const CREATE_API_KEY = /* GraphQL */ `
  mutation CreateApiKey($input: CreateApiKeyInput!) {
    createApiKey(input: $input) {
      key
      userErrors {
        message
        field
      }
    }
  }
`;

export interface RevokeApiKeyData {
  revokeApiKey: { userErrors: UserError[] };
}

export const REVOKE_API_KEY = /* GraphQL */ `
  mutation RevokeApiKey($id: ID!) {
    revokeApiKey(input: { id: $id }) {
      userErrors {
        message
        field
      }
    }
  }
`;

export interface CreateEmbedKeyData {
  createEmbedKey: { embedKey: { id: string } | null; userErrors: UserError[] };
}

export const CREATE_EMBED_KEY = /* GraphQL */ `
  mutation CreateEmbedKey($input: CreateEmbedKeyInput!) {
    createEmbedKey(input: $input) {
      embedKey {
        id
      }
      userErrors {
        message
        field
      }
    }
  }
`;

export interface RevokeEmbedKeyData {
  revokeEmbedKey: { userErrors: UserError[] };
}

export const REVOKE_EMBED_KEY = /* GraphQL */ `
  mutation RevokeEmbedKey($id: ID!) {
    revokeEmbedKey(input: { id: $id }) {
      userErrors {
        message
        field
      }
    }
  }
`;
