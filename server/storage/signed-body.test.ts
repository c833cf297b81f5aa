import { describe, expect, it } from 'vitest';
import { md5 } from './contract-client.ts';
import { signedBody } from './signed-body.ts';

describe('signedBody', () => {
  it('gives up with the first byte too many, however much would come', async () => {
    async function* long() {
      for (let i = 0; i < 1_000; i += 1) yield Buffer.from('0123456789');
    }
    const passed: Uint8Array[] = [];
    const reading = async () => {
      for await (const chunk of signedBody(long(), {
        byteSize: 25,
        md5: md5(Buffer.from('')),
      })) {
        passed.push(chunk);
      }
    };
    await expect(reading()).rejects.toMatchObject({ code: 'SIZE_MISMATCH' });
    expect(Buffer.concat(passed).length).toBeLessThanOrEqual(25);
  });
});
