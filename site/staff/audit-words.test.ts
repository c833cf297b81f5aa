import { readFileSync } from 'node:fs';
import type { GraphQLEnumType } from 'graphql';
import { buildSchema } from 'graphql';
import { expect, it } from 'vitest';
import type { AuditEntry } from './audit-documents.ts';
import { AUDIT_TOPICS, auditWords } from './audit-words.ts';

const schema = buildSchema(readFileSync(new URL('../../schema.graphql', import.meta.url), 'utf8'));
const actions = (schema.getType('AuditAction') as GraphQLEnumType)
  .getValues()
  .map(({ name }) => name);

const entry = (fields: Partial<AuditEntry>, details: Record<string, string | null> = {}) => ({
  id: 'e',
  at: '2026-01-31T09:30:00.000Z',
  action: 'LOGGED_IN',
  actorKind: 'USER' as const,
  actorId: 'u1',
  actorName: 'Sara',
  subjectId: 'u2',
  ...fields,
  details: Object.entries(details).map(([name, value]) => ({ name, value })),
});

const sentence = (...from: Parameters<typeof entry>) => {
  const { actor, did } = auditWords(entry(...from), new Map([['u2', 'Ben']]));
  return `${actor} ${did}`;
};

it('has a sentence and one topic for everything that is written down', () => {
  const told = actions.map((action) => sentence({ action }));
  for (const [index, action] of actions.entries()) {
    const unknown = `Sara ${action.toLowerCase().replaceAll('_', ' ')}`;
    // Only this one says in a sentence what its code says.
    if (action !== 'LOGGED_IN' && action !== 'LOGGED_OUT') expect(told[index]).not.toBe(unknown);
  }
  expect(new Set(told).size).toBe(actions.length);
  const topics = Object.values(AUDIT_TOPICS).flatMap((topic) => [...topic.actions]);
  expect(topics.sort()).toEqual(actions.sort());
});

it('says where from', () => {
  expect(sentence({ action: 'LOGGED_IN' }, { address: '203.0.113.7' })).toBe(
    'Sara logged in from 203.0.113.7',
  );
  expect(sentence({ action: 'LOG_IN_FAILED' }, { address: '2001:db8:0:1::/64' })).toBe(
    'Sara typed a wrong password for Ben from 2001:db8:0:1::/64',
  );
});

it('says whom, from what and to what', () => {
  expect(sentence({ action: 'ROLE_CHANGED' }, { from: 'VIEWER', to: 'MANAGER' })).toBe(
    'Sara changed the role of Ben from viewer to manager',
  );
  expect(sentence({ action: 'MEMBER_INVITED' }, { email: 'a@b.example', role: 'OWNER' })).toBe(
    'Sara invited a@b.example as owner',
  );
  expect(sentence({ action: 'MEMBER_REMOVED' }, { name: 'Ben then' })).toBe(
    'Sara removed Ben then',
  );
  expect(sentence({ action: 'MEMBER_REMOVED', subjectId: 'u1' }, { name: 'Sara' })).toBe(
    'Sara left the dealership',
  );
  expect(
    sentence({ action: 'LOG_IN_FAILED', actorKind: 'SYSTEM', actorName: null, actorId: null }),
  ).toBe('Somebody typed a wrong password for Ben');
  expect(sentence({ action: 'LOG_IN_FAILED', subjectId: 'gone' })).toContain('who has left');
  expect(sentence({ action: 'EMBED_KEY_CHANGED' }, { name: 'a', newName: 'b', origins: '' })).toBe(
    'Sara changed the embed key “a” to “b”, for any site',
  );
  expect(sentence({ action: 'DOCUMENTS_REGISTERED' }, { documents: '1', hashes: 'ab' })).toBe(
    'Sara registered 1 query',
  );
  expect(sentence({ action: 'DOCUMENTS_UNREGISTERED' }, { documents: '12' })).toBe(
    'Sara unregistered 12 queries',
  );
  expect(sentence({ action: 'VEHICLE_DELETED' }, { vin: null, stockNumber: 'S-1' })).toBe(
    'Sara deleted the vehicle S-1',
  );
});

it('tells what a newer server writes down as well as it can', () => {
  expect(sentence({ action: 'COFFEE_MADE' })).toBe('Sara coffee made');
  expect(sentence({ action: 'toString' })).toBe('Sara tostring');
});
