import { fileURLToPath } from 'node:url';
import type { InlineConfig, Plugin } from 'vite';

const path = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url));

/** Stylesheets and templates are text to a minifier: their indentation would be sent to every visitor. */
const noIndentation: Plugin = {
  name: 'no-indentation',
  transform: {
    filter: { id: /\/widget\/.*\.ts$/ },
    handler: (code, id) =>
      id.endsWith('.styles.ts')
        ? code
            .replace(/\s+/g, ' ')
            .replace(/ ?([{};,]) ?/g, '$1')
            .replace(/: /g, ':')
        : code.replace(/\n\s+/g, '\n'),
  },
};

/** Lit signs every page's global object with its versions and adds `Symbol.metadata`: not on other people's pages. */
const noGlobals: Plugin = {
  name: 'no-globals',
  transform: {
    filter: { id: /\/node_modules\/(@lit\/reactive-element|lit-html|lit-element)\// },
    handler: (code) =>
      code
        .replace(
          /[,;]?\(\w+\.(?:reactiveElement|litHtml|litElement)Versions\?\?=\[\]\)\.push\([^)]*\)/,
          '',
        )
        .replace(
          /Symbol\.metadata\?\?=Symbol\("metadata"\),\w+\.litPropertyMetadata\?\?=new WeakMap;/,
          'const litPropertyMetadata=new WeakMap,metadata=Symbol();',
        )
        .replaceAll('[Symbol.metadata]', '[metadata]'),
  },
};

/**
 * Browsers that know the element's styles, `light-dark()` above all, need neither
 * Lit's fallbacks nor its polyfills, and visitors not what it tells developers.
 */
const leanLit: Plugin = {
  name: 'lean-lit',
  transform: {
    filter: { id: /\/node_modules\/(@lit\/reactive-element|lit-html|lit-element)\// },
    handler: (code) =>
      code
        .replace(/Error\("(?:CSSResult is not|Value passed to 'css').*?\."\)/g, 'Error()')
        .replace(/=\w+\.ShadowRoot&&.*?"replace"in CSSStyleSheet\.prototype/, '=!0')
        .replace(/,\w+=\w+\.reactiveElementPolyfillSupport/, '')
        .replace(/,\w+\?\.\(\{ReactiveElement:\w+\}\)/, '')
        .replace(/,\w+=\w+\.litHtmlPolyfillSupport;\w+\?\.\(\w+,\w+\)/, '')
        .replace(/const \w+=\w+\.litElementPolyfillSupport;\w+\?\.\(\{LitElement:\w+\}\);/, '')
        .replace(/,\w+\.litElementHydrateSupport\?\.\(\{LitElement:\w+\}\)/, ''),
  },
};

/** A module and all that it imports before it runs. */
function importedBy(
  entry: string,
  getModuleInfo: (id: string) => { importedIds: readonly string[] } | null,
): Set<string> {
  const found = new Set([entry]);
  for (const id of found) {
    for (const imported of getModuleInfo(id)?.importedIds ?? []) found.add(imported);
  }
  return found;
}

/** What both builds of the element share: modern modules, made small. */
const common: InlineConfig = {
  root: path('.'),
  configFile: false,
  publicDir: false,
  logLevel: 'warn',
  // The same files whatever NODE_ENV is around, a test's too.
  resolve: { conditions: ['module', 'browser', 'production'] },
};

/**
 * What the server hands out: `/embed/v1.js` with all it needs inside, and the
 * parts that come later under names that say their content. Every address is
 * relative, so that it works from any origin and path.
 */
export const embedBuild: InlineConfig = {
  ...common,
  plugins: [noIndentation, noGlobals, leanLit],
  define: { 'process.env.NODE_ENV': '"production"' },
  build: {
    outDir: path('dist/embed'),
    emptyOutDir: true,
    target: 'es2022',
    reportCompressedSize: false,
    // Not for being a library: only then Vite leaves its preloader out.
    lib: { entry: path('widget/define.ts'), formats: ['es'], fileName: () => 'v1.js' },
    rolldownOptions: {
      // What the later parts share stays in the first file.
      preserveEntrySignatures: 'allow-extension',
      output: {
        chunkFileNames: 'chunks/[name]-[hash].js',
        minify: true,
        codeSplitting: {
          groups: [
            {
              debugName: 'first load',
              name: (id, context) =>
                importedBy(path('widget/define.ts'), (module) => context.getModuleInfo(module)).has(
                  id,
                )
                  ? 'v1'
                  : null,
            },
          ],
        },
      },
    },
  },
};

/** What `import 'forecourt/widget'` gets: plain modules for the page's own bundler. */
export const packageBuild: InlineConfig = {
  ...common,
  build: {
    outDir: path('dist/widget'),
    emptyOutDir: true,
    target: 'es2022',
    minify: false,
    reportCompressedSize: false,
    lib: {
      entry: { index: path('widget/index.ts'), define: path('widget/define.ts') },
      formats: ['es'],
    },
    rolldownOptions: {
      external: [/^lit(\/|$)/, /^@urql\/core/, 'wonka', 'graphql-ws'],
      output: { chunkFileNames: 'chunks/[name]-[hash].js' },
    },
  },
};

export default embedBuild;
