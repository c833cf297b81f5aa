import type { ApiScope } from '../generated/prisma/enums.ts';
import type { Refusal } from './gallery.ts';
import type { GraphQLClient } from './graphql-client.ts';

interface Made {
  apiKey: { id: string; prefix: string; scopes: ApiScope[]; expiresAt: string | null } | null;
  key: string | null;
  userErrors: Refusal[];
}

/** Asks for an API key. */
export async function askForApiKey(client: GraphQLClient, input: object): Promise<Made> {
  const { createApiKey } = await client.expect<{ createApiKey: Made }>(
    `mutation ($input: CreateApiKeyInput!) {
      createApiKey(input: $input) {
        apiKey { id prefix scopes expiresAt } key userErrors { __typename code message field }
      }
    }`,
    { input },
  );
  return createApiKey;
}

/** A new API key, and its id. */
export async function makeApiKey(
  client: GraphQLClient,
  scopes: readonly ApiScope[],
  expiresAt?: string,
): Promise<{ id: string; key: string }> {
  const { apiKey, key, userErrors } = await askForApiKey(client, {
    name: 'A program',
    scopes,
    ...(expiresAt && { expiresAt }),
  });
  if (!apiKey || !key) throw new Error(`There is no key: ${JSON.stringify(userErrors)}`);
  return { id: apiKey.id, key };
}

export async function revokeApiKey(client: GraphQLClient, id: string): Promise<Refusal[]> {
  const { revokeApiKey: answer } = await client.expect<{ revokeApiKey: { userErrors: Refusal[] } }>(
    'mutation ($id: ID!) { revokeApiKey(input: { id: $id }) { userErrors { __typename code message field } } }',
    { id },
  );
  return answer.userErrors;
}

/** A new embed key, and its id. */
export async function makeEmbedKey(
  client: GraphQLClient,
  origins: readonly string[] = [],
): Promise<{ id: string; key: string }> {
  const { createEmbedKey } = await client.expect<{
    createEmbedKey: { embedKey: { id: string; key: string } | null; userErrors: Refusal[] };
  }>(
    `mutation ($origins: [String!]) {
      createEmbedKey(input: { name: "A site", origins: $origins }) {
        embedKey { id key } userErrors { message }
      }
    }`,
    { origins },
  );
  const { embedKey, userErrors } = createEmbedKey;
  if (!embedKey) throw new Error(`There is no key: ${JSON.stringify(userErrors)}`);
  return embedKey;
}

export async function updateEmbedKey(
  client: GraphQLClient,
  what: 'update' | 'revoke',
  input: object,
): Promise<Refusal[]> {
  const name = what === 'update' ? 'UpdateEmbedKey' : 'RevokeEmbedKey';
  const { answer } = await client.expect<{ answer: { userErrors: Refusal[] } }>(
    `mutation ($input: ${name}Input!) {
      answer: ${what}EmbedKey(input: $input) { userErrors { __typename code message field } }
    }`,
    { input },
  );
  return answer.userErrors;
}

interface Token {
  uploadToken: { id: string; usedUploads: number } | null;
  token: string | null;
  userErrors: Refusal[];
}

/** Asks for an upload token. */
export async function askForUploadToken(client: GraphQLClient, input: object): Promise<Token> {
  const { createUploadToken } = await client.expect<{ createUploadToken: Token }>(
    `mutation ($input: CreateUploadTokenInput!) {
      createUploadToken(input: $input) {
        uploadToken { id usedUploads } token userErrors { __typename code message field }
      }
    }`,
    { input },
  );
  return createUploadToken;
}

/** A new upload token, and its id. */
export async function makeUploadToken(
  client: GraphQLClient,
  vehicleId: string,
  maxUploads?: number,
): Promise<{ id: string; token: string }> {
  const { uploadToken, token, userErrors } = await askForUploadToken(client, {
    vehicleId,
    maxUploads,
  });
  if (!uploadToken || !token) throw new Error(`There is no token: ${JSON.stringify(userErrors)}`);
  return { id: uploadToken.id, token };
}

export async function revokeUploadToken(client: GraphQLClient, id: string): Promise<Refusal[]> {
  const { revokeUploadToken: answer } = await client.expect<{
    revokeUploadToken: { userErrors: Refusal[] };
  }>(
    'mutation ($id: ID!) { revokeUploadToken(input: { id: $id }) { userErrors { __typename code message field } } }',
    { id },
  );
  return answer.userErrors;
}
