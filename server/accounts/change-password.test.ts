import { v4 as uuid } from 'uuid';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { account, auditOf, codeOf, mailTo, roleOf } from '../../test/accounts.ts';
import { startServer, type TestDealership, type TestServer } from '../../test/server.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.stop());

const GOOD = 'plum tractor window nine';
const person = () => server.dealership(`shop-${uuid()}`);

async function logIn({ email }: TestDealership, password: string): Promise<string | undefined> {
  return (await account(server.visitor, 'logIn', { email, password })).session?.token;
}

describe('changing a password', () => {
  it('ends every other session, and leaves this one', async () => {
    const me = await person();
    const other = (await logIn(me, me.password)) ?? '';
    const input = { currentPassword: me.password, newPassword: GOOD };
    const { endedSessions } = await account(me.staff, 'changePassword', input);
    expect(endedSessions).toBe(1);
    expect(await roleOf(server.url, other)).toBe('UNAUTHENTICATED');
    expect(await roleOf(server.url, me.token)).toBe('OWNER');
    expect(await logIn(me, me.password)).toBeUndefined();
    expect(await logIn(me, GOOD)).toEqual(expect.any(String));
    await expect
      .poll(() => auditOf(server, me))
      .toMatchObject([
        { action: 'PASSWORD_CHANGED', details: { endedSessions: 1 } },
        { action: 'LOG_IN_FAILED', actor_name: null },
      ]);
  });

  it('takes the present one, and a good one', async () => {
    const me = await person();
    const code = (currentPassword: string, newPassword: string) =>
      codeOf(me.staff, 'changePassword', { currentPassword, newPassword });
    expect(await code('wrong', GOOD)).toBe('INVALID_CREDENTIALS');
    expect(await code(me.password, 'password1')).toBe('WEAK_PASSWORD');
    expect(await code(me.password, me.email)).toBe('WEAK_PASSWORD');
    expect(
      await codeOf(server.visitor, 'changePassword', {
        currentPassword: me.password,
        newPassword: GOOD,
      }),
    ).toBe('UNAUTHENTICATED');
    expect(await logIn(me, me.password)).toEqual(expect.any(String));
  });

  it('is no way to guess one', async () => {
    const me = await person();
    const codes = [];
    for (let tries = 0; tries < 11; tries++) {
      const input = { currentPassword: `guess ${tries}`, newPassword: GOOD };
      codes.push(await codeOf(me.staff, 'changePassword', input));
    }
    expect(codes.slice(0, 10)).toEqual(Array.from({ length: 10 }, () => 'INVALID_CREDENTIALS'));
    expect(codes[10]).toBe('RATE_LIMITED');
  });
});

describe('a forgotten password', () => {
  const ask = (email: string) => codeOf(server.visitor, 'requestPasswordReset', { email });
  const reset = (token: string, newPassword = GOOD) =>
    codeOf(server.visitor, 'resetPassword', { token, newPassword });

  it('is replaced through the link of a mail, once, and every session ends', async () => {
    const me = await person();
    expect(await ask(` ${me.email.toUpperCase()}`)).toBe('OK');
    const { token, text } = await mailTo(server, me.email);
    expect(text).toContain(`${server.url}/staff/reset-password#token=${token}\n`);
    expect(await reset(token, 'password1')).toBe('WEAK_PASSWORD');
    expect(await reset(token)).toBe('OK');
    expect(await reset(token)).toBe('NOT_FOUND');
    expect(await roleOf(server.url, me.token)).toBe('UNAUTHENTICATED');
    expect(await logIn(me, GOOD)).toEqual(expect.any(String));
    expect((await auditOf(server, me)).map(({ action }) => action)).toEqual([
      'PASSWORD_RESET_REQUESTED',
      'PASSWORD_RESET',
    ]);
  });

  it('lets its owner in while somebody keeps guessing', async () => {
    const me = await person();
    const guess = () =>
      codeOf(server.visitor, 'logIn', { email: me.email, password: 'not the password' });
    const codes = await Promise.all(Array.from({ length: 60 }, guess));
    expect(codes.filter((code) => code === 'INVALID_CREDENTIALS')).toHaveLength(10);
    const { email, password } = me;
    expect(await codeOf(server.visitor, 'logIn', { email, password })).toBe('RATE_LIMITED');
    expect(await roleOf(server.url, me.token)).toBe('OWNER');
    expect(await ask(me.email)).toBe('OK');
    expect(await reset((await mailTo(server, me.email)).token)).toBe('OK');
    expect(await logIn(me, GOOD)).toEqual(expect.any(String));
  });

  it('is asked for with the same answer whether somebody has the address or not', async () => {
    const me = await person();
    const answer = (email: string) =>
      server.visitor.send(
        'mutation ($email: String!) { requestPasswordReset(input: { email: $email }) { userErrors { code message field } } }',
        { email },
      );
    const nobody = `${uuid()}@nobody.example`;
    expect(await answer(me.email)).toEqual(await answer(nobody));
    await mailTo(server, me.email);
    expect(server.mails.filter(({ to }) => to === nobody)).toEqual([]);
    expect(await ask('no address')).toBe('INVALID_INPUT');
  });

  it('has links that end: with time, with each other, and with a change of the password', async () => {
    const me = await person();
    await ask(me.email);
    const first = await mailTo(server, me.email);
    await server.app.db.pool.query('update password_resets set expires_at = now()');
    expect(await reset(first.token)).toBe('NOT_FOUND');
    await ask(me.email);
    const second = await mailTo(server, me.email, 2);
    await ask(me.email);
    const third = await mailTo(server, me.email, 3);
    expect(await reset(second.token)).toBe('OK');
    expect(await reset(third.token)).toBe('NOT_FOUND');

    const other = await person();
    await ask(other.email);
    const { token } = await mailTo(server, other.email);
    await account(other.staff, 'changePassword', {
      currentPassword: other.password,
      newPassword: GOOD,
    });
    expect(await reset(token)).toBe('NOT_FOUND');
    expect(await reset('')).toBe('NOT_FOUND');
  });

  it('is mailed at most three times an hour', async () => {
    const me = await person();
    for (let count = 0; count < 3; count++) {
      await ask(me.email);
      await mailTo(server, me.email, count + 1);
    }
    expect(await ask(me.email)).toBe('OK');
    const next = await person();
    await ask(next.email);
    await mailTo(server, next.email);
    expect(server.mails.filter(({ to }) => to === me.email)).toHaveLength(3);
  });
});

it('needs mail where links are to be sent, and says so', async () => {
  const mute = await startServer({ change: (config) => ({ ...config, mail: null }) });
  try {
    const owner = await mute.dealership('mute');
    const input = { email: 'guest@guest.example', role: 'VIEWER' };
    expect(await codeOf(owner.staff, 'inviteMember', input)).toBe('MAIL_UNAVAILABLE');
    expect(await codeOf(mute.visitor, 'requestPasswordReset', { email: owner.email })).toBe(
      'MAIL_UNAVAILABLE',
    );
  } finally {
    await mute.stop();
  }
});
