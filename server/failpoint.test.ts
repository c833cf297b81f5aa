import { spawnSync } from 'node:child_process';
import { afterEach, describe, expect, it } from 'vitest';
import { armFailpoints, failpoint, parseFailpoints } from './failpoint.ts';

afterEach(() => void armFailpoints([]));

describe('a failpoint', () => {
  it('does nothing unless it is armed', () => {
    expect(failpoint('upload-claimed')).toBeUndefined();
    armFailpoints([{ name: 'media-ready', action: 'error', pass: 1 }]);
    expect(failpoint('upload-claimed')).toBeUndefined();
  });

  it('breaks off at the pass that it was armed for, and at no other', async () => {
    armFailpoints([{ name: 'upload-claimed', action: 'error', pass: 2 }]);
    await failpoint('upload-claimed');
    await expect(failpoint('upload-claimed')).rejects.toThrow('upload-claimed');
    await failpoint('upload-claimed');
  });

  it('holds whoever passes until it is released', async () => {
    const [held] = armFailpoints([{ name: 'sweep-listed', action: 'wait', pass: 1 }]);
    let passed = false;
    const passing = failpoint('sweep-listed')?.then(() => (passed = true));
    await held?.reached;
    expect(passed).toBe(false);
    held?.release();
    await passing;
    expect(passed).toBe(true);
  });

  it('ends the process as kill -9 does', () => {
    const module = new URL('./failpoint.ts', import.meta.url).href;
    const { signal, stdout } = spawnSync(
      process.execPath,
      [
        '--import',
        'tsx',
        '--input-type=module',
        '--eval',
        `import { armFailpoints, failpoint } from ${JSON.stringify(module)};
        armFailpoints([{ name: 'upload-claimed', action: 'kill', pass: 2 }]);
        process.on('exit', () => console.log('ended in order'));
        for (const pass of [1, 2, 3]) {
          console.log('before ' + pass);
          await failpoint('upload-claimed');
        }`,
      ],
      { encoding: 'utf8' },
    );
    expect(signal).toBe('SIGKILL');
    expect(stdout).toBe('before 1\nbefore 2\n');
  });
});

describe('a list of failpoints', () => {
  it('is read with its actions and passes', () => {
    expect(parseFailpoints('upload-claimed:kill@3,media-ready:error,sweep-listed:wait')).toEqual([
      { name: 'upload-claimed', action: 'kill', pass: 3 },
      { name: 'media-ready', action: 'error', pass: 1 },
      { name: 'sweep-listed', action: 'wait', pass: 1 },
    ]);
  });

  it.each([
    '',
    'upload-claimed',
    'nowhere:kill',
    'upload-claimed:stop',
    'upload-claimed:kill@0',
    'upload-claimed:kill@two',
    'upload-claimed:kill,',
    'toString:kill',
  ])('is refused when it says %j', (text) => {
    expect(parseFailpoints(text)).toBeNull();
  });
});
