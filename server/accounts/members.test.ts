import { v4 as uuid } from 'uuid';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { account, auditOf, codeOf, mailTo, roleOf, userIdOf } from '../../test/accounts.ts';
import { GraphQLClient } from '../../test/graphql-client.ts';
import { startServer, type TestDealership, type TestServer } from '../../test/server.ts';
import { decodeId } from '../node-id.ts';
import { openViewerChanges, type ViewerChange } from './viewer-changes.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.stop());

const GOOD = 'plum tractor window nine';
const guest = () => `${uuid()}@guest.example`;
const query = (text: string, values: unknown[] = []) => server.app.db.pool.query(text, values);

/** A dealership with an owner and a manager. */
async function shop(): Promise<Record<'owner' | 'manager' | 'photographer', TestDealership>> {
  const slug = `shop-${uuid()}`;
  return {
    owner: await server.dealership(slug, 'OWNER'),
    manager: await server.dealership(slug, 'MANAGER'),
    photographer: await server.dealership(slug, 'PHOTOGRAPHER'),
  };
}

const invite = (who: TestDealership, input: object) => account(who.staff, 'inviteMember', input);
const accept = (input: object, client = server.visitor) =>
  account(client, 'acceptInvitation', input);

interface People {
  dealership: {
    members: { nodes: { user: { email: string }; role: string }[] } | null;
    invitations: { nodes: { email: string; role: string }[] } | null;
  };
}
const people = ({ staff }: TestDealership) =>
  staff.expect<People>(`{ dealership {
    members(first: 10) { nodes { user { email name } role joinedAt } }
    invitations(first: 10) { nodes { email role sentAt expiresAt invitedBy { email } } }
  } }`);

describe('an invitation', () => {
  it('lets somebody without an account join, once', async () => {
    const { owner } = await shop();
    const email = guest();
    const { invitation } = await invite(owner, { email: email.toUpperCase(), role: 'MANAGER' });
    expect(invitation).toMatchObject({ email, role: 'MANAGER', revokedAt: null, acceptedAt: null });
    const { token, subject, text } = await mailTo(server, email);
    expect(subject).toMatch(/^Dealership shop-.* invites you$/);
    expect(text).toContain(`${server.url}/staff/accept-invitation#token=${token}\n`);
    const accepted = await accept({ token, name: 'New Person', password: GOOD });
    expect(await roleOf(server.url, accepted.session?.token ?? '')).toBe('MANAGER');
    expect(await codeOf(server.visitor, 'logIn', { email, password: GOOD })).toBe('OK');
    const again = { token, name: 'Other', password: GOOD };
    expect(await codeOf(server.visitor, 'acceptInvitation', again)).toBe('NOT_FOUND');
    expect((await auditOf(server, owner)).map(({ action, details }) => [action, details])).toEqual([
      ['MEMBER_INVITED', { email, role: 'MANAGER' }],
      ['INVITATION_ACCEPTED', { role: 'MANAGER' }],
    ]);
  });

  it('is used by one of many at the same moment', async () => {
    const { owner } = await shop();
    const email = guest();
    await invite(owner, { email, role: 'VIEWER' });
    const { token } = await mailTo(server, email);
    const answers = await Promise.all(
      Array.from({ length: 6 }, () => accept({ token, name: 'New', password: GOOD })),
    );
    expect(answers.filter(({ session }) => session)).toHaveLength(1);
  });

  it('lets somebody with an account join with its password, or logged in to it', async () => {
    const { owner } = await shop();
    const [first, second] = [await shop(), await shop()].map(({ photographer }) => photographer);
    if (!first || !second) throw new Error('no shops');
    await invite(owner, { email: first.email, role: 'VIEWER' });
    const { token } = await mailTo(server, first.email);
    const attempt = { token, name: 'Me', password: GOOD };
    expect(await codeOf(server.visitor, 'acceptInvitation', attempt)).toBe('INVALID_CREDENTIALS');
    expect(await codeOf(server.visitor, 'acceptInvitation', { token })).toBe('INVALID_CREDENTIALS');
    // Logged in as somebody else: it is not theirs.
    expect(await codeOf(second.staff, 'acceptInvitation', { token })).toBe('INVALID_CREDENTIALS');
    const { session } = await accept({ token, password: first.password });
    expect(await roleOf(server.url, session?.token ?? '')).toBe('VIEWER');

    await invite(owner, { email: second.email, role: 'MANAGER' });
    const mail = await mailTo(server, second.email);
    const joined = await accept({ token: mail.token }, second.staff);
    const { viewer } = await new GraphQLClient(server.url, joined.session?.token).expect<{
      viewer: { memberships: { role: string; dealership: { id: string } }[] };
    }>('{ viewer { memberships { role dealership { id slug } } } }');
    expect(viewer.memberships.map(({ role, dealership }) => [role, dealership.id])).toEqual([
      ['PHOTOGRAPHER', second.id],
      ['MANAGER', owner.id],
    ]);
    for (const { id } of [second, owner]) {
      const input = { email: second.email, password: second.password, dealershipId: id };
      const answer = await account(server.visitor, 'logIn', input);
      expect(await roleOf(server.url, answer.session?.token ?? '')).toBe(
        id === owner.id ? 'MANAGER' : 'PHOTOGRAPHER',
      );
    }
    const foreign = { email: second.email, password: second.password, dealershipId: first.id };
    expect(await codeOf(server.visitor, 'logIn', foreign)).toBe('NOT_FOUND');
  });

  it('is over when it is revoked, replaced, or past its time', async () => {
    const { owner, manager } = await shop();
    const emails = [guest(), guest(), guest()];
    const tokens: string[] = [];
    const ids: unknown[] = [];
    for (const email of emails) {
      const { invitation } = await invite(owner, { email, role: 'VIEWER' });
      ids.push((invitation as { id: string }).id);
      tokens.push((await mailTo(server, email)).token);
    }
    expect(await codeOf(manager.staff, 'revokeInvitation', { id: ids[0] })).toBe('OK');
    await invite(manager, { email: emails[1], role: 'PHOTOGRAPHER' });
    await query(
      "update invitations set expires_at = now() - interval '1 second' where email = $1",
      [emails[2]],
    );
    for (const token of [...tokens, '', 'x'.repeat(43)]) {
      const input = { token, name: 'New', password: GOOD };
      expect(await codeOf(server.visitor, 'acceptInvitation', input)).toBe('NOT_FOUND');
    }
    const { dealership } = await people(owner);
    expect(dealership.invitations?.nodes).toMatchObject([
      { email: emails[1], role: 'PHOTOGRAPHER', invitedBy: { email: manager.email } },
    ]);
    const { token } = await mailTo(server, emails[1] as string, 2);
    const { session } = await accept({ token, name: 'New', password: GOOD });
    expect(session).not.toBeNull();
    expect(await codeOf(manager.staff, 'revokeInvitation', { id: ids[1] })).toBe('OK');
  });

  it('is kept as a hash alone', async () => {
    const { owner } = await shop();
    const email = guest();
    await invite(owner, { email, role: 'VIEWER' });
    const { token } = await mailTo(server, email);
    const { rows } = await query('select * from invitations where email = $1', [email]);
    expect(JSON.stringify(rows)).not.toContain(token);
    expect(rows[0]).toMatchObject({ token_hash: expect.stringMatching(/^[0-9a-f]{64}$/) });
  });

  it('is sent once for one key', async () => {
    const { owner } = await shop();
    const input = { email: guest(), role: 'VIEWER', idempotencyKey: uuid() };
    const answers = await Promise.all(Array.from({ length: 4 }, () => invite(owner, input)));
    await mailTo(server, input.email);
    const ids = answers.map(({ invitation }) => (invitation as { id: string }).id);
    expect(new Set(ids).size).toBe(1);
    await invite(owner, { email: guest(), role: 'VIEWER' });
    expect(server.mails.filter(({ to }) => to === input.email)).toHaveLength(1);
  });

  it('goes to nobody who works there, and to nobody again and again', async () => {
    const { owner, manager } = await shop();
    expect((await invite(owner, { email: manager.email, role: 'OWNER' })).userErrors).toMatchObject(
      [{ code: 'INVALID_INPUT', field: ['input', 'email'] }],
    );
    const email = guest();
    const codes = [];
    for (let count = 0; count < 4; count++)
      codes.push(await codeOf(owner.staff, 'inviteMember', { email, role: 'VIEWER' }));
    expect(codes).toEqual(['OK', 'OK', 'OK', 'RATE_LIMITED']);
  });

  it('ends with the right of whoever sent it', async () => {
    const { owner, manager } = await shop();
    const email = guest();
    await invite(manager, { email, role: 'MANAGER' });
    const { token } = await mailTo(server, email);
    const userId = await userIdOf(server, manager.email);
    await account(owner.staff, 'changeRole', { userId, role: 'VIEWER' });
    const input = { token, name: 'New', password: GOOD };
    expect(await codeOf(server.visitor, 'acceptInvitation', input)).toBe('NOT_FOUND');
  });
});

describe('members', () => {
  it('are listed for owners and managers alone, with invitations', async () => {
    const { owner, manager, photographer } = await shop();
    const email = guest();
    await invite(owner, { email, role: 'VIEWER' });
    for (const who of [owner, manager]) {
      const { dealership } = await people(who);
      expect(dealership.members?.nodes.map(({ user, role }) => [user.email, role])).toEqual([
        [owner.email, 'OWNER'],
        [manager.email, 'MANAGER'],
        [photographer.email, 'PHOTOGRAPHER'],
      ]);
      expect(dealership.invitations?.nodes).toMatchObject([{ email, role: 'VIEWER' }]);
    }
    const hidden = { dealership: { members: null, invitations: null } };
    expect(await people(photographer)).toEqual(hidden);
    const pages: string[] = [];
    let after: string | null = null;
    do {
      const { dealership }: { dealership: { members: Page } } = await owner.staff.expect(
        `query ($after: String) { dealership { members(first: 1, after: $after) {
          nodes { user { email } } pageInfo { hasNextPage endCursor } } } }`,
        { after },
      );
      pages.push(...dealership.members.nodes.map(({ user }) => user.email));
      after = dealership.members.pageInfo.hasNextPage
        ? dealership.members.pageInfo.endCursor
        : null;
    } while (after !== null);
    expect(pages).toEqual([owner.email, manager.email, photographer.email]);
  });

  interface Page {
    nodes: { user: { email: string } }[];
    pageInfo: { hasNextPage: boolean; endCursor: string };
  }

  it('get another role at once', async () => {
    const { owner, photographer } = await shop();
    const userId = await userIdOf(server, photographer.email);
    const { member } = await account(owner.staff, 'changeRole', { userId, role: 'MANAGER' });
    expect(member).toEqual({ user: { id: userId }, role: 'MANAGER' });
    expect(await roleOf(server.url, photographer.token)).toBe('MANAGER');
    expect(await auditOf(server, owner)).toMatchObject([
      {
        action: 'ROLE_CHANGED',
        details: { name: expect.any(String), from: 'PHOTOGRAPHER', to: 'MANAGER' },
      },
    ]);
  });

  it('are out at once when they are removed, and may leave by themselves', async () => {
    const { owner, manager, photographer } = await shop();
    const ids = await Promise.all(
      [manager, photographer].map(({ email }) => userIdOf(server, email)),
    );
    expect((await account(manager.staff, 'removeMember', { userId: ids[1] })).removedId).toBe(
      ids[1],
    );
    expect(await roleOf(server.url, photographer.token)).toBe('UNAUTHENTICATED');
    expect(
      await codeOf(server.visitor, 'logIn', {
        email: photographer.email,
        password: photographer.password,
      }),
    ).toBe('INVALID_CREDENTIALS');
    expect(await codeOf(manager.staff, 'removeMember', { userId: ids[0] })).toBe('OK');
    expect(await roleOf(server.url, manager.token)).toBe('UNAUTHENTICATED');
    expect((await people(owner)).dealership.members?.nodes).toHaveLength(1);
  });

  it('change nothing that is above them', async () => {
    const { owner, manager, photographer } = await shop();
    const [boss, self, colleague] = await Promise.all(
      [owner, manager, photographer].map(({ email }) => userIdOf(server, email)),
    );
    const invited = await invite(owner, { email: guest(), role: 'OWNER' });
    const { id } = invited.invitation as { id: string };
    const forbidden: [string, object][] = [
      ['inviteMember', { email: guest(), role: 'OWNER' }],
      ['revokeInvitation', { id }],
      ['changeRole', { userId: boss, role: 'VIEWER' }],
      ['changeRole', { userId: self, role: 'OWNER' }],
      ['changeRole', { userId: colleague, role: 'OWNER' }],
      ['removeMember', { userId: boss }],
    ];
    for (const [name, input] of forbidden)
      expect(await codeOf(manager.staff, name, input), name).toBe('FORBIDDEN');
    const others: [string, object][] = [
      ['inviteMember', { email: guest(), role: 'VIEWER' }],
      ['changeRole', { userId: colleague, role: 'MANAGER' }],
      ['removeMember', { userId: self }],
    ];
    for (const [name, input] of others)
      expect(await codeOf(photographer.staff, name, input), name).toBe('FORBIDDEN');
    expect(await roleOf(server.url, owner.token)).toBe('OWNER');
  });

  it('keep an owner, whatever they do at the same moment', async () => {
    const slug = `owners-${uuid()}`;
    const first = await server.dealership(slug, 'OWNER');
    const second = await server.dealership(slug, 'MANAGER');
    const [one, two] = await Promise.all(
      [first, second].map(({ email }) => userIdOf(server, email)),
    );
    for (const [name, input] of [
      ['removeMember', { userId: one }],
      ['changeRole', { userId: one, role: 'MANAGER' }],
    ] as const)
      expect(await codeOf(first.staff, name, input)).toBe('LAST_OWNER');
    await account(first.staff, 'changeRole', { userId: two, role: 'OWNER' });
    const codes = await Promise.all([
      codeOf(first.staff, 'changeRole', { userId: two, role: 'VIEWER' }),
      codeOf(second.staff, 'changeRole', { userId: one, role: 'VIEWER' }),
    ]);
    expect(codes.sort()).toEqual(['FORBIDDEN', 'OK']);
    const { rows } = await query(
      "select count(*)::int from memberships where dealership_id = $1 and role = 'OWNER'",
      [first.uuid],
    );
    expect(rows).toEqual([{ count: 1 }]);
  });

  it('of other dealerships are nobody', async () => {
    const [here, there] = [await shop(), await shop()];
    const userId = await userIdOf(server, there.photographer.email);
    const { invitation } = await invite(there.owner, { email: guest(), role: 'VIEWER' });
    const foreign: [string, object][] = [
      ['changeRole', { userId, role: 'VIEWER' }],
      ['removeMember', { userId }],
      ['revokeInvitation', { id: (invitation as { id: string }).id }],
    ];
    for (const [name, input] of foreign)
      expect(await codeOf(here.owner.staff, name, input), name).toBe('NOT_FOUND');
    expect(await roleOf(server.url, there.photographer.token)).toBe('PHOTOGRAPHER');
  });
});

describe('what ends a right', () => {
  it('is told to every process', async () => {
    const { owner, manager, photographer } = await shop();
    const [promoted, gone] = await Promise.all(
      [manager, photographer].map(({ email }) => userIdOf(server, email)),
    );
    const changes = await openViewerChanges(server.app.db);
    const seen: ViewerChange[] = [];
    changes.onChange((change) => seen.push(change));
    await account(owner.staff, 'changeRole', { userId: promoted, role: 'VIEWER' });
    await account(owner.staff, 'removeMember', { userId: gone });
    const input = { currentPassword: owner.password, newPassword: GOOD };
    await account(owner.staff, 'changePassword', input);
    const uuidOf = (id: string | undefined) => decodeId(id ?? '')?.uuid;
    await expect
      .poll(() => seen.slice(-3))
      .toEqual([
        { dealershipId: owner.uuid, userId: uuidOf(promoted) },
        { dealershipId: owner.uuid, userId: uuidOf(gone) },
        { userId: uuidOf(await userIdOf(server, owner.email)) },
      ]);
    await changes.close();
  });
});
