import { mkdtemp, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runChild } from './child.ts';

export const BROKEN = 'export const sum = (a, b) => a - b;';
export const MENDED = 'export const sum = (a, b) => a + b;';

const TEST = `import assert from 'node:assert';
import { test } from 'node:test';
import { sum } from './sum.js';

test('adds', () => assert.equal(sum(2, 3), 5));
`;

/** What the model is shown: a picture of 16 by 16 pixels, for agents that look at the size. */
const PICTURE =
  'iVBORw0KGgoAAAANSUhEUgAAABAAAAAQCAIAAACQkWg2AAAAFklEQVR42mP47+BAEmIY1TCqYfhqAABcdX8QBIxpfgAAAABJRU5ErkJggg==';

/** A repository with a function that is wrong and a test that says so. */
export async function createRepository(home: string): Promise<string> {
  const repository = await mkdtemp(join(home, 'repository-'));
  await runChild('git', ['init', '--quiet'], { cwd: repository, home });
  const manifest = { name: 'sum', private: true, type: 'module', scripts: { test: 'node --test' } };
  await writeFile(join(repository, 'package.json'), JSON.stringify(manifest));
  await writeFile(join(repository, 'sum.js'), `${BROKEN}\n`);
  await writeFile(join(repository, 'sum.test.js'), TEST);
  await writeFile(join(repository, 'picture.png'), Buffer.from(PICTURE, 'base64'));
  return repository;
}
