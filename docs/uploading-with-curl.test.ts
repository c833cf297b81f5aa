import { execFile, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { photo } from '../test/pictures.ts';
import { startServer } from '../test/server.ts';

const missing = ['bash', 'curl', 'jq', 'openssl'].filter(
  (program) => spawnSync('sh', ['-c', `command -v ${program}`]).status !== 0,
);

/** Three parts of a picture, left as it is by PNG. */
function largePicture(): Promise<Buffer> {
  const [width, height] = [2_600, 2_300];
  return sharp(randomBytes(width * height * 3), { raw: { width, height, channels: 3 } })
    .png({ compressionLevel: 0 })
    .toBuffer();
}

describe.skipIf(missing.length > 0)(
  `docs/uploading-with-curl.md${missing.length ? ` (skipped: this machine lacks ${missing.join(', ')})` : ''}`,
  () => {
    it('leads to a picture, done as it is written', async () => {
      const text = await readFile(new URL('./uploading-with-curl.md', import.meta.url), 'utf8');
      const blocks = [...text.matchAll(/^```bash\n(.*?)^```$/gms)].map(([, block]) => block);
      expect(blocks.length).toBe(12);
      const server = await startServer({ demo: true });
      const folder = await mkdtemp(path.join(tmpdir(), 'forecourt-curl-'));
      try {
        const picture = await photo({ width: 900, height: 600, seed: 4, orientation: 6 });
        await writeFile(path.join(folder, 'photo.jpg'), picture.bytes);
        await writeFile(path.join(folder, 'large.png'), await largePicture());
        const script = ['set -euo pipefail', ...blocks]
          .join('\n')
          .replaceAll('http://localhost:4000', server.url);
        await promisify(execFile)('bash', ['-c', script], { cwd: folder });
        const shown = await sharp(path.join(folder, 'shown.webp')).metadata();
        expect([shown.format, shown.width, shown.height, shown.orientation]).toEqual([
          'webp',
          900,
          600,
          undefined,
        ]);
        const large = JSON.parse(
          await readFile(path.join(folder, 'large.json'), 'utf8'),
        ) as unknown;
        expect(large).toMatchObject({
          // A worker may have it by then.
          data: {
            completeUpload: {
              media: { status: expect.stringMatching(/^(UPLOADED|PROCESSING|READY)$/) },
              userErrors: [],
            },
          },
        });
      } finally {
        await server.stop();
        await rm(folder, { recursive: true, force: true });
      }
    }, 180_000);
  },
);
