import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { diagnoseProblems } from '../../src/doctor/diagnose.ts';

it('docs/doctor.md lists every check in the order in which they run, and no other', () => {
  const page = readFileSync(path.resolve(import.meta.dirname, '../../../../docs/doctor.md'), 'utf8');
  const listed = [...page.matchAll(/^\| `([a-z]+)` \|/gm)].map(([, id]) => id);
  const { findings } = diagnoseProblems([{ path: 'models', message: 'expected a list.' }]);
  expect(findings.map(({ check }) => check)).toEqual(listed);
});
