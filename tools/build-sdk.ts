// Writes packages/sdk as npm publishes it: JavaScript, declarations, and a manifest that points at them.
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const root = resolve(import.meta.dirname, '..');
const sdk = join(root, 'packages/sdk');

/** @param folder instead of packages/sdk/dist; it is emptied */
export async function buildSdk(folder = join(sdk, 'dist')): Promise<void> {
  const output = resolve(folder);
  rmSync(output, { recursive: true, force: true });
  mkdirSync(output, { recursive: true });
  const compiler = join(root, 'node_modules/typescript/bin/tsc');
  execFileSync(process.execPath, [compiler, '--project', join(sdk, 'tsconfig.build.json'), '--outDir', output], {
    stdio: 'inherit',
  });
  // The compiler rewrites the imports of the code, and leaves those of the declarations.
  for (const name of readdirSync(output).filter((file) => file.endsWith('.d.ts'))) {
    const text = readFileSync(join(output, name), 'utf8');
    writeFileSync(join(output, name), text.replaceAll(/( from '\.\/[\w-]+)\.ts'/g, "$1.js'"));
  }
  writeFileSync(join(output, 'package.json'), `${JSON.stringify(publishedManifest(), null, 2)}\n`);
  for (const [from, to] of [
    [join(sdk, 'README.md'), 'README.md'],
    [join(root, 'LICENSE'), 'LICENSE'],
  ] as const) {
    cpSync(from, join(output, to));
  }
}

/** In the workspace the package is its source; where it is installed it is what was built from it. */
function publishedManifest(): Record<string, unknown> {
  const { private: _private, ...manifest } = JSON.parse(readFileSync(join(sdk, 'package.json'), 'utf8')) as Record<
    string,
    unknown
  >;
  return { ...manifest, exports: { '.': { types: './index.d.ts', default: './index.js' } }, sideEffects: false };
}
