// The direction of imports (.dependency-cruiser.cjs), and the proof that the check can fail.
import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, posix } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ROOT, runTool } from './repository.ts';

interface Violation {
  rule: { name: string };
  from: string;
  to: string;
}

const WORKSPACES = ['packages/gateway', 'packages/sdk', 'packages/console'];
const SRC = 'packages/gateway/src';

/** What a newcomer might do wrong: a file (from the gateway's source), its text, and the rule that must object. */
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
    what: 'somebody opens connections past the transport',
    rule: 'http1-behind-the-transport',
    file: 'upstream/planted-connection.ts',
    text: "import type {} from './http1/planted-target.ts';\n",
  },
  {
    what: 'the HTTP/1.1 client knows what it is used for',
    rule: 'http1-alone',
    file: 'upstream/http1/planted-error.ts',
    text: "import type {} from '../planted-target.ts';\n",
  },
  {
    what: 'an import leads nowhere',
    rule: 'no-missing-module',
    file: 'policy/planted-nowhere.ts',
    text: "import type {} from './nowhere.ts';\n",
  },
  {
    what: 'Fastify has a second user',
    rule: 'only-one-place-imports-fastify',
    file: 'http/planted-fastify.ts',
    text: "import fastify from 'fastify';\nexport const app = fastify;\n",
  },
  {
    what: 'the data plane loads the admin half with itself',
    rule: 'admin-is-loaded-lazily',
    file: 'http/planted-admin.ts',
    text: "export { planted } from './admin/planted-target.ts';\n",
  },
  {
    what: 'the gateway runs code of the SDK',
    rule: 'gateway-takes-types-from-the-sdk',
    file: 'http/admin/planted-sdk.ts',
    text: "import { ADMIN_ROUTES } from '@couloir/sdk';\nexport const routes = ADMIN_ROUTES;\n",
  },
  {
    what: 'the SDK uses a module of Node',
    rule: 'sdk-alone',
    file: '../../sdk/src/planted-node.ts',
    text: "import { readFile } from 'node:fs/promises';\nexport const read = readFile;\n",
  },
  {
    what: 'the SDK uses a package',
    rule: 'sdk-alone',
    file: '../../sdk/src/planted-package.ts',
    text: "import { z } from 'zod';\nexport const schema = z.string();\n",
  },
  {
    what: 'the console imports the gateway',
    rule: 'console-knows-the-sdk-only',
    file: '../../console/src/planted-gateway.ts',
    text: "import type {} from '../../gateway/src/upstream/planted-target.ts';\n",
  },
  {
    what: 'the console reaches behind the entry of the SDK',
    rule: 'console-knows-the-sdk-only',
    file: '../../console/src/planted-sdk.ts',
    text: "import type {} from '../../sdk/src/client.ts';\n",
  },
  {
    what: 'the gateway imports the console',
    rule: 'gateway-apart-from-the-console',
    file: 'http/admin/planted-console.ts',
    text: "import type {} from '../../../../console/src/planted-gateway.ts';\n",
  },
];

/** The sandbox may know what the wire looks like, and the gateway what the contract is. */
const INNOCENTS = [
  { file: 'sandbox/planted-innocent.ts', text: "import type {} from '../protocols/planted-right/wire.ts';\n" },
  {
    file: 'http/admin/planted-innocent.ts',
    text: "import type { Status } from '@couloir/sdk';\nexport type Planted = Status;\n",
  },
];

/** What the plants import, so that the proof does not depend on today's file names. */
const TARGETS = [
  { file: 'kit/planted-hen.ts', text: "import { egg } from './planted-egg.ts';\nexport const hen = () => egg;\n" },
  ...[
    'upstream/planted-target.ts',
    'upstream/http1/planted-target.ts',
    'exchange/planted-target.ts',
    'sandbox/planted-target.ts',
    'store/sqlite/planted-target.ts',
  ].map(exporting),
  { file: 'http/admin/planted-target.ts', text: 'export const planted = 1;\n' },
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
    for (const name of ['.dependency-cruiser.cjs', 'tsconfig.json', 'package.json', ...WORKSPACES.flatMap(parts)]) {
      await cp(join(ROOT, name), join(folder, name), { recursive: true });
    }
    await symlink(join(ROOT, 'node_modules'), join(folder, 'node_modules'), 'junction');
    for (const { file, text } of [...PLANTS, ...TARGETS, ...INNOCENTS]) {
      await mkdir(dirname(join(folder, SRC, file)), { recursive: true });
      await writeFile(join(folder, SRC, file), text);
    }
    found = (await cruise(folder)).violations;
  });

  afterAll(() => rm(folder, { recursive: true, force: true }));

  test.each(INNOCENTS)('and the innocent $file is not accused', ({ file }) => {
    expect(found.filter(({ from }) => from === posix.join(SRC, file))).toEqual([]);
  });

  test.each(PLANTS)('$what: $rule', ({ rule, file }) => {
    const rules = found.filter(({ from }) => from === posix.join(SRC, file)).map((violation) => violation.rule.name);
    expect(rules).toContain(rule);
  });
});

function parts(workspace: string): string[] {
  return [`${workspace}/src`, `${workspace}/package.json`];
}

function exporting(file: string): { file: string; text: string } {
  return { file, text: 'export interface Planted {}\n' };
}

async function cruise(folder: string): Promise<{ modules: number; violations: Violation[] }> {
  const sources = WORKSPACES.map((workspace) => `${workspace}/src`);
  const arguments_ = [...sources, '--config', '.dependency-cruiser.cjs', '--output-type', 'json'];
  const { stdout, output } = await runTool('dependency-cruiser', 'depcruise', arguments_, folder);
  if (!stdout.startsWith('{')) throw new Error(output);
  const { modules, summary } = JSON.parse(stdout) as { modules: unknown[]; summary: { violations: Violation[] } };
  return { modules: modules.length, violations: summary.violations };
}

function describeViolation({ rule, from, to }: Violation): string {
  return `${rule.name}: ${from} -> ${to}`;
}
