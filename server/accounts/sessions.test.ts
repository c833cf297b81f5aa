import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { followByWebSocket } from '../../test/live-client.ts';
import { addVehicle } from '../../test/gallery.ts';
import { GraphQLClient } from '../../test/graphql-client.ts';
import {
  PUBLIC_DEALERSHIP,
  startServer,
  type TestDealership,
  type TestServer,
} from '../../test/server.ts';
import { createSessionTokens, type SessionTokens } from './session-tokens.ts';
import { createSessions, pruneSessions } from './sessions.ts';
import {
  concerns,
  openViewerChanges,
  tellViewerChange,
  type ViewerChange,
} from './viewer-changes.ts';

const SECRET = 'a secret of thirty-two characters or more';
const PREVIOUS = 'the secret of last year and as long as any';

let server: TestServer;
beforeAll(async () => {
  server = await startServer({ env: { APP_SECRET_PREVIOUS: `, ${PREVIOUS} ,${'x'.repeat(32)}` } });
});
afterAll(() => server.stop());

const query = <Row extends object>(text: string, values: unknown[] = []) =>
  server.app.db.pool.query<Row>(text, values);

/** Another session of the same person. */
async function logIn({ email, password }: TestDealership): Promise<string> {
  const { logIn } = await server.visitor.expect<{ logIn: { session: { token: string } } }>(
    'mutation ($input: LogInInput!) { logIn(input: $input) { session { token } } }',
    { input: { email, password } },
  );
  return logIn.session.token;
}

/** What a token is answered with: the role of its owner, or the code of an error. */
async function roleOf(token: string): Promise<string | undefined> {
  const { data, errors } = await new GraphQLClient(server.url, token).send<{
    viewer: { role: string } | null;
  }>('{ viewer { role } }');
  return errors?.[0]?.extensions?.code ?? data?.viewer?.role;
}

async function logOut(token: string, everywhere?: boolean): Promise<number> {
  const { logOut } = await new GraphQLClient(server.url, token).expect<{
    logOut: { endedSessions: number };
  }>('mutation ($input: LogOutInput!) { logOut(input: $input) { endedSessions } }', {
    input: { everywhere },
  });
  return logOut.endedSessions;
}

function idOf(token: string): string {
  const claims = Buffer.from(token.split('.')[1] as string, 'base64url').toString();
  return (JSON.parse(claims) as { jti: string }).jti;
}

describe('a session', () => {
  it('ends when its owner logs out, and no other with it', async () => {
    const north = await server.dealership(PUBLIC_DEALERSHIP, 'PHOTOGRAPHER');
    const other = await logIn(north);
    expect(await logOut(north.token)).toBe(1);
    expect(await roleOf(north.token)).toBe('UNAUTHENTICATED');
    expect(await roleOf(other)).toBe('PHOTOGRAPHER');
  });

  it('ends with all the others when its owner logs out everywhere', async () => {
    const [person, colleague] = [await server.dealership('out'), await server.dealership('in')];
    const tokens = [person.token, await logIn(person), await logIn(person)];
    expect(await logOut(tokens[1] as string, true)).toBe(3);
    for (const token of tokens) expect(await roleOf(token)).toBe('UNAUTHENTICATED');
    expect(await roleOf(colleague.token)).toBe('OWNER');
    const { rows } = await query(
      `select action, actor_name, details from audit_entries where dealership_id = $1
        and action <> 'LOGGED_IN'`,
      [person.uuid],
    );
    expect(rows).toEqual([{ action: 'LOGGED_OUT', actor_name: 'out', details: { sessions: 3 } }]);
  });

  it('opens no live stream once it is over', async () => {
    const north = await server.dealership(PUBLIC_DEALERSHIP, 'MANAGER');
    const vehicleId = await addVehicle(north.staff);
    await logOut(north.token);
    const live = followByWebSocket({ url: server.url, token: north.token, vehicleId });
    await expect(live.events.next()).rejects.toMatchObject({ code: 4403 });
  });

  it('is over when its row says so, whatever its token says', async () => {
    const shop = await server.dealership('rows');
    const late = await logIn(shop);
    await query("update sessions set expires_at = now() - interval '1 second' where id = $1", [
      idOf(late),
    ]);
    expect(await roleOf(late)).toBe('UNAUTHENTICATED');
    await query('delete from sessions where id = $1', [idOf(shop.token)]);
    expect(await roleOf(shop.token)).toBe('UNAUTHENTICATED');
  });

  it('has the role of this moment, and goes with the membership', async () => {
    const shop = await server.dealership('roles');
    await query("update memberships set role = 'VIEWER' where dealership_id = $1", [shop.uuid]);
    expect(await roleOf(shop.token)).toBe('VIEWER');
    await query('delete from memberships where dealership_id = $1', [shop.uuid]);
    expect(await roleOf(shop.token)).toBe('UNAUTHENTICATED');
  });

  it('is forgotten a day after its end, and not before', async () => {
    const shop = await server.dealership('forgotten');
    const [old, recent] = [await logIn(shop), await logIn(shop)];
    const age = (token: string, time: string) =>
      query(`update sessions set expires_at = now() - interval '${time}' where id = $1`, [
        idOf(token),
      ]);
    await age(old, '24 hours 1 second');
    await age(recent, '23 hours 59 minutes');
    await pruneSessions(server.app.db.pool);
    const { rows } = await query<{ id: string }>('select id from sessions where id = any($1)', [
      [old, recent].map(idOf),
    ]);
    expect(rows).toEqual([{ id: idOf(recent) }]);
  });
});

describe('a secret that was replaced', () => {
  /** A token of a new session, signed by whoever has these keys. */
  async function signedBy(tokens: SessionTokens, shop: TestDealership): Promise<string> {
    const { db } = server.app;
    const sessions = createSessions(db, tokens, 3_600);
    const user = await db.prisma.user.findUniqueOrThrow({ where: { email: shop.email } });
    const id = await db.prisma.$transaction((tx) => sessions.open(tx, user.id, shop.uuid));
    return (await sessions.tokenOf(id))?.token ?? '';
  }
  const bytes = (secret: string) => Buffer.from(secret);

  it('verifies what it signed, and signs nothing more', async () => {
    const shop = await server.dealership('rotation');
    const before = await signedBy(createSessionTokens(bytes(PREVIOUS)), shop);
    expect(await roleOf(before)).toBe('OWNER');
    const kid = (token: string) =>
      (
        JSON.parse(Buffer.from(token.split('.')[0] ?? '', 'base64url').toString()) as {
          kid: string;
        }
      ).kid;
    expect(kid(shop.token)).toBe(kid(await signedBy(createSessionTokens(bytes(SECRET)), shop)));
    expect(kid(shop.token)).not.toBe(kid(before));
  });

  it('verifies nothing once it is dropped', async () => {
    const shop = await server.dealership('dropped');
    const stranger = createSessionTokens(bytes('the secret of nobody who is known here'));
    expect(await roleOf(await signedBy(stranger, shop))).toBe('UNAUTHENTICATED');
  });

  it('gives the same token for a session however often it is asked', async () => {
    const { db } = server.app;
    const sessions = createSessions(db, createSessionTokens(bytes(SECRET)), 3_600);
    const { token } = await server.dealership('same');
    expect((await sessions.tokenOf(idOf(token)))?.token).toBe(token);
  });
});

describe('a change of what a viewer may do', () => {
  it('is told to every process that listens, once it is committed', async () => {
    const { db } = server.app;
    const changes = await openViewerChanges(db);
    const seen: ViewerChange[] = [];
    const stop = changes.onChange((change) => seen.push(change));
    const shop = await server.dealership('told');
    await db.prisma
      .$transaction(async (tx) => {
        await tellViewerChange(tx, { keyId: 'rolled back' });
        throw new Error('back');
      })
      .catch(() => {});
    await logOut(shop.token);
    await expect.poll(() => seen.at(-1)).toEqual({ sessionId: idOf(shop.token) });
    expect(seen).not.toContainEqual({ keyId: 'rolled back' });
    stop();
    await changes.close();
  });

  it.each<[ViewerChange, boolean]>([
    [{ sessionId: 's' }, true],
    [{ userId: 'u', dealershipId: 'd' }, true],
    [{ userId: 'u', dealershipId: 'other' }, false],
    [{ keyId: 'u' }, false],
    [{}, true],
  ])('%j concerns whoever it names', (change, expected) => {
    expect(concerns(change, { sessionId: 's', userId: 'u', dealershipId: 'd' })).toBe(expected);
  });
});
