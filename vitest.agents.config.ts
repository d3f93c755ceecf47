import { defineConfig } from 'vitest/config';

/** Real coding agents against the built program: `npm run test:agents`. They are installed on the first run. */
export default defineConfig({
  test: {
    name: 'agents',
    include: ['packages/*/test/agents/**/*.test.ts'],
    reporters: ['default', './tools/summary-reporter.ts'],
    fileParallelism: false,
    testTimeout: 120_000,
    hookTimeout: 300_000,
  },
});
