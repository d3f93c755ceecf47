import { readFileSync } from 'node:fs';

const MODULES = new URL('../../../../../node_modules/', import.meta.url);

/** `openai 7.55.0`: the package that the lockfile names. */
export function withVersion(packageName: string): string {
  const { version } = JSON.parse(readFileSync(new URL(`${packageName}/package.json`, MODULES), 'utf8')) as {
    version: string;
  };
  return `${packageName} ${version}`;
}
