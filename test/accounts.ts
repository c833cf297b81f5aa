import { expect } from 'vitest';
import type { Mail } from '../server/mail/mail.ts';
import { encodeId } from '../server/node-id.ts';
import { GraphQLClient } from './graphql-client.ts';
import type { TestDealership, TestServer } from './server.ts';

export interface AccountAnswer {
  session?: { token: string } | null;
  userErrors: { code: string; field: string[] | null; retryAfterSeconds?: number }[];
  [field: string]: unknown;
}

const RESULTS: Record<string, string> = {
  logIn: 'session { token }',
  signUp: 'session { token }',
  acceptInvitation: 'session { token }',
  logOut: 'endedSessions',
  changePassword: 'endedSessions',
  requestPasswordReset: '',
  resetPassword: '',
  inviteMember: 'invitation { id email role sentAt revokedAt acceptedAt invitedBy { name } }',
  revokeInvitation: 'invitation { id revokedAt }',
  changeRole: 'member { user { id } role }',
  removeMember: 'removedId',
};

/** One mutation about accounts; throws when it has top-level errors. */
export async function account(
  client: GraphQLClient,
  name: string,
  input: object,
): Promise<AccountAnswer> {
  const type = `${name[0]?.toUpperCase()}${name.slice(1)}Input!`;
  const data = await client.expect<Record<string, AccountAnswer>>(
    `mutation ($input: ${type}) { ${name}(input: $input) { ${RESULTS[name]}
      userErrors { code field ... on RateLimitedError { retryAfterSeconds } } } }`,
    { input },
  );
  return data[name] as AccountAnswer;
}

/** The code of the first user error, or of the top-level error; `OK` when there is none. */
export async function codeOf(client: GraphQLClient, name: string, input: object): Promise<string> {
  const type = `${name[0]?.toUpperCase()}${name.slice(1)}Input!`;
  const { data, errors } = await client.send<Record<string, AccountAnswer>>(
    `mutation ($input: ${type}) { ${name}(input: $input) { userErrors { code } } }`,
    { input },
  );
  return errors?.[0]?.extensions?.code ?? data?.[name]?.userErrors[0]?.code ?? 'OK';
}

/** What a token is answered with: the role of its owner, or the code of an error. */
export async function roleOf(url: string, token: string): Promise<string | undefined> {
  const { data, errors } = await new GraphQLClient(url, token).send<{
    viewer: { role: string } | null;
  }>('{ viewer { role } }');
  return errors?.[0]?.extensions?.code ?? data?.viewer?.role;
}

/** The last mail to an address, once it is there, and the token of its link. */
export async function mailTo(
  server: TestServer,
  address: string,
  count = 1,
): Promise<Mail & { token: string }> {
  const mails = () => server.mails.filter(({ to }) => to === address);
  await expect.poll(() => mails().length).toBeGreaterThanOrEqual(count);
  const mail = mails().at(-1) as Mail;
  const token = /#token=([\w-]{43})\s/.exec(mail.text)?.[1] ?? '';
  return { ...mail, token };
}

/** The global id of whoever has this address. */
export async function userIdOf(server: TestServer, email: string): Promise<string> {
  const { id } = await server.app.db.prisma.user.findUniqueOrThrow({
    where: { email },
    select: { id: true },
  });
  return encodeId('User', id);
}

export interface AuditRow {
  action: string;
  actor_name: string | null;
  subject_kind: string;
  details: Record<string, unknown>;
}

/** What was written down of a dealership, oldest first, without log-ins. */
export async function auditOf(server: TestServer, { uuid }: TestDealership): Promise<AuditRow[]> {
  const { rows } = await server.app.db.pool.query<AuditRow>(
    `select action, actor_name, subject_kind, details from audit_entries
      where dealership_id = $1 and action <> 'LOGGED_IN' order by at`,
    [uuid],
  );
  return rows;
}
