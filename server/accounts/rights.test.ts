import { describe, expect, it } from 'vitest';
import type { ApiScope, Role } from '../../generated/prisma/enums.ts';
import { may, refusal, RIGHTS, type Right } from './rights.ts';
import type { Viewer } from './viewer.ts';

const known = { dealershipId: 'd', actorId: 'a', name: 'A', expiresAt: new Date(8.64e15) };
const staff = (role: Role): Viewer => ({
  kind: 'staff',
  ...known,
  userId: 'a',
  sessionId: 's',
  role,
});
const key = (...scopes: ApiScope[]): Viewer => ({
  kind: 'integrator',
  ...known,
  keyId: 'a',
  userId: null,
  scopes,
});
const uploader: Viewer = { kind: 'uploader', ...known, keyId: 'a', userId: null, vehicleId: 'v' };
const visitor: Viewer = { kind: 'visitor', dealershipId: 'd' };

const rightsOf = (viewer: Viewer): Right[] =>
  (Object.keys(RIGHTS) as Right[]).filter((right) => may(viewer, right));

describe('the rights', () => {
  it.each<[string, Viewer, Right[]]>([
    ['a visitor', visitor, []],
    ['an owner', staff('OWNER'), Object.keys(RIGHTS) as Right[]],
    ['a manager', staff('MANAGER'), Object.keys(RIGHTS) as Right[]],
    [
      'a photographer',
      staff('PHOTOGRAPHER'),
      ['read', 'follow', 'readPolicy', 'readUsage', 'upload', 'editMedia', 'issueUploadTokens'],
    ],
    ['a viewer', staff('VIEWER'), ['read', 'follow', 'readPolicy', 'readUsage']],
    ['a key without scopes', key(), []],
    ['a key that reads', key('VEHICLES_READ'), ['read', 'follow']],
    ['a key that writes vehicles', key('VEHICLES_WRITE'), ['editVehicles', 'registerDocuments']],
    [
      'a key that writes media',
      key('MEDIA_WRITE'),
      ['readPolicy', 'upload', 'editMedia', 'issueUploadTokens'],
    ],
    [
      'a key that reads the account',
      key('ACCOUNT_READ'),
      ['readPolicy', 'readUsage', 'readAuditLog'],
    ],
    ['an upload token', uploader, ['read', 'readPolicy', 'upload']],
  ])('of %s are these', (_, viewer, expected) => {
    expect(rightsOf(viewer)).toEqual(expected);
  });

  it('are told by name where one is missing', () => {
    expect(refusal(key('VEHICLES_READ'), 'editMedia')).toContain('the scope MEDIA_WRITE');
    expect(refusal(key('VEHICLES_READ'), 'manageKeys')).toContain('No API key may do this');
    expect(refusal(staff('VIEWER'), 'upload')).toContain('The role VIEWER');
  });
});
