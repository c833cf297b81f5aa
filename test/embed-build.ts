import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'vite';
import { embedBuild } from '../vite.config.ts';

export interface EmbedBuild {
  /** Where `v1.js` and its chunks are. */
  readonly folder: string;
  remove(): Promise<void>;
}

/** Builds the element as it is handed out, into a folder of its own. */
export async function buildEmbed(): Promise<EmbedBuild> {
  const folder = await mkdtemp(join(tmpdir(), 'forecourt-embed-'));
  await build({ ...embedBuild, build: { ...embedBuild.build, outDir: folder } });
  return { folder, remove: () => rm(folder, { recursive: true }) };
}
