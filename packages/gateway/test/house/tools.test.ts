import { expect, test } from 'vitest';
import { runTool, type ToolRun } from './repository.ts';

/** The SDK and the console run where Node's globals are not. */
test.each(['.', 'packages/sdk', 'packages/console'])('the types are right in %s', async (project) => {
  const run = await runTool('typescript', 'tsc', ['--pretty', 'false', '--noEmit', '--project', project]);
  expectClean(`npx tsc --noEmit --project ${project}`, run);
});

test('the linter has nothing to say', async () => {
  const run = await runTool('oxlint', 'oxlint', []);
  expectClean('npx oxlint', run);
  const seen = Number(/ on (\d+) files /.exec(run.output)?.[1]);
  expect(seen, 'a linter that reads too few files proves nothing').toBeGreaterThan(60);
});

test('every file is formatted', async () => {
  expectClean('npm run format', await runTool('oxfmt', 'oxfmt', ['--check']));
});

test('nothing is dead: no file, export or dependency that nobody uses', async () => {
  expectClean('npx knip', await runTool('knip', 'knip', ['--no-progress', '--treat-config-hints-as-errors']));
});

/** Fails with the tool's own words, under the command that repeats or repairs them. */
function expectClean(command: string, { status, output }: ToolRun): void {
  if (status !== 0) throw new Error(`${command}\n\n${output}`);
}
