import type { Database } from '../server/db/database.ts';
import type { SoakDealership } from './soak-servers.ts';

/** Rows of one dealership: what there is to do twice. */
export interface Rows {
  vehicles: number;
  uploads: number;
  completed: number;
  cancelled: number;
  media: number;
  deleted: number;
  jobs: number;
  events: number;
  /** Of all kinds. */
  accessKeys: number;
  revoked: number;
  members: number;
  photographers: number;
  /** That are open. */
  invitations: number;
  keys: number;
  /** Sum of the `mediaVersion`s of its vehicles. */
  versions: number;
}

/** What a mutation needs to find, and where its input comes from. */
export interface Scene {
  db: Database;
  shop: SoakDealership;
  picture: Buffer;
}

export interface KeyedMutation {
  readonly document: string;
  /** What the first request changes, beside the row of its key; the others change nothing. */
  readonly effect: Partial<Rows>;
  /** Makes what the mutation is about, and resolves to its input, without the key. */
  prepare(scene: Scene): Promise<Record<string, unknown>>;
}

export const USER_ERRORS = 'userErrors { __typename code message field }';

export const mutation = (name: string, fields: string): string =>
  `mutation ($input: ${name[0]?.toUpperCase()}${name.slice(1)}Input!) { ${name}(input: $input) { ${fields} } }`;
