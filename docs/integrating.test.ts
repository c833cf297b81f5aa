import { execFile, spawnSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { startServer } from '../test/server.ts';

const missing = ['bash', 'curl', 'jq', 'openssl'].filter(
  (program) => spawnSync('sh', ['-c', `command -v ${program}`]).status !== 0,
);

describe.skipIf(missing.length > 0)(
  `docs/integrating.md${missing.length ? ` (skipped: this machine lacks ${missing.join(', ')})` : ''}`,
  () => {
    it('registers a query and asks it by its hash, done as it is written', async () => {
      const text = await readFile(new URL('./integrating.md', import.meta.url), 'utf8');
      const blocks = [...text.matchAll(/^```bash\n(.*?)^```$/gms)].map(([, block]) => block);
      expect(blocks).toHaveLength(2);
      const server = await startServer({ demo: true });
      try {
        const { logIn } = await server.visitor.expect<{ logIn: { session: { token: string } } }>(
          'mutation { logIn(input: { email: "staff@forecourt.example", password: "forecourt-demo" }) { session { token } } }',
        );
        const script = ['set -euo pipefail', ...blocks]
          .join('\n')
          .replaceAll('http://localhost:4000', server.url);
        const { stdout } = await promisify(execFile)('bash', ['-c', script], {
          env: { ...process.env, TOKEN: logIn.session.token },
        });
        const [id, answer] = stdout.trim().split('\n') as [string, string];
        expect(id).toMatch(/^sha256:[0-9a-f]{64}$/);
        expect(JSON.parse(answer)).toMatchObject({
          data: { vehicles: { nodes: [{ title: expect.any(String) as string }] } },
        });
      } finally {
        await server.stop();
      }
    });
  },
);
