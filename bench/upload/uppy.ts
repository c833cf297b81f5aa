import { fileURLToPath } from 'node:url';
import { build, type Rolldown } from 'vite';
import { installPeers } from '../api/peers.ts';

/** A script that puts Uppy on a page as `uppyPeer`. */
export async function uppyScript(): Promise<string> {
  installPeers();
  const built = await build({
    configFile: false,
    publicDir: false,
    logLevel: 'warn',
    root: fileURLToPath(new URL('../peers/', import.meta.url)),
    build: { write: false, lib: { entry: 'uppy.mjs', name: 'uppyPeer', formats: ['iife'] } },
  });
  const [{ output }] = built as [Rolldown.RolldownOutput];
  return output[0].code;
}
