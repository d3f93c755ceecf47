// Bundles the program into packages/gateway/dist: one file to start fast from, lazily loaded chunks beside it.
import { rm } from 'node:fs/promises';
import { resolve } from 'node:path';
import { build } from 'esbuild';

const gateway = resolve(import.meta.dirname, '../packages/gateway');

await rm(resolve(gateway, 'dist'), { recursive: true, force: true });
await build({
  absWorkingDir: gateway,
  entryPoints: { couloir: 'src/cli/main.ts', index: 'src/index.ts', sandbox: 'src/sandbox/index.ts' },
  outdir: 'dist',
  bundle: true,
  splitting: true,
  platform: 'node',
  format: 'esm',
  target: 'node24',
  sourcemap: true,
  chunkNames: 'chunks/[name]-[hash]',
  // Some dependencies are CommonJS: bundled into ES modules they need a require.
  banner: {
    js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
  },
  logLevel: 'warning',
});
