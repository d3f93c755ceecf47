// Codex writes its requests by the name of the model: under OpenAI's own names it brings other tools than under ours.
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startWorld, type World } from '../compatibility/world.ts';
import { call, type InstalledAgent } from './agents/agent.ts';
import { codex } from './agents/codex.ts';
import { runTask } from './task.ts';
import { BROKEN, createRepository, MENDED } from './workshop.ts';

let world: World;
let home: string;
let agent: InstalledAgent;

beforeAll(async () => {
  agent = await codex.install();
  home = await mkdtemp(join(tmpdir(), 'couloir-agents-'));
  world = await startWorld({ names: { 'gpt-5.5': 'claude-sonnet-4-6', 'gpt-6.1-sol': 'openai-gpt-5.6-sol' } });
});

afterAll(async () => {
  await world?.close();
  if (home !== undefined) await rm(home, { recursive: true, force: true });
});

const PATCH = `*** Begin Patch\n*** Update File: sum.js\n@@\n-${BROKEN}\n+${MENDED}\n*** End Patch`;
const CODE = `const result = await tools.exec_command({ cmd: "sed -i 's/a - b/a + b/' sum.js && npm test" }); text(JSON.stringify(result));`;

test.each([
  [
    'gpt-5.5',
    'edits with apply_patch, a tool that takes raw text, on a Claude',
    [call('apply_patch', { input: PATCH })],
  ],
  ['gpt-6.1-sol', 'runs code in a tool of a namespace that its input brings', [call('exec', { input: CODE })]],
])('as %s it %s', async (model, _, calls) => {
  const repository = await createRepository(home);
  const script = ['say I mend it.', ...calls, 'then', 'say The sum is right now.'];
  const { exitCode, said, evidence } = await runTask({ agent, model, home, repository, script }, world);
  expect(exitCode, evidence).toBe(0);
  expect(said, evidence).toBe('The sum is right now.');
  expect(await readFile(join(repository, 'sum.js'), 'utf8'), evidence).toBe(`${MENDED}\n`);
  expect(world.couloir.exchanges().map(({ outcome }) => outcome)).not.toContain('upstream-broken');
});
