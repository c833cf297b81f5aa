import { countWords } from '../vehicle-words.ts';
import type { AuditEntry } from './audit-documents.ts';
import { ROLE_WORDS, type Role } from './role-words.ts';

/** What an entry is about, as sentences need it. */
interface Told {
  entry: AuditEntry;
  /** Whom it was done to. */
  who: string;
  /** A detail; empty when there is none. */
  get(name: string): string;
  /** A detail that is a role, in words. */
  role(name: string): string;
}

type Predicate = (told: Told) => string;

/** Where somebody came from, as far as it was written down. */
const from = ({ get }: Told): string => (get('address') === '' ? '' : ` from ${get('address')}`);

const origins = (text: string): string => (text === '' ? 'any site' : text.split(' ').join(', '));

/** What somebody did, after their name. */
const PREDICATES: Readonly<Record<string, Predicate>> = {
  SIGNED_UP: () => 'signed the dealership up',
  LOGGED_IN: (told) => `logged in${from(told)}`,
  LOG_IN_FAILED: (told) => `typed a wrong password for ${told.who}${from(told)}`,
  LOGGED_OUT: ({ get }) => (get('sessions') === '' ? 'logged out' : 'logged out everywhere'),
  PASSWORD_CHANGED: () => 'changed their password',
  PASSWORD_RESET_REQUESTED: ({ who }) => `asked for a new password for ${who}`,
  PASSWORD_RESET: () => 'chose a new password with the link of a mail',
  MEMBER_INVITED: ({ get, role }) => `invited ${get('email')} as ${role('role')}`,
  INVITATION_REVOKED: ({ get }) => `took the invitation of ${get('email')} back`,
  INVITATION_ACCEPTED: ({ role }) => `joined as ${role('role')}`,
  ROLE_CHANGED: ({ who, role }) =>
    `changed the role of ${who} from ${role('from')} to ${role('to')}`,
  MEMBER_REMOVED: ({ entry, who }) =>
    entry.actorId === entry.subjectId ? 'left the dealership' : `removed ${who}`,
  API_KEY_CREATED: ({ get }) => `made the API key “${get('name')}”`,
  API_KEY_REVOKED: ({ get }) => `revoked the API key “${get('name')}”`,
  EMBED_KEY_CREATED: ({ get }) =>
    `made the embed key “${get('name')}” for ${origins(get('origins'))}`,
  EMBED_KEY_CHANGED: ({ get }) => {
    const name = get('newName') === '' ? '' : ` to “${get('newName')}”,`;
    return `changed the embed key “${get('name')}”${name} for ${origins(get('origins'))}`;
  },
  EMBED_KEY_REVOKED: ({ get }) => `revoked the embed key “${get('name')}”`,
  UPLOAD_TOKEN_CREATED: ({ get }) =>
    `made an upload token for ${countWords(Number(get('maxUploads')), 'upload', 'uploads')}`,
  UPLOAD_TOKEN_REVOKED: () => 'revoked an upload token',
  VEHICLE_DELETED: ({ get }) => {
    const number = get('stockNumber') || get('vin');
    return number === '' ? 'deleted a vehicle' : `deleted the vehicle ${number}`;
  },
  MEDIA_DELETED: ({ get }) => `deleted ${get('fileName') || 'a photo'}`,
  MEDIA_RESTORED: ({ get }) => `restored ${get('fileName') || 'a photo'}`,
  DOCUMENTS_REGISTERED: ({ get }) =>
    `registered ${countWords(Number(get('documents')), 'query', 'queries')}`,
  DOCUMENTS_UNREGISTERED: ({ get }) =>
    `unregistered ${countWords(Number(get('documents')), 'query', 'queries')}`,
};

/** What the log can be narrowed to. */
export const AUDIT_TOPICS = {
  'log-ins': {
    label: 'Log-ins and passwords',
    actions: [
      'LOGGED_IN',
      'LOG_IN_FAILED',
      'LOGGED_OUT',
      'PASSWORD_CHANGED',
      'PASSWORD_RESET_REQUESTED',
      'PASSWORD_RESET',
    ],
  },
  people: {
    label: 'People and roles',
    actions: [
      'SIGNED_UP',
      'MEMBER_INVITED',
      'INVITATION_REVOKED',
      'INVITATION_ACCEPTED',
      'ROLE_CHANGED',
      'MEMBER_REMOVED',
    ],
  },
  keys: {
    label: 'Keys and tokens',
    actions: [
      'API_KEY_CREATED',
      'API_KEY_REVOKED',
      'EMBED_KEY_CREATED',
      'EMBED_KEY_CHANGED',
      'EMBED_KEY_REVOKED',
      'UPLOAD_TOKEN_CREATED',
      'UPLOAD_TOKEN_REVOKED',
    ],
  },
  documents: {
    label: 'Registered queries',
    actions: ['DOCUMENTS_REGISTERED', 'DOCUMENTS_UNREGISTERED'],
  },
  vehicles: {
    label: 'Vehicles and photos',
    actions: ['VEHICLE_DELETED', 'MEDIA_DELETED', 'MEDIA_RESTORED'],
  },
} as const;

const NAMELESS: Readonly<Record<AuditEntry['actorKind'], string>> = {
  USER: 'Somebody',
  API_KEY: 'An API key',
  UPLOAD_TOKEN: 'An upload token',
  SYSTEM: 'Somebody',
};

/**
 * An entry as a sentence in two halves: who, and what they did.
 *
 * @param names of people by id, as they are called now.
 */
export function auditWords(
  entry: AuditEntry,
  names: ReadonlyMap<string, string>,
): { actor: string; did: string } {
  const details = new Map(entry.details.map(({ name, value }) => [name, value ?? '']));
  const get = (name: string): string => details.get(name) ?? '';
  const predicate = Object.hasOwn(PREDICATES, entry.action) ? PREDICATES[entry.action] : undefined;
  const did = predicate?.({
    entry,
    who: get('name') || (names.get(entry.subjectId) ?? 'somebody who has left'),
    get,
    role: (name) => (ROLE_WORDS[get(name) as Role] ?? get(name)).toLowerCase(),
  });
  return {
    actor: entry.actorName || NAMELESS[entry.actorKind],
    did: did ?? entry.action.toLowerCase().replaceAll('_', ' '),
  };
}
