import { expect, test } from 'vitest';
import { readText } from './repository.ts';

interface LockedPackage {
  resolved?: string;
  link?: boolean;
  optionalDependencies?: Record<string, string>;
}

/**
 * `npm ci` refuses a lockfile without the packages of other platforms, and npm writes such a file when its registry
 * does not have them yet. Then pin the version before.
 */
test('the lockfile is complete for every platform, and names no registry', async () => {
  const { packages } = JSON.parse((await readText('package-lock.json')) ?? '') as {
    packages: Record<string, LockedPackage>;
  };
  const missing = Object.entries(packages).flatMap(([path, { optionalDependencies = {} }]) =>
    Object.keys(optionalDependencies)
      .filter((name) => !places(path, name).some((place) => place in packages))
      .map((name) => `${path} needs ${name}`),
  );
  expect(missing).toEqual([]);
  const elsewhere = Object.values(packages).flatMap(({ resolved, link }) =>
    resolved === undefined || link === true || resolved.startsWith('https://registry.npmjs.org/') ? [] : [resolved],
  );
  expect(elsewhere).toEqual([]);
});

/** Where a dependency of the package at `path` may stand: inside it, or inside anything around it. */
function places(path: string, name: string): string[] {
  const around = [...path.matchAll(/\/node_modules\/|$/g)].map(({ index }) => `${path.slice(0, index)}/`);
  return ['', ...around].map((folder) => `${folder}node_modules/${name}`);
}
