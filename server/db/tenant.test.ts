import { randomUUID } from 'node:crypto';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { recordStatements } from '../../test/statements.ts';
import { freshDatabase, type FreshDatabase } from '../../test/database.ts';
import { connectDatabase, type Database } from './database.ts';
import { checkTenantRoles } from './tenant-roles.ts';

/** Tables that say nothing of a dealership: the server's own work alone. */
const WITHOUT_TENANT = [
  '_prisma_migrations',
  'housekeeping_tasks',
  'media_feed',
  'password_resets',
];

describe('row-level security', () => {
  let fresh: FreshDatabase;
  let db: Database;
  let north: string;
  let south: string;

  const addDealership = async (): Promise<string> => {
    const id = randomUUID();
    await db.prisma.dealership.create({ data: { id, name: 'Main Street', slug: id } });
    const user = { id: randomUUID(), email: `${id}@dealership.example`, name: 'Jo' };
    await db.prisma.user.create({ data: { ...user, passwordHash: 'secret' } });
    await db.prisma.membership.create({
      data: { dealershipId: id, userId: user.id, role: 'OWNER' },
    });
    for (const status of ['DRAFT', 'PUBLISHED'] as const) {
      const vehicleId = randomUUID();
      await db.prisma.vehicle.create({
        data: { id: vehicleId, dealershipId: id, stockNumber: status, status },
      });
      for (const media of ['UPLOADED', 'READY'] as const) {
        const mediaId = randomUUID();
        await db.prisma.media.create({
          data: {
            id: mediaId,
            dealershipId: id,
            vehicleId,
            status: media,
            position: 0,
            originalFileName: 'front.jpg',
            originalContentType: 'image/jpeg',
            originalByteSize: 1n,
          },
        });
      }
    }
    return id;
  };

  beforeAll(async () => {
    fresh = await freshDatabase();
    db = await connectDatabase(fresh.config, pino({ level: 'silent' }));
    north = await addDealership();
    south = await addDealership();
  });
  afterAll(async () => {
    await db.close();
    await fresh.drop();
  });

  it('is on for every table that knows dealerships, with a policy for the tenant', async () => {
    const { rows } = await db.pool.query<{ name: string; walled: boolean; tenant: boolean }>(
      `select c.relname "name", c.relrowsecurity walled, exists (
          select from pg_policy p
          where p.polrelid = c.oid and 'forecourt_tenant'::regrole = any(p.polroles)
            and pg_get_expr(p.polqual, p.polrelid) like '%current_dealership()%'
        ) tenant
        from pg_class c where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p')`,
    );
    expect(rows.length).toBeGreaterThan(WITHOUT_TENANT.length);
    const open = rows.filter(({ walled, tenant }) => !walled || !tenant).map(({ name }) => name);
    expect(open.sort()).toEqual(WITHOUT_TENANT);
  });

  it.each(['forecourt_tenant', 'forecourt_visitor'])(
    'gives %s no table that has no tenant, and no hash of a password or of a link',
    async (role) => {
      const { rows } = await db.pool.query<{ name: string }>(
        `select c.relname "name" from pg_class c
          where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p', 'v', 'm') and (not c.relrowsecurity)
            and has_any_column_privilege($1, c.oid, 'select, insert, update, references')`,
        [role],
      );
      expect(rows).toEqual([]);
      const { rows: hashes } = await db.pool.query<{ reads: boolean }>(
        `select has_column_privilege($1, 'users', 'password_hash', 'select')
          or has_column_privilege($1, 'invitations', 'token_hash', 'select') reads`,
        [role],
      );
      expect(hashes).toEqual([{ reads: false }]);
    },
  );

  it('shows staff the rows of their dealership and no others, whatever they ask for', async () => {
    const staff = db.asTenant(north);
    expect(await staff.vehicle.count()).toBe(2);
    expect(await staff.vehicle.count({ where: { dealershipId: south } })).toBe(0);
    expect(await staff.media.count()).toBe(4);
    expect((await staff.dealership.findMany()).map(({ id }) => id)).toEqual([north]);
    expect(await staff.user.findMany({ select: { email: true } })).toEqual([
      { email: `${north}@dealership.example` },
    ]);
    expect(await staff.$queryRaw`select dealership_id from memberships`).toEqual([
      { dealership_id: north },
    ]);
  });

  it('shows visitors what is published, and lets them write nothing', async () => {
    const visitor = db.asVisitor(north);
    expect(await visitor.vehicle.findMany({ select: { stockNumber: true } })).toEqual([
      { stockNumber: 'PUBLISHED' },
    ]);
    expect(await visitor.media.findMany({ select: { status: true } })).toEqual([
      { status: 'READY' },
      { status: 'READY' },
    ]);
    await expect(visitor.upload.count()).rejects.toThrow(/permission denied/);
    await expect(visitor.membership.count()).rejects.toThrow(/permission denied/);
    await expect(visitor.vehicle.updateMany({ data: { make: 'x' } })).rejects.toThrow(
      /permission denied/,
    );
    expect(await db.asVisitor(null).vehicle.count()).toBe(0);
  });

  it('lets nobody write rows of another dealership', async () => {
    const staff = db.asTenant(north);
    await expect(
      staff.vehicle.create({ data: { id: randomUUID(), dealershipId: south } }),
    ).rejects.toThrow(/row-level security/);
    expect(await staff.vehicle.updateMany({ data: { make: 'Aurelia' } })).toEqual({ count: 2 });
    await expect(staff.vehicle.updateMany({ data: { dealershipId: south } })).rejects.toThrow(
      /row-level security|foreign key/,
    );
    expect(await db.prisma.vehicle.count({ where: { dealershipId: south, make: null } })).toBe(2);
    await expect(staff.dealership.updateMany({ data: { name: 'Mine' } })).rejects.toThrow(
      /permission denied/,
    );
  });

  it('holds in a transaction, and ends with it', async () => {
    await db.asTenant(north).$transaction(
      async (tx) => {
        expect(await tx.vehicle.count()).toBe(2);
        expect(await tx.$queryRaw`select current_user::text "user"`).toEqual([
          { user: 'forecourt_tenant' },
        ]);
        await tx.$executeRaw`savepoint here`;
        expect(await tx.vehicle.deleteMany({ where: { dealershipId: south } })).toEqual({
          count: 0,
        });
      },
      { isolationLevel: 'RepeatableRead' },
    );
    await db
      .asTenant(south)
      .$transaction([db.asTenant(south).vehicle.count(), db.asTenant(south).media.count()]);
    for (let connection = 0; connection < 12; connection++) {
      expect(await db.prisma.vehicle.count()).toBe(4);
    }
  });

  it('is left with the statement, also with one that fails', async () => {
    await expect(db.asTenant(north).$queryRaw`select 1 / 0`).rejects.toThrow(/division by zero/);
    await expect(db.asTenant(north).$queryRaw`select nonsense`).rejects.toThrow(/nonsense/);
    await expect(db.asTenant(north).$queryRaw`select nonsense`).rejects.toThrow(/nonsense/);
    const { rows } = await db.pool.query(
      `select current_user::text "user", current_setting('forecourt.dealership', true) "for"`,
    );
    expect(rows[0].user).not.toBe('forecourt_tenant');
    expect(rows[0].for || null).toBeNull();
  });

  it('keeps look-ups by id of one moment apart, and those of one dealership together', async () => {
    const own = (id: string) =>
      db.asTenant(id).dealership.findUniqueOrThrow({ where: { id }, select: { id: true } });
    const asked = Array.from({ length: 20 }, (_, index) => (index % 2 === 0 ? north : south));
    await Promise.all([north, south].map(own));
    let found: { id: string }[] = [];
    const seen = await recordStatements(async () => {
      found = await Promise.all(asked.map(own));
    });
    expect(found.map(({ id }) => id)).toEqual(asked);
    expect(seen).toHaveLength(2);
    const foreign = await Promise.all([
      db.asTenant(north).dealership.findUnique({ where: { id: south } }),
      db.asTenant(south).dealership.findUnique({ where: { id: south } }),
    ]);
    expect(foreign.map((row) => row?.id ?? null)).toEqual([null, south]);
  });

  it('serves many at the same time, each with what is theirs', async () => {
    const ask = async (id: string) => {
      const [row] = await db.asTenant(id).$queryRaw<{ all: string }[]>`
        select string_agg(distinct dealership_id::text, ',') "all" from vehicles, pg_sleep(0.002)`;
      return row?.all;
    };
    const asked = Array.from({ length: 60 }, (_, index) => (index % 3 === 0 ? north : south));
    expect(await Promise.all(asked.map(ask))).toEqual(asked);
  });

  it('refuses to serve when a role could bypass it', async () => {
    await expect(checkTenantRoles(db.pool)).resolves.toBeUndefined();
    await db.pool.query('alter table vehicles disable row level security');
    await expect(checkTenantRoles(db.pool)).rejects.toMatchObject({ code: 'ROLES_UNSAFE' });
    await db.pool.query('alter table vehicles enable row level security');
    await db.pool.query('revoke select on vehicles from forecourt_tenant');
    await expect(checkTenantRoles(db.pool)).rejects.toMatchObject({ code: 'ROLES_MISSING' });
    await db.pool.query('grant select on vehicles to forecourt_tenant');
  });
});
