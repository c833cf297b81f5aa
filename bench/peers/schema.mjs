/** The part of the API that the benches ask, for servers that take it as a text. */
export const typeDefs = /* GraphQL */ `
  scalar DateTime
  enum VehicleStatus {
    DRAFT
    PUBLISHED
    SOLD
    ARCHIVED
  }
  enum MediaKind {
    IMAGE
    VIDEO
  }
  enum MediaStatus {
    PENDING_UPLOAD
    UPLOADED
    PROCESSING
    READY
    FAILED
  }
  type Money {
    amount: String!
    currency: String!
  }
  interface Media {
    id: ID!
    position: Int!
    kind: MediaKind!
    status: MediaStatus!
    alt: String
    caption: String
    groupKey: String
    placeholder: String
    tags: [String!]!
    createdAt: DateTime!
  }
  type ImageMedia implements Media {
    id: ID!
    position: Int!
    kind: MediaKind!
    status: MediaStatus!
    alt: String
    caption: String
    groupKey: String
    placeholder: String
    tags: [String!]!
    createdAt: DateTime!
    width: Int
    height: Int
  }
  type VideoMedia implements Media {
    id: ID!
    position: Int!
    kind: MediaKind!
    status: MediaStatus!
    alt: String
    caption: String
    groupKey: String
    placeholder: String
    tags: [String!]!
    createdAt: DateTime!
    width: Int
    height: Int
  }
  type MediaConnection {
    nodes: [Media!]!
  }
  type Vehicle {
    id: ID!
    vin: String
    stockNumber: String
    year: Int
    make: String
    model: String
    trim: String
    price: Money
    mileage: Int
    status: VehicleStatus!
    createdAt: DateTime!
    updatedAt: DateTime!
    media(first: Int = 20): MediaConnection!
  }
  type PageInfo {
    hasNextPage: Boolean!
    hasPreviousPage: Boolean!
    startCursor: String
    endCursor: String
  }
  type VehicleEdge {
    cursor: String!
    node: Vehicle!
  }
  type VehicleConnection {
    totalCount: Int!
    pageInfo: PageInfo!
    edges: [VehicleEdge!]!
  }
  input VehicleFilter {
    status: [VehicleStatus!]
  }
  enum UploadStatus {
    AWAITING_BYTES
    COMPLETED
    CANCELLED
    EXPIRED
    FAILED
  }
  input RequestUploadInput {
    vehicleId: ID!
    fileName: String!
    contentType: String!
    byteSize: Int!
    md5: String!
  }
  type HttpHeader {
    name: String!
    value: String!
  }
  type PutTarget {
    url: String!
    headers: [HttpHeader!]!
    expiresAt: DateTime!
  }
  type Upload {
    id: ID!
    status: UploadStatus!
    expiresAt: DateTime!
    media: Media!
    target: PutTarget!
  }
  type UserError {
    code: String!
    message: String!
  }
  type RequestUploadPayload {
    upload: Upload
    userErrors: [UserError!]!
  }
  type Mutation {
    requestUpload(input: RequestUploadInput!): RequestUploadPayload!
  }
  type Query {
    vehicle(id: ID!): Vehicle
    vehicles(first: Int!, after: String, filter: VehicleFilter): VehicleConnection!
  }
`;
