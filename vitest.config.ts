import { defineConfig } from 'vitest/config';

const common = { include: [] as string[], testTimeout: 20_000, hookTimeout: 60_000 };

export default defineConfig({
  test: {
    reporters: ['default', './tools/summary-reporter.ts'],
    maxWorkers: 2,
    projects: [
      {
        test: {
          ...common,
          name: 'unit',
          include: ['packages/*/src/**/*.test.ts', 'bench/**/*.test.ts', 'soak/**/*.test.ts'],
        },
      },
      {
        test: {
          ...common,
          name: 'system',
          include: ['packages/*/test/**/*.test.ts', 'tools/**/*.test.ts'],
          exclude: ['packages/*/test/{agents,house,soak}/**'],
        },
      },
      { test: { ...common, name: 'house', include: ['packages/*/test/house/**/*.test.ts'], testTimeout: 180_000 } },
    ],
  },
});
