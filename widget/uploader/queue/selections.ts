/** Where the bytes of an upload go. */
export const target =
  'target{__typename ... on PutTarget{url headers{name value} expiresAt} ... on MultipartTarget{partSize partCount storedParts parts{partNumber url headers{name value}} expiresAt} ... on AlreadyStored{existing{id}}}';
