import { v4 as uuid } from 'uuid';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { GraphQLClient } from '../../test/graphql-client.ts';
import { PUBLIC_DEALERSHIP, startServer, type TestServer } from '../../test/server.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startServer({ env: { RATE_LIMITS: 'sign-up=off' } });
});
afterAll(() => server.stop());

interface SignUpAnswer {
  session: { token: string } | null;
  userErrors: { code: string; message: string; field: string[] | null }[];
}

const GOOD = 'plum tractor window nine';

async function signUp(
  change: Record<string, unknown> = {},
  { visitor }: { visitor: GraphQLClient } = server,
): Promise<SignUpAnswer> {
  const input = {
    email: `${uuid()}@halden.example`,
    password: GOOD,
    name: 'Kim Halden',
    dealershipName: 'Halden & Söhne',
    ...change,
  };
  const { signUp } = await visitor.expect<{ signUp: SignUpAnswer }>(
    `mutation ($input: SignUpInput!) {
      signUp(input: $input) { session { token } userErrors { code message field } }
    }`,
    { input },
  );
  return signUp;
}

const viewerOf = ({ session }: SignUpAnswer) =>
  new GraphQLClient(server.url, session?.token).expect<{
    viewer: { user: { email: string; name: string }; role: string; dealership: { slug: string } };
  }>('{ viewer { user { email name } role dealership { slug name } } }');

const countOf = async (table: string): Promise<number> => {
  const { rows } = await server.app.db.pool.query<{ count: number }>(
    `select count(*)::int "count" from ${table}`,
  );
  return rows[0]?.count ?? 0;
};

describe('signing up', () => {
  it('makes a dealership with its owner, who is logged in', async () => {
    const first = await signUp({ email: ' Kim@Halden.Example ', name: ' Kim\n Halden ' });
    expect((await viewerOf(first)).viewer).toEqual({
      user: { email: 'kim@halden.example', name: 'Kim Halden' },
      role: 'OWNER',
      dealership: { slug: 'halden-sohne', name: 'Halden & Söhne' },
    });
    const { logIn } = await server.visitor.expect<{ logIn: SignUpAnswer }>(
      'mutation ($input: LogInInput!) { logIn(input: $input) { session { token } userErrors { code } } }',
      { input: { email: 'KIM@halden.example', password: GOOD } },
    );
    expect(logIn.userErrors).toEqual([]);
  });

  it('gives each dealership a slug of its own, at the same moment too', async () => {
    const answers = await Promise.all(
      Array.from({ length: 6 }, () => signUp({ dealershipName: 'Same Name' })),
    );
    const viewers = await Promise.all(answers.map(viewerOf));
    expect(viewers.map(({ viewer }) => viewer.dealership.slug).sort()).toEqual([
      'same-name',
      ...[2, 3, 4, 5, 6].map((number) => `same-name-${number}`),
    ]);
    const { viewer } = await viewerOf(await signUp({ dealershipName: '自動車' }));
    expect(viewer.dealership.slug).toBe('dealership');
  });

  it('gives nobody the slug of the public dealership, also before there is one', async () => {
    const { viewer } = await viewerOf(await signUp({ dealershipName: 'North' }));
    expect(viewer.dealership.slug).toBe(`${PUBLIC_DEALERSHIP}-2`);
  });

  it('refuses an address that has an account, however it is written', async () => {
    await signUp({ email: 'taken@halden.example' });
    const before = await countOf('dealerships');
    for (const email of ['taken@halden.example', 'TAKEN@Halden.example ']) {
      const { session, userErrors } = await signUp({ email });
      expect(session).toBeNull();
      expect(userErrors).toMatchObject([{ code: 'EMAIL_TAKEN', field: ['input', 'email'] }]);
    }
    expect(await countOf('dealerships')).toBe(before);
  });

  it('makes one account of one address at the same moment', async () => {
    const email = `${uuid()}@halden.example`;
    const before = await countOf('dealerships');
    const answers = await Promise.all(Array.from({ length: 8 }, () => signUp({ email })));
    expect(answers.filter(({ session }) => session)).toHaveLength(1);
    expect(await countOf('dealerships')).toBe(before + 1);
  });

  it.each([
    ['', 'INVALID_INPUT', 'email'],
    ['kim', 'INVALID_INPUT', 'email'],
    ['kim@localhost', 'INVALID_INPUT', 'email'],
    ['kim@halden..example', 'INVALID_INPUT', 'email'],
    ['kim halden@halden.example', 'INVALID_INPUT', 'email'],
    ['kim@halden.example\r\nBcc: eve@halden.example', 'INVALID_INPUT', 'email'],
    ['<kim@halden.example>', 'INVALID_INPUT', 'email'],
    [`${'k'.repeat(65)}@halden.example`, 'INVALID_INPUT', 'email'],
    [`kim@${'halden.'.repeat(40)}example`, 'INVALID_INPUT', 'email'],
  ])('refuses the address %j', async (email, code, field) => {
    expect((await signUp({ email })).userErrors).toMatchObject([{ code, field: ['input', field] }]);
  });

  it('takes an address with a domain of other letters, as mail servers write it', async () => {
    const { viewer } = await viewerOf(await signUp({ email: 'kim@bücher.example' }));
    expect(viewer.user.email).toBe('kim@xn--bcher-kva.example');
  });

  it.each([
    ['name', ' \u200e\n', 'Write a name.'],
    ['name', 'a'.repeat(101), 'at most 100'],
    ['dealershipName', '', 'Write a name.'],
    ['dealershipName', 'Win at https://evil.example', 'without an address'],
  ])('refuses %s %j', async (field, text, message) => {
    expect((await signUp({ [field]: text })).userErrors).toMatchObject([
      { code: 'INVALID_INPUT', field: ['input', field], message: expect.stringContaining(message) },
    ]);
  });

  it('keeps the password as argon2id, and in no log', async () => {
    await signUp({ email: 'kept@halden.example' });
    const { rows } = await server.app.db.pool.query<{ password_hash: string }>(
      "select password_hash from users where email = 'kept@halden.example'",
    );
    expect(rows[0]?.password_hash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
  });

  it('takes a password however a keyboard composes it', async () => {
    const email = `${uuid()}@halden.example`;
    await signUp({ email, password: 'cafe\u0301 tractor ﬁne' });
    const { logIn } = await server.visitor.expect<{ logIn: SignUpAnswer }>(
      'mutation ($input: LogInInput!) { logIn(input: $input) { session { token } userErrors { code } } }',
      { input: { email, password: 'caf\u00e9 tractor fine' } },
    );
    expect(logIn.userErrors).toEqual([]);
  });

  it('is written down', async () => {
    const { session } = await signUp();
    const { jti } = JSON.parse(
      Buffer.from(session?.token.split('.')[1] ?? '', 'base64url').toString(),
    ) as { jti: string };
    const { rows } = await server.app.db.pool.query(
      `select action, subject_kind, actor_name from audit_entries
        where dealership_id = (select dealership_id from sessions where id = $1)`,
      [jti],
    );
    expect(rows).toEqual([
      { action: 'SIGNED_UP', subject_kind: 'DEALERSHIP', actor_name: 'Kim Halden' },
    ]);
  });
});

describe('a weak password', () => {
  it.each([
    ['1234567', /at least 8/],
    ['password', /commonest/],
    ['Password1!', /commonest/],
    ['P@ssw0rd', /commonest/],
    ['dragon123', /commonest/],
    ['sunshine2024', /commonest/],
    ['aaaaaaaaaa', /repeats/],
    ['abcabcabcabc', /repeats/],
    ['abcdefgh', /alphabet/],
    ['zyxwvuts1', /alphabet/],
    ['qwertzuiop', /keyboard/],
    ['asdfghjkl1', /keyboard/],
    ['qwerty12345', /keyboard|commonest/],
    ['24121987', /number/],
    ['mary.miller', /others know/],
    ['MARYMILLER1', /others know/],
    ['halden123', /others know/],
    ['Haldensöhne', /others know/],
  ])('%j is refused', async (password, reason) => {
    const { session, userErrors } = await signUp({ email: 'mary.miller@halden.example', password });
    expect(session).toBeNull();
    expect(userErrors).toMatchObject([{ code: 'WEAK_PASSWORD', field: ['input', 'password'] }]);
    expect(userErrors[0]?.message).toMatch(reason);
  });

  it('is told from a good one', async () => {
    for (const password of [
      GOOD,
      'xK3$vv9q',
      'blaue kuh fährt rad',
      '自動車を売る店です',
      'Tr4ktor-Gans',
    ]) {
      expect((await signUp({ password })).userErrors, password).toEqual([]);
    }
  });

  it('is no longer than 1,024 bytes', async () => {
    const { userErrors } = await signUp({ password: 'ö tractor '.repeat(94) });
    expect(userErrors).toMatchObject([{ code: 'INVALID_INPUT', field: ['input', 'password'] }]);
  });
});

describe('a sign-up that is sent again', () => {
  it('makes one dealership, and gives the same session', async () => {
    const input = { email: `${uuid()}@halden.example`, idempotencyKey: uuid() };
    const before = await countOf('dealerships');
    const first = await signUp(input);
    const answers = [
      ...(await Promise.all(Array.from({ length: 5 }, () => signUp(input)))),
      await signUp(input),
    ];
    for (const answer of answers) expect(answer).toEqual(first);
    expect(await countOf('dealerships')).toBe(before + 1);
  });

  it('is refused with another password, and with other words under the same key', async () => {
    const input = { email: `${uuid()}@halden.example`, idempotencyKey: uuid() };
    await signUp(input);
    const codes = async (change: object) =>
      (await signUp({ ...input, ...change })).userErrors.map(({ code }) => code);
    expect(await codes({ password: 'another tractor nine' })).toEqual(['EMAIL_TAKEN']);
    expect(await codes({ name: 'Another' })).toEqual(['IDEMPOTENCY_MISMATCH']);
    expect(await codes({ idempotencyKey: uuid() })).toEqual(['EMAIL_TAKEN']);
    expect(await codes({ idempotencyKey: '', email: `${uuid()}@halden.example` })).toEqual([
      'INVALID_INPUT',
    ]);
  });
});

it('is closed where the operator says so', async () => {
  const closed = await startServer({ env: { SIGN_UP: 'closed' } });
  try {
    expect((await signUp({}, closed)).userErrors).toMatchObject([
      { code: 'SIGN_UP_CLOSED', field: null },
    ]);
  } finally {
    await closed.stop();
  }
});
