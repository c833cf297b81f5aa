/** What GraphiQL opens with. */
export const EXAMPLE_DOCUMENTS = `# Published vehicles with their first three pictures. Press Ctrl+Enter.
query Showroom {
  vehicles(first: 12, sort: { by: PRICE, direction: DESC }) {
    totalCount
    nodes {
      id
      title
      price { amount currency }
      media(first: 3) { nodes { alt preview { url width height } } }
    }
    pageInfo { hasNextPage endCursor }
  }
}

# A token for everything that changes something. Put it into the headers below:
# { "Authorization": "Bearer …" }
mutation LogIn {
  logIn(input: { email: "staff@forecourt.example", password: "forecourt-demo" }) {
    session { token expiresAt }
    userErrors { message code field }
  }
}

# Where to send a file. Then PUT it there with these headers, and complete.
mutation RequestUpload($input: RequestUploadInput!) {
  requestUpload(input: $input) {
    upload {
      id
      target { ... on PutTarget { url headers { name value } expiresAt } }
    }
    userErrors { message code field }
  }
}

mutation CompleteUpload($uploadId: ID!) {
  completeUpload(input: { uploadId: $uploadId }) {
    media { id status }
    userErrors { message code field }
  }
}

# Every change of one vehicle's media, live.
subscription Follow($vehicleId: ID!, $after: String) {
  vehicleMediaChanged(vehicleId: $vehicleId, after: $after) {
    __typename
    cursor
    mediaVersion
    ... on MediaStatusChanged { to media { id alt preview { url } } }
    ... on MediaRemoved { mediaId }
    ... on MediaReordered { order }
  }
}
`;
