// What no file of the repository may be or hold.
import { beforeAll, expect, test, type TestContext } from 'vitest';
import { listFiles, readText, ROOT } from './repository.ts';

const CEILING_LINES = 400;

/** Where a path on somebody's machine begins; a tilde, a variable or `/home/me` is how to say it. */
const MACHINE_PATH =
  /(?<![\w.:/-])\/(?:(?:home|Users)\/(?!me\b|you\b)|(?:root|work|workspace|builds?|mnt|media)\/)\w|\b[A-Z]:\\Users\\/;

const SECRETS = [
  /-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----\s*[A-Za-z0-9+/=]{40}/,
  /\beyJ[\w-]{20,}\.[\w-]{20,}\.[\w-]{20,}/,
  /\bsk-(?:ant-|proj-)?[A-Za-z0-9_-]{32,}/,
  /\b(?:gh[pousr]_[A-Za-z0-9]{30,}|github_pat_\w{30,})/,
  /\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/,
  /\bnpm_[A-Za-z0-9]{36}\b/,
];

/** Ways to silence a check instead of passing it, and the one way to ask the time that the linter cannot see. */
const SILENCERS = [
  /@ts-(?:ignore|expect-error|nocheck)/,
  /(?:oxlint|eslint)-disable/,
  /\bas unknown as\b/,
  /\bprettier-ignore|oxfmt-ignore/,
  /\bnew Date\(\)/,
];

let files: { path: string; text: string }[] | undefined;

beforeAll(async () => {
  const paths = (await listFiles())?.filter((path) => !/\.(?:png|ico|woff2)$|(?:^|\/)package-lock\.json$/.test(path));
  if (paths === undefined) return;
  const read = await Promise.all(paths.map(async (path) => ({ path, text: await readText(path) })));
  files = read.filter((file): file is { path: string; text: string } => file.text !== undefined);
});

test(`no source file is longer than ${CEILING_LINES} lines`, (context) => {
  const sizes = known(context)
    .filter(
      ({ path }) =>
        /^(?:packages\/[^/]+\/src|tools|bench|soak)\/.*\.(?:tsx?|cjs)$/.test(path) && !path.endsWith('.test.ts'),
    )
    .map(({ path, text }) => ({ path, lines: text.split('\n').length - 1 }))
    .toSorted((left, right) => left.lines - right.lines);
  const median = sizes[Math.floor(sizes.length / 2)]?.lines;
  void context.annotate(`${sizes.length} source files, median ${median} lines, longest ${sizes.at(-1)?.lines}`);
  expect(sizes.filter(({ lines }) => lines > CEILING_LINES)).toEqual([]);
});

test('no file names a path of the machine it was written on', (context) => {
  const here = known(context).filter(({ text }) => text.includes(`${ROOT}/`));
  expect(here.map(({ path }) => path)).toEqual([]);
  expect(find(known(context), [MACHINE_PATH])).toEqual([]);
});

test('no file holds a secret', (context) => {
  expect(find(known(context), SECRETS)).toEqual([]);
});

test('a planted secret is found', () => {
  const text = `first line\nkey: ${'sk-'}${'a1'.repeat(20)}\n`;
  expect(find([{ path: 'planted.yaml', text }], SECRETS)).toEqual([`planted.yaml:2: ${'sk-'}${'a1'.repeat(20)}`]);
});

test('no source file silences a check or asks the time behind the clock', (context) => {
  const sources = known(context).filter(
    ({ path }) => /\.(?:tsx?|cjs|js)$/.test(path) && !path.includes('/test/house/'),
  );
  expect(find(sources, SILENCERS)).toEqual([]);
});

/** `path:line: text` of every match. */
function find(among: { path: string; text: string }[], patterns: RegExp[]): string[] {
  return among.flatMap(({ path, text }) =>
    patterns.flatMap((pattern) => {
      const match = pattern.exec(text);
      if (match === null) return [];
      return [`${path}:${text.slice(0, match.index).split('\n').length}: ${match[0].slice(0, 60)}`];
    }),
  );
}

function known(context: TestContext): { path: string; text: string }[] {
  return files ?? context.skip('not a git checkout: there is no list of the files that belong to the project');
}
