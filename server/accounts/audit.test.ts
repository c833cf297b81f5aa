import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { account, auditOf, userIdOf } from '../../test/accounts.ts';
import { addVehicle, uploadPhoto } from '../../test/gallery.ts';
import { photo } from '../../test/pictures.ts';
import { startServer, type TestDealership, type TestServer } from '../../test/server.ts';
import { pruneAuditEntries } from './audit.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.stop());

const query = (text: string, values: unknown[] = []) => server.app.db.pool.query(text, values);

interface Log {
  dealership: {
    auditLog: {
      nodes: {
        at: string;
        action: string;
        actorKind: string;
        actorId: string | null;
        actorName: string | null;
        subjectKind: string;
        subjectId: string;
        details: { name: string; value: string | null }[];
      }[];
      pageInfo: { hasNextPage: boolean; endCursor: string | null };
    } | null;
  };
}

const read = ({ staff }: TestDealership, variables: object = {}) =>
  staff.expect<Log>(
    `query ($first: Int, $after: String, $filter: AuditFilter) { dealership {
      auditLog(first: $first, after: $after, filter: $filter) {
        nodes { at action actorKind actorId actorName subjectKind subjectId details { name value } }
        pageInfo { hasNextPage endCursor }
      } } }`,
    { ...variables },
  );

describe('the audit log', () => {
  it('has who deleted and restored what, and nothing of what failed', async () => {
    const shop = await server.dealership('garage');
    const vehicleId = await addVehicle(shop.staff);
    const { bytes } = await photo({ width: 64, height: 48, seed: 1 });
    const mediaId = await uploadPhoto(shop.staff, vehicleId, bytes);
    const change = (name: string, input: string) =>
      shop.staff.expect(`mutation { ${name}(input: { ${input} }) { userErrors { code } } }`);
    await change('deleteMedia', `ids: ["${mediaId}", "none"]`);
    await change('restoreMedia', `id: "${mediaId}"`);
    await change('restoreMedia', `id: "${mediaId}"`);
    await change('deleteVehicle', `id: "${vehicleId}"`);
    await change('deleteVehicle', `id: "${vehicleId}"`);
    const { dealership } = await read(shop, {
      filter: { action: ['MEDIA_DELETED', 'MEDIA_RESTORED', 'VEHICLE_DELETED'] },
    });
    const userId = await userIdOf(server, shop.email);
    const who = { actorKind: 'USER', actorId: userId, actorName: 'garage' };
    expect(dealership.auditLog?.nodes).toMatchObject([
      { ...who, action: 'VEHICLE_DELETED', subjectKind: 'VEHICLE', subjectId: vehicleId },
      { ...who, action: 'MEDIA_RESTORED', subjectKind: 'MEDIA', subjectId: mediaId },
      { ...who, action: 'MEDIA_DELETED', subjectKind: 'MEDIA', subjectId: mediaId },
    ]);
  });

  it('is read by owners and managers of the dealership alone', async () => {
    await server.dealership('other');
    for (const role of ['OWNER', 'MANAGER', 'PHOTOGRAPHER', 'VIEWER'] as const) {
      const who = await server.dealership('readers', role);
      const { auditLog } = (await read(who)).dealership;
      if (role === 'OWNER' || role === 'MANAGER') {
        // Their own log-ins, and nobody else's.
        expect(auditLog?.nodes.every(({ actorName }) => actorName === 'readers')).toBe(true);
        expect(auditLog?.nodes.length).toBeGreaterThan(0);
      } else expect(auditLog).toBeNull();
    }
    const { data } = await server.visitor.send<Log>(
      '{ dealership { auditLog { nodes { action } } } }',
    );
    expect(data?.dealership?.auditLog ?? null).toBeNull();
  });

  it('goes page by page, newest first, with what a filter asks for', async () => {
    const shop = await server.dealership('pages');
    for (let count = 0; count < 4; count++)
      await account(server.visitor, 'logIn', { email: shop.email, password: shop.password });
    await account(server.visitor, 'logIn', { email: shop.email, password: 'wrong' });
    await expect.poll(async () => (await auditOf(server, shop)).length).toBe(1);
    const seen: string[] = [];
    let after: string | null = null;
    do {
      const { dealership }: Log = await read(shop, { first: 2, after });
      seen.push(...(dealership.auditLog?.nodes.map(({ action }) => action) ?? []));
      const page = dealership.auditLog?.pageInfo;
      after = page?.hasNextPage ? page.endCursor : null;
    } while (after !== null);
    expect(seen).toEqual(['LOG_IN_FAILED', ...Array.from({ length: 5 }, () => 'LOGGED_IN')]);
    const filtered = async (filter: object) =>
      (await read(shop, { filter })).dealership.auditLog?.nodes.length;
    expect(await filtered({ action: ['LOG_IN_FAILED'] })).toBe(1);
    expect(await filtered({ actorId: await userIdOf(server, shop.email) })).toBe(5);
    expect(await filtered({ actorId: 'none' })).toBe(0);
    expect(await filtered({ until: '2020-01-01T00:00:00Z' })).toBe(0);
    expect(await filtered({ since: '2020-01-01T00:00:00Z' })).toBe(6);
  });

  it('says where a log-in came from, and one that failed', async () => {
    const shop = await server.dealership('doors');
    await account(server.visitor, 'logIn', { email: shop.email, password: 'wrong' });
    await expect.poll(async () => (await auditOf(server, shop)).length).toBe(1);
    const { rows } = await query(
      "select action, details->>'address' address from audit_entries where dealership_id = $1 order by at",
      [shop.uuid],
    );
    expect(rows).toEqual([
      { action: 'LOGGED_IN', address: expect.stringMatching(/^(127\.0\.0\.1|[\d:]+\/64)$/) },
      { action: 'LOG_IN_FAILED', address: rows[0]?.['address'] },
    ]);
  });

  it('refuses cursors and pages that are none', async () => {
    const shop = await server.dealership('cursors');
    for (const args of ['after: "x"', 'first: 0', 'first: 101', 'last: 2']) {
      const { errors } = await shop.staff.send(
        `{ dealership { auditLog(${args}) { nodes { action } } } }`,
      );
      expect(errors?.[0]?.extensions?.code, args).toBe('BAD_USER_INPUT');
    }
  });

  it('is never changed, and loses what is old alone', async () => {
    const shop = await server.dealership('kept');
    const rows = () =>
      query('select id, at from audit_entries where dealership_id = $1', [shop.uuid]);
    const { rows: before } = await rows();
    expect(before).toHaveLength(1);
    for (const text of [
      "update audit_entries set actor_name = 'nobody' where dealership_id = $1",
      'delete from audit_entries where dealership_id = $1',
    ])
      await expect(query(text, [shop.uuid])).rejects.toThrow(/neither changed nor deleted/);
    await query(
      `insert into audit_entries (id, dealership_id, at, actor_kind, action, subject_kind, subject_id)
        select gen_random_uuid(), $1, now() - interval '401 days', 'SYSTEM', 'LOGGED_IN', 'USER', $1`,
      [shop.uuid],
    );
    await pruneAuditEntries(server.app.db.pool, 400);
    expect((await rows()).rows).toEqual(before);
    await expect(
      query('delete from audit_entries where dealership_id = $1', [shop.uuid]),
    ).rejects.toThrow(/neither changed nor deleted/);
  });

  it('goes with its dealership', async () => {
    const shop = await server.dealership('gone');
    await query('delete from dealerships where id = $1', [shop.uuid]);
    const { rows } = await query('select 1 from audit_entries where dealership_id = $1', [
      shop.uuid,
    ]);
    expect(rows).toEqual([]);
  });
});
