import { defineConfig } from 'vitest/config';

/** What takes minutes: `npm run test:agents`. Real coding agents (installed on the first run), and a short soak. */
export default defineConfig({
  test: {
    name: 'agents',
    include: ['packages/*/test/{agents,soak}/**/*.test.ts'],
    reporters: ['default', './tools/summary-reporter.ts'],
    fileParallelism: false,
    testTimeout: 120_000,
    hookTimeout: 300_000,
  },
});
