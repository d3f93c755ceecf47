// The direction of imports (.dependency-cruiser.cjs), and the proof that the check can fail.
import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ROOT, runTool } from './repository.ts';

interface Violation {
  rule: { name: string };
  from: string;
  to: string;
}

const SRC = 'packages/gateway/src';

/** What a newcomer might do wrong: a file, its text, and the rule that must object. */
const PLANTS = [
  {
    what: 'two files need each other',
    rule: 'no-cycles',
    file: 'kit/planted-egg.ts',
    text: "import { hen } from './planted-hen.ts';\nexport const egg = () => hen;\n",
  },
  {
    what: 'the vocabulary knows a place',
    rule: 'ir-direction',
    file: 'ir/planted.ts',
    text: "import type {} from '../upstream/planted-target.ts';\n",
  },
  {
    what: 'a protocol knows another protocol',
    rule: 'protocols-apart',
    file: 'protocols/planted-left/planted.ts',
    text: "import type {} from '../planted-right/wire.ts';\n",
  },
  {
    what: 'the Cursor dialect reads with a fourth protocol',
    rule: 'cursor-mixes-three',
    file: 'protocols/cursor/planted.ts',
    text: "import type {} from '../planted-right/wire.ts';\n",
  },
  {
    what: 'a protocol asks the clock',
    rule: 'protocols-pure',
    file: 'protocols/planted-left/planted-clock.ts',
    text: "import { systemClock } from '../../kit/clock.ts';\nexport const now = () => systemClock.now();\n",
  },
  {
    what: 'a protocol uses a module of Node',
    rule: 'pure-without-node',
    file: 'protocols/planted-left/planted-node.ts',
    text: "import { createHash } from 'node:crypto';\nexport const hash = createHash;\n",
  },
  {
    what: 'the sandbox uses the gateway',
    rule: 'sandbox-direction',
    file: 'sandbox/planted.ts',
    text: "import type {} from '../exchange/planted-target.ts';\n",
  },
  {
    what: 'the sandbox uses a codec',
    rule: 'sandbox-direction',
    file: 'sandbox/planted-codec.ts',
    text: "import type {} from '../protocols/planted-right/request.ts';\n",
  },
  {
    what: 'the gateway knows its simulator',
    rule: 'sandbox-apart',
    file: 'exchange/planted.ts',
    text: "import type {} from '../sandbox/planted-target.ts';\n",
  },
  {
    what: 'a policy reaches up to the exchange',
    rule: 'policy-direction',
    file: 'policy/planted.ts',
    text: "import type {} from '../exchange/planted-target.ts';\n",
  },
  {
    what: 'the database knows what is kept in it',
    rule: 'store-direction',
    file: 'store/planted.ts',
    text: "import type {} from '../exchange/planted-target.ts';\n",
  },
  {
    what: 'the usage report reads past the port of the database',
    rule: 'usage-direction',
    file: 'usage/planted.ts',
    text: "import type {} from '../store/sqlite/planted-target.ts';\n",
  },
  {
    what: 'undici has a second user',
    rule: 'only-one-place-imports-undici',
    file: 'policy/planted-request.ts',
    text: "import { request } from 'undici';\nexport const get = request;\n",
  },
  {
    what: 'an import leads nowhere',
    rule: 'no-missing-module',
    file: 'policy/planted-nowhere.ts',
    text: "import type {} from './nowhere.ts';\n",
  },
];

/** The sandbox may know what the wire looks like. */
const INNOCENT = 'sandbox/planted-innocent.ts';

/** What the plants import, so that the proof does not depend on today's file names. */
const TARGETS = [
  { file: 'kit/planted-hen.ts', text: "import { egg } from './planted-egg.ts';\nexport const hen = () => egg;\n" },
  ...[
    'upstream/planted-target.ts',
    'exchange/planted-target.ts',
    'sandbox/planted-target.ts',
    'store/sqlite/planted-target.ts',
  ].map(exporting),
  ...['protocols/planted-right/wire.ts', 'protocols/planted-right/request.ts'].map(exporting),
];

test('every import goes the right way', async () => {
  const { modules, violations } = await cruise(ROOT);
  expect(violations.map(describeViolation)).toEqual([]);
  expect(modules, 'a check that reads too few modules proves nothing').toBeGreaterThan(60);
});

describe('a planted violation is found', () => {
  let folder: string;
  let found: Violation[];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'couloir-borders-'));
    await cp(join(ROOT, SRC), join(folder, SRC), { recursive: true });
    for (const file of ['.dependency-cruiser.cjs', 'tsconfig.json', 'package.json', 'packages/gateway/package.json']) {
      await cp(join(ROOT, file), join(folder, file));
    }
    await symlink(join(ROOT, 'node_modules'), join(folder, 'node_modules'), 'junction');
    for (const { file, text } of [...PLANTS, ...TARGETS]) {
      await mkdir(dirname(join(folder, SRC, file)), { recursive: true });
      await writeFile(join(folder, SRC, file), text);
    }
    await writeFile(join(folder, SRC, INNOCENT), "import type {} from '../protocols/planted-right/wire.ts';\n");
    found = (await cruise(folder)).violations;
  });

  afterAll(() => rm(folder, { recursive: true, force: true }));

  test('and an innocent file is not accused', () => {
    expect(found.filter(({ from }) => from === `${SRC}/${INNOCENT}`)).toEqual([]);
  });

  test.each(PLANTS)('$what: $rule', ({ rule, file }) => {
    expect(found.filter(({ from }) => from === `${SRC}/${file}`).map((violation) => violation.rule.name)).toContain(
      rule,
    );
  });
});

function exporting(file: string): { file: string; text: string } {
  return { file, text: 'export interface Planted {}\n' };
}

async function cruise(folder: string): Promise<{ modules: number; violations: Violation[] }> {
  const arguments_ = [SRC, '--config', '.dependency-cruiser.cjs', '--output-type', 'json'];
  const { stdout, output } = await runTool('dependency-cruiser', 'depcruise', arguments_, folder);
  if (!stdout.startsWith('{')) throw new Error(output);
  const { modules, summary } = JSON.parse(stdout) as { modules: unknown[]; summary: { violations: Violation[] } };
  return { modules: modules.length, violations: summary.violations };
}

function describeViolation({ rule, from, to }: Violation): string {
  return `${rule.name}: ${from} -> ${to}`;
}
