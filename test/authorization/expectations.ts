import { createHash, randomUUID } from 'node:crypto';

/** What an argument can name. */
export type TargetKind =
  | 'Dealership'
  | 'User'
  | 'Vehicle'
  | 'Upload'
  | 'Media'
  | 'ApiKey'
  | 'EmbedKey'
  | 'Invitation'
  | 'UploadToken'
  | 'member'
  | 'deleted media'
  | 'failed media'
  | 'video'
  | 'upload in parts'
  | 'vin'
  | 'stockNumber'
  | 'slug'
  | SharedKind;

/** What two dealerships can have alike, and neither learns it of the other. */
export const SHARED_KINDS = [
  'shared vin',
  'shared stock number',
  'guest of two',
  'colleague of one',
  'stored bytes',
  'bytes on their way',
] as const;
export type SharedKind = (typeof SHARED_KINDS)[number];

/** Who asks. */
export type ActorKind =
  | 'anonymous'
  | 'viewer'
  | 'photographer'
  | 'manager'
  | 'owner'
  | 'owner elsewhere'
  | 'embed key'
  | 'API key'
  | 'API key without the scope'
  | 'upload token'
  | 'revoked session'
  | 'session that says elsewhere';

/**
 * What arguments name, by their own name or by `field.path` where that is not
 * enough. An ID that is not here fails the test: somebody has to say what it is.
 */
export const NAMES: Record<string, readonly TargetKind[]> = {
  'node.id': [
    'Dealership',
    'User',
    'Vehicle',
    'Upload',
    'Media',
    'ApiKey',
    'EmbedKey',
    'Invitation',
    'UploadToken',
  ],
  'dealership.id': ['Dealership'],
  'dealership.slug': ['slug'],
  'vehicle.id': ['Vehicle'],
  'vehicle.vin': ['vin'],
  'vehicle.stockNumber': ['stockNumber'],
  'vehicle.dealership': ['Dealership', 'slug'],
  'upload.id': ['Upload'],
  dealershipId: ['Dealership'],
  vehicleId: ['Vehicle'],
  uploadId: ['Upload'],
  replaceMediaId: ['Media'],
  posterFor: ['video'],
  'upsertVehicle.input.vehicle.id': ['Vehicle'],
  'upsertVehicle.input.vehicle.vin': ['shared vin'],
  'upsertVehicle.input.vehicle.stockNumber': ['shared stock number'],
  'inviteMember.input.email': ['guest of two', 'colleague of one'],
  'requestUpload.input.sha256': ['stored bytes', 'bytes on their way'],
  'requestUploads.input.uploads.sha256': ['stored bytes', 'bytes on their way'],
  'refreshUpload.input.uploadId': ['Upload', 'upload in parts'],
  'completeUpload.input.uploadId': ['Upload', 'upload in parts'],
  'cancelUpload.input.uploadId': ['Upload', 'upload in parts'],
  'deleteVehicle.input.id': ['Vehicle'],
  'updateMedia.input.id': ['Media'],
  'deleteMedia.input.ids': ['Media'],
  'restoreMedia.input.id': ['deleted media'],
  'retryMedia.input.id': ['Media', 'failed media'],
  'revokeApiKey.input.id': ['ApiKey'],
  'changeRole.input.userId': ['member'],
  'removeMember.input.userId': ['member'],
  'revokeInvitation.input.id': ['Invitation'],
  'revokeUploadToken.input.id': ['UploadToken'],
  'updateEmbedKey.input.id': ['EmbedKey'],
  'revokeEmbedKey.input.id': ['EmbedKey'],
  'reorderMedia.input.order': ['Media'],
  'reorderMedia.input.moves.id': ['Media'],
};

/** Arguments that are told together with one: what they name is of the same dealership. */
export const COMPANIONS: Record<string, string> = {
  'vehicle.dealership': 'vehicle.id',
};

/** What is sent wherever bytes are. */
export const BYTES = Buffer.from('ffd8ffe000104a46494600010100000100010000ffd9', 'hex');

/** For whom arguments are made up. */
export interface Given {
  /** An idempotency key that has not been used here. */
  key: string;
  email: string;
  password: string;
}

/** What has to be said, or makes sense, where the schema alone does not tell. */
export const VALUES: Record<string, (given: Given) => unknown> = {
  contentType: () => 'image/jpeg',
  fileName: () => 'photo.jpg',
  byteSize: () => BYTES.length,
  md5: () => createHash('md5').update(BYTES).digest('base64'),
  idempotencyKey: ({ key }) => key,
  role: () => 'VIEWER',
  // Another than they have.
  'changeRole.input.role': () => 'PHOTOGRAPHER',
  'logIn.input.email': ({ email }) => email,
  'logIn.input.password': ({ password }) => password,
  origins: () => ['https://dealer.example'],
  documents: () => ['{ viewer { __typename } }'],
  alt: () => 'As somebody else wants it',
  password: () => 'a heron over wet asphalt',
  email: () => `${randomUUID()}@nobody.example`,
  'upsertVehicle.input.vehicle.description': () => 'As somebody else wants it',
  // No cursor at all: a stream says so at once.
  'vehicleMediaChanged.after': () => 'nonsense',
  'dealershipMediaChanged.after': () => 'nonsense',
  // The first that a vehicle has: the order is the gallery's own.
  'reorderMedia.input.expectedVersion': () => 0,
};

/** Where even who may do it is told that something is amiss with what was generated. */
export const MAY_SAY_NO: readonly string[] = [
  'changePassword.',
  'requestPasswordReset.',
  'resetPassword.',
  // Whoever works there is not invited, and nobody too often.
  'inviteMember.input.email',
  'acceptInvitation.',
  'upsertVehicle.input.vehicle.id',
  // Of parts that were not sent.
  'completeUpload.input.uploadId',
  // There can only be so many, and each row of the matrix makes one.
  'createEmbedKey.',
  'reorderMedia.input.vehicleId',
  'reorderMedia.input.order',
  // With it files are added, and replace none.
  'requestUpload.input.replaceMediaId as upload token',
  'requestUploads.input.uploads.replaceMediaId as upload token',
];

/** What an actor meets: it is there, it is not, or the actor may not ask. */
export type Outcome = 'reached' | 'none' | 'refused';

const EVERYBODY = 'everybody';
const PEOPLE = ['viewer', 'photographer', 'manager', 'owner', 'owner elsewhere'] as const;
const NOT_FROM_PAGES = [
  ...PEOPLE,
  'anonymous',
  'API key',
  'API key without the scope',
  'upload token',
] as const;
const READERS = [...PEOPLE, 'API key'] as const;
const UPLOADERS = [
  'photographer',
  'manager',
  'owner',
  'owner elsewhere',
  'API key',
  'upload token',
] as const;
const EDITORS = ['photographer', 'manager', 'owner', 'owner elsewhere', 'API key'] as const;
const MANAGERS = ['manager', 'owner', 'owner elsewhere'] as const;

interface Expectation {
  /** Who reaches what is theirs. */
  may: typeof EVERYBODY | readonly ActorKind[];
  /** What the others meet. */
  others: Exclude<Outcome, 'reached'>;
}

/**
 * Every field of query, mutation and subscription. Where what is named decides,
 * its kind stands behind it. A field that is not here fails the test.
 */
export const EXPECTED: Record<string, Expectation> = {
  node: { may: EVERYBODY, others: 'none' },
  'node of Upload': { may: [...READERS, 'upload token'], others: 'none' },
  'node of User': { may: PEOPLE, others: 'none' },
  'node of ApiKey': { may: MANAGERS, others: 'none' },
  'node of EmbedKey': { may: MANAGERS, others: 'none' },
  'node of Invitation': { may: MANAGERS, others: 'none' },
  'node of UploadToken': { may: EDITORS, others: 'none' },
  viewer: { may: [...READERS, 'API key without the scope', 'upload token'], others: 'none' },
  dealership: { may: EVERYBODY, others: 'none' },
  vehicle: { may: EVERYBODY, others: 'none' },
  vehicles: { may: EVERYBODY, others: 'none' },
  upload: { may: [...READERS, 'upload token'], others: 'none' },
  openUploads: { may: UPLOADERS, others: 'refused' },

  logIn: { may: NOT_FROM_PAGES, others: 'refused' },
  signUp: { may: NOT_FROM_PAGES, others: 'refused' },
  changePassword: { may: PEOPLE, others: 'refused' },
  requestPasswordReset: { may: NOT_FROM_PAGES, others: 'refused' },
  resetPassword: { may: NOT_FROM_PAGES, others: 'refused' },
  inviteMember: { may: MANAGERS, others: 'refused' },
  acceptInvitation: { may: NOT_FROM_PAGES, others: 'refused' },
  revokeInvitation: { may: MANAGERS, others: 'refused' },
  changeRole: { may: MANAGERS, others: 'refused' },
  removeMember: { may: MANAGERS, others: 'refused' },
  createUploadToken: { may: EDITORS, others: 'refused' },
  registerDocuments: { may: [...MANAGERS, 'API key'], others: 'refused' },
  unregisterDocuments: { may: [...MANAGERS, 'API key'], others: 'refused' },
  revokeUploadToken: { may: EDITORS, others: 'refused' },
  createApiKey: { may: MANAGERS, others: 'refused' },
  revokeApiKey: { may: MANAGERS, others: 'refused' },
  createEmbedKey: { may: MANAGERS, others: 'refused' },
  updateEmbedKey: { may: MANAGERS, others: 'refused' },
  revokeEmbedKey: { may: MANAGERS, others: 'refused' },
  logOut: { may: PEOPLE, others: 'refused' },
  upsertVehicle: { may: [...MANAGERS, 'API key'], others: 'refused' },
  deleteVehicle: { may: [...MANAGERS, 'API key'], others: 'refused' },
  requestUpload: { may: UPLOADERS, others: 'refused' },
  requestUploads: { may: UPLOADERS, others: 'refused' },
  refreshUpload: { may: UPLOADERS, others: 'refused' },
  completeUpload: { may: UPLOADERS, others: 'refused' },
  cancelUpload: { may: UPLOADERS, others: 'refused' },
  updateMedia: { may: EDITORS, others: 'refused' },
  reorderMedia: { may: EDITORS, others: 'refused' },
  deleteMedia: { may: EDITORS, others: 'refused' },
  restoreMedia: { may: EDITORS, others: 'refused' },
  retryMedia: { may: EDITORS, others: 'refused' },

  vehicleMediaChanged: { may: EVERYBODY, others: 'none' },
  dealershipMediaChanged: { may: READERS, others: 'refused' },
};

/** What an actor meets that names what is theirs. */
export function expectedFor(field: string, kind: TargetKind | null, actor: ActorKind): Outcome {
  // Whose session is over is told so, whatever they ask.
  if (actor === 'revoked session' || actor === 'session that says elsewhere') return 'refused';
  const expected = EXPECTED[`${field} of ${kind}`] ?? EXPECTED[field];
  if (!expected) throw new Error(`Say in test/authorization/expectations.ts who may do ${field}`);
  const may = expected.may === EVERYBODY || expected.may.includes(actor);
  return may ? 'reached' : expected.others;
}
