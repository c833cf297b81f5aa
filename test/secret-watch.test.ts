import { expect, it } from 'vitest';
import { linesWithSecrets, noteSecrets } from './secret-watch.ts';

it.each([
  ['a password', { input: { email: 'none', password: 'hunter-of-cars' } }, 'hunter-of-cars'],
  ['an address of a person', { input: { email: 'ann@dealer.example' } }, 'ann@dealer.example'],
  [
    'a token of an answer',
    { logIn: { session: { token: 'eyJ.tok.en.of-it' } } },
    'eyJ.tok.en.of-it',
  ],
  ['a header', { authorization: 'Bearer eyJ.head.er.of-it' }, 'eyJ.head.er.of-it'],
  [
    'the signature of a bucket',
    { parts: [{ url: 'https://bucket.example/k?a=1&X-Amz-Signature=0123456789ab' }] },
    '0123456789ab',
  ],
  [
    'the token of an upload’s address',
    { url: 'http://localhost/storage/upload/pay.load.of.it' },
    'pay.load.of.it',
  ],
])('finds %s in a log', (_, said, secret) => {
  const log = `{"msg":"one"}\n{"msg":"it was ${secret}!"}\n`;
  expect(linesWithSecrets(log)).toEqual([]);
  noteSecrets(said);
  expect(linesWithSecrets(log)).toEqual([`{"msg":"it was ${secret}!"}`]);
});

it('takes nothing for a secret that everybody may read', () => {
  noteSecrets({ input: { idempotencyKey: 'key-of-a-request', description: 'A fine car indeed' } });
  expect(linesWithSecrets('key-of-a-request, A fine car indeed')).toEqual([]);
});
