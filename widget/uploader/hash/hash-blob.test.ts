import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { hashBlob } from './hash-blob.ts';

const expected = (bytes: Uint8Array) => ({
  md5: createHash('md5').update(bytes).digest('base64'),
  sha256: createHash('sha256').update(bytes).digest('hex'),
});

afterEach(() => {
  vi.unstubAllGlobals();
  vi.resetModules();
});

describe.each([
  { where: 'a secure page', without: [] },
  { where: 'a page without crypto.subtle', without: ['crypto'] },
  { where: 'a page that forbids WebAssembly', without: ['crypto', 'WebAssembly'] },
])('hashBlob on $where', ({ without }) => {
  it('gives the MD5 and SHA-256 of any bytes', async () => {
    for (const name of without) vi.stubGlobal(name, undefined);
    const { hashBlob: hash } = await import('./hash-blob.ts');
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 5_000 }), async (bytes) => {
        expect(await hash(new Blob([bytes]))).toEqual(expected(bytes));
      }),
      { numRuns: 50 },
    );
  });

  it.each([0, 1, 1_048_575, 1_048_576, 1_048_577, 2_500_000])(
    'hashes %i bytes, whole and chunk by chunk',
    async (length) => {
      for (const name of without) vi.stubGlobal(name, undefined);
      const { hashBlob: hash } = await import('./hash-blob.ts');
      const bytes = Uint8Array.from({ length }, (_, index) => (index * 31 + (index >> 8)) & 255);
      expect(await hash(new Blob([bytes]))).toEqual(expected(bytes));
      const pause = async (): Promise<void> => undefined;
      expect(await hash(new Blob([bytes]), { pause })).toEqual(expected(bytes));
    },
  );
});

describe('hashBlob', () => {
  it('stops between chunks when its signal fires', async () => {
    const stop = new AbortController();
    const hashing = hashBlob(new Blob([new Uint8Array(2_000_000)]), {
      signal: stop.signal,
      pause: async () => stop.abort(),
    });
    await expect(hashing).rejects.toMatchObject({ name: 'AbortError' });
  });
});
