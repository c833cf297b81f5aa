import { cp, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
/** The staff pages' module, with the site's stylesheets and icon beside it. */
const OUT = join(ROOT, 'dist/site');

// Whoever starts the build, tests too: it is the one that is served.
process.env['NODE_ENV'] = 'production';

await mkdir(OUT, { recursive: true });
await cp(join(ROOT, 'site/assets'), OUT, { recursive: true });
await build({
  root: ROOT,
  configFile: false,
  logLevel: 'warn',
  publicDir: false,
  build: {
    outDir: OUT,
    emptyOutDir: false,
    target: 'es2022',
    minify: true,
    modulePreload: false,
    lib: { entry: join(ROOT, 'site/staff/main.ts'), formats: ['es'], fileName: () => 'staff.js' },
    rolldownOptions: { output: { minify: true } },
  },
});
