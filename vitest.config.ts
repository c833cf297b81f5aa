import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

// Suites that load a machine for long wait for each other less when few run at once.
const common = {
  pool: 'forks' as const,
  testTimeout: 180_000,
  hookTimeout: 180_000,
  // Until what is awaited is there, on however slow a machine.
  expect: { poll: { timeout: 60_000 } },
  env: { LOG_LEVEL: 'silent', AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true' },
};

/** Begun last, each of these would be waited for alone. */
const LONG = ['test/authorization/authorization', 'storage/s3-faults', 'processing/outage'];

class LongFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const isLong = ({ moduleId }: TestSpecification) =>
      LONG.some((name) => moduleId.includes(name));
    return [...sorted.filter(isLong), ...sorted.filter((file) => !isLong(file))];
  }
}

/** Decodes in its own process, where it forbids most formats to everybody else. */
const decoder = 'server/media/hostile-images.test.ts';

/** What runs beside the suite in another form: a file or a pattern. */
const elsewhere = process.env.TEST_EXCLUDE ? [process.env.TEST_EXCLUDE] : [];

export default defineConfig({
  // One realm for graphql-js, whoever imports it.
  resolve: { alias: [{ find: /^graphql$/, replacement: 'graphql/index.js' }] },
  test: {
    maxWorkers: Number(process.env.TEST_WORKERS ?? 2),
    sequence: { sequencer: LongFirst },
    projects: [
      {
        extends: true,
        test: {
          ...common,
          name: 'server',
          globalSetup: ['test/prepare-server.ts'],
          include: ['{server,site,demo,test,scripts,docs,bench}/**/*.test.ts'],
          exclude: ['**/*.browser.test.ts', '**/node_modules/**', decoder, ...elsewhere],
          // To load the server, and to compile the embedded engine, takes longer than most files.
          isolate: false,
          restoreMocks: true,
        },
      },
      {
        extends: true,
        test: {
          ...common,
          name: 'decoder',
          include: [decoder],
        },
      },
      {
        extends: true,
        test: {
          ...common,
          name: 'widget',
          include: ['widget/**/*.test.ts'],
          exclude: ['**/*.browser.test.ts', '**/node_modules/**', ...elsewhere],
        },
      },
      {
        extends: true,
        test: {
          ...common,
          name: 'browser',
          globalSetup: ['test/prepare.ts'],
          include: ['**/*.browser.test.ts'],
          exclude: ['**/node_modules/**', ...elsewhere],
        },
      },
    ],
  },
});
