// Bundles the program into packages/gateway/dist: one file to start fast from, lazily loaded chunks beside it.
import { readdir, rm } from 'node:fs/promises';
import { join, relative, resolve } from 'node:path';
import { build } from 'esbuild';

const gateway = resolve(import.meta.dirname, '../packages/gateway');

export async function buildGateway(): Promise<void> {
  const { metafile } = await build({
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
    metafile: true,
  });
  await removeOthers(join(gateway, 'dist'), new Set(Object.keys(metafile.outputs)));
}

/** Chunks of earlier builds would stay for ever. What runs meanwhile has loaded what it starts with; the console is built by itself. */
async function removeOthers(dist: string, built: Set<string>): Promise<void> {
  const entries = await readdir(dist, { recursive: true, withFileTypes: true });
  const stale = entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((file) => !file.startsWith(join(dist, 'console')) && !built.has(relative(gateway, file)));
  await Promise.all(stale.map((file) => rm(file, { force: true })));
}
