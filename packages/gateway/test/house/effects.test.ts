// Effects have one place each (.oxlintrc.json), and the proof that the linter enforces it.
import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ROOT, runTool } from './repository.ts';

/** What must be refused outside its place, with the rule that refuses it. */
const PLANTS = [
  { text: 'export const planted = Date.now();', rule: 'no-restricted-properties' },
  { text: 'export const planted = performance.now();', rule: 'no-restricted-globals' },
  { text: 'export const planted = setTimeout(() => undefined, 1);', rule: 'no-restricted-globals' },
  { text: 'export const planted = globalThis.setTimeout;', rule: 'no-restricted-globals' },
  { text: "export { setTimeout as planted } from 'node:timers/promises';", rule: 'no-restricted-imports' },
  { text: 'export const planted = Math.random();', rule: 'no-restricted-properties' },
  { text: 'export const planted = crypto.randomUUID();', rule: 'no-restricted-globals' },
  {
    text: "import { randomBytes } from 'node:crypto';\nexport const planted = randomBytes(8);",
    rule: 'no-restricted-imports',
  },
  { text: "export const planted = process.env['HOME'];", rule: 'no-process-env' },
  { text: "export const planted = fetch('https://example.com');", rule: 'no-restricted-globals' },
  { text: "export const planted = () => console.log('here');", rule: 'no-console' },
  { text: 'export const planted = (value: any) => String(value);', rule: 'no-explicit-any' },
  {
    text: 'const later = async () => 1;\nexport const planted = () => {\n  later();\n};',
    rule: 'no-floating-promises',
  },
];

/** The same, where it belongs. */
const ALLOWED = [
  {
    file: 'kit/clock.ts',
    text: 'export const planted = [Date.now(), performance.now(), setTimeout(() => undefined, 1)];',
  },
  { file: 'kit/random.ts', text: "import { randomBytes } from 'node:crypto';\nexport const planted = randomBytes(8);" },
  { file: 'config/env.ts', text: "export const planted = process.env['HOME'];" },
  { file: 'cli/planted.ts', text: "export const planted = () => console.log('here');" },
];

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'couloir-effects-'));
  for (const file of ['.oxlintrc.json', 'tsconfig.json', 'package.json'])
    await cp(join(ROOT, file), join(folder, file));
  await symlink(join(ROOT, 'node_modules'), join(folder, 'node_modules'), 'junction');
  await Promise.all(PLANTS.map(({ text }, index) => plant(`policy/planted-${index}.ts`, text)));
  await Promise.all(ALLOWED.map(({ file, text }) => plant(file, text)));
});

afterAll(() => rm(folder, { recursive: true, force: true }));

test('what belongs elsewhere is refused, and nothing else', async () => {
  const { stdout, output } = await runTool('oxlint', 'oxlint', ['--format', 'json', 'packages'], folder);
  if (!stdout.startsWith('{')) throw new Error(output);
  const { diagnostics } = JSON.parse(stdout) as { diagnostics: { code: string; filename: string }[] };
  const found = diagnostics.map(
    ({ code, filename }) => `${filename.replaceAll('\\', '/')} ${/\((.+)\)/.exec(code)?.[1]}`,
  );
  const wanted = PLANTS.map(({ rule }, index) => `packages/gateway/src/policy/planted-${index}.ts ${rule}`);
  expect(found.toSorted(byText)).toEqual(wanted.toSorted(byText));
});

async function plant(file: string, text: string): Promise<void> {
  const path = join(folder, 'packages/gateway/src', file);
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, `${text}\n`);
}

function byText(left: string, right: string): number {
  return left < right ? -1 : 1;
}
