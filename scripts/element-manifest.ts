import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { cli } from '@custom-elements-manifest/analyzer/cli.js';

interface Named {
  name?: string;
  privacy?: string;
}

interface Declaration {
  kind: string;
  members?: Named[];
  events?: Named[];
}

interface Manifest {
  modules: { path: string; declarations: Declaration[] }[];
}

const root = fileURLToPath(new URL('..', import.meta.url));
const file = fileURLToPath(new URL('../custom-elements.json', import.meta.url));

const sources = [
  'widget/define.ts',
  'widget/live-events.ts',
  'widget/playback-event.ts',
  'widget/upload-events.ts',
  'widget/vehicle-media/options.ts',
  'widget/vehicle-media/vehicle-media.ts',
  'widget/view-events.ts',
];

/** What editors and documentation tools read about the element, out of its docstrings. */
export async function elementManifest(): Promise<string> {
  const manifest = (await cli({
    argv: ['analyze', '--quiet', '--globs', ...sources],
    cwd: root,
    noWrite: true,
  })) as Manifest;
  for (const { declarations } of manifest.modules) {
    for (const declaration of declarations) {
      declaration.members = declaration.members?.filter(({ privacy }) => privacy !== 'private');
      declaration.events = declaration.events?.filter(({ name }) => name);
    }
  }
  return `${JSON.stringify(manifest, null, 2)}\n`;
}

/** The manifest as it is committed. */
export async function committedManifest(): Promise<string> {
  return readFile(file, 'utf8');
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const manifest = await elementManifest();
  if (!process.argv.includes('--check')) await writeFile(file, manifest);
  else if (manifest !== (await committedManifest())) {
    console.error('custom-elements.json is not what the docstrings say. Run: npm run manifest');
    process.exitCode = 1;
  }
}
