import { describe, expect, it } from 'vitest';
import { createLog } from './log.ts';

const EMAIL = 'victim+cars@dealer.example';
const KEY = `fck_Kp3xY7Qa_${'a1'.repeat(24)}Z`;
const JWT = `eyJhbGciOiJFZERTQSJ9.eyJqdGkiOiIxIn0.${'s-_9'.repeat(8)}`;
const HASH = '$argon2id$v=19$m=19456,t=2,p=1$c2FsdA$aGFzaA';

/** The one line that an entry becomes. */
function logged(fields: object, message = 'something failed'): Record<string, unknown> {
  const lines: string[] = [];
  createLog('trace', { write: (line) => void lines.push(line) }).warn(fields, message);
  expect(lines).toHaveLength(1);
  expect(lines[0]).toMatch(/\n$/);
  return JSON.parse(lines[0] ?? '') as Record<string, unknown>;
}

const withFields = (message: string, fields: object) => Object.assign(new Error(message), fields);

describe('a line of the log', () => {
  it.each([
    ['the answer of a mail server', { err: new Error(`550 5.1.1 <${EMAIL}>… no such user`) }],
    ['a field of an error', { err: withFields('Failed', { rejected: [EMAIL], to: EMAIL }) }],
    ['a list of errors', { err: new AggregateError([new Error(`550 ${EMAIL}`)], 'Failed') }],
    [
      'an error inside an error',
      { err: withFields('Failed', { inner: new Error(`550 ${EMAIL}`) }) },
    ],
    ['its cause', { err: new Error('Failed', { cause: withFields(EMAIL, { seen: EMAIL }) }) }],
    ['a text after a line break', { err: new Error(`550\n${EMAIL}\n`) }],
    ['a field', { who: EMAIL, deep: { in: { a: [{ list: EMAIL }] } } }],
    ['what Postgres says of a row', { err: withFields('duplicate', { detail: `(${EMAIL})` }) }],
  ])('says no e-mail address out of %s', (_, fields) => {
    expect(JSON.stringify(logged(fields))).not.toContain('victim');
  });

  it.each([
    ['an API key', KEY, KEY.slice(4)],
    ['a session', `Bearer ${JWT}`, JWT.slice(3)],
    ['a session alone', JWT, JWT.slice(3)],
    ['an opaque token', 'Authorization: Bearer abc.def~ghi', 'abc.def'],
    ['a password hash', HASH, 'aGFzaA'],
    ['the password of an address', 'redis://:hunter2@redis.example:6379', 'hunter2'],
    ['a signature', 'https://s3.example/a?X-Amz-Signature=abcdef', 'abcdef'],
    ['an upload address', '/storage/upload/abcdef.ghi', 'abcdef'],
  ])('says nothing of %s', (_, text, secret) => {
    const err = withFields(`Failed: ${text}`, { meta: { target: [text] }, where: `SQL “${text}”` });
    expect(JSON.stringify(logged({ err, note: text }, `went wrong: ${text}`))).not.toContain(
      secret,
    );
  });

  it('has no detail of Postgres, which quotes values of the row', () => {
    const err = withFields('duplicate key', {
      code: '23505',
      detail: 'Key (stock_number)=(A-1) already exists.',
      where: 'COPY vehicles, line 1',
      cause: { detail: 'Key (vin)=(1M8)' },
    });
    const line = logged({ err });
    expect(line['err']).toMatchObject({ code: '23505', message: 'duplicate key' });
    expect(JSON.stringify(line)).not.toMatch(/Key \(|COPY/);
  });

  it.each(['password', 'token', 'authorization', 'secretAccessKey', 'appSecret'])(
    'has no %s, however deep',
    (name) => {
      const line = logged({ a: { b: { c: { d: { [name]: 'hunter2' } } } } });
      expect(line['a']).toEqual({ b: { c: { d: { [name]: '[redacted]' } } } });
    },
  );

  it('says the path of an address alone', () => {
    expect(logged({ url: '/graphql?query={logIn(password:"hunter2")}' })['url']).toBe('/graphql');
  });

  it('keeps what helps: modules, numbers and texts', () => {
    const text = 'at /srv/node_modules/@prisma/client/runtime/client.js:12:3, pkg@1.2.3, 9 @ noon';
    expect(logged({ mediaId: 'm-1', tries: 3, text }, 'a media job broke off')).toMatchObject({
      level: 40,
      msg: 'a media job broke off',
      mediaId: 'm-1',
      tries: 3,
      text,
    });
  });
});
