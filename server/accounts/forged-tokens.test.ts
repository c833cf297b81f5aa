import { hkdfSync } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { roleOf } from '../../test/accounts.ts';
import { forgeTokens, signAnew } from '../../test/forged-tokens.ts';
import { startServer, type TestServer } from '../../test/server.ts';

const SECRET = 'a secret that only this test has, and its server';

let server: TestServer;
beforeAll(async () => {
  server = await startServer({ env: { APP_SECRET: SECRET } });
});
afterAll(() => server.stop());

/** As the server derives it: whoever steals the key must not get further than with a session. */
const ownKey = () =>
  Buffer.concat([
    Buffer.from('302e020100300506032b657004220420', 'hex'),
    Buffer.from(hkdfSync('sha256', Buffer.from(SECRET), '', 'forecourt session key', 32)),
  ]);

it('lets in none of 60 forged tokens', async () => {
  const [here, there] = [await server.dealership('here'), await server.dealership('there')];
  const other = await server.app.db.prisma.user.findUniqueOrThrow({
    where: { email: there.email },
  });
  const forged = forgeTokens({
    seed: 1,
    good: here.token,
    ownKey: ownKey(),
    otherDealershipId: there.uuid,
    otherUserId: other.id,
  });
  expect(forged).toHaveLength(60);
  expect(new Set(forged.map(({ token }) => token)).size).toBe(60);
  const accepted: string[] = [];
  for (const { what, token } of forged) {
    const answer = await roleOf(server.url, token);
    if (token !== '' && answer !== 'UNAUTHENTICATED') accepted.push(`${what}: ${answer}`);
  }
  expect(accepted).toEqual([]);
  const anew = signAnew({ good: here.token, ownKey: ownKey() });
  expect(await roleOf(server.url, anew)).toBe('OWNER');
});
