// Real agents do real work through the gateway, and the last table of docs/compatibility.md says what came of it.
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { lackOf } from '../compatibility/client.ts';
import { FAMILIES, FEATURES, type Family, type Feature } from '../compatibility/features.ts';
import { type Cell, PAGE, type Row, withParts, writeTable } from '../compatibility/page.ts';
import { startWorld, watchRequests, type World } from '../compatibility/world.ts';
import { eventually } from '../support/couloir.ts';
import type { Agent, InstalledAgent } from './agents/agent.ts';
import { claudeCode } from './agents/claude-code.ts';
import { codex } from './agents/codex.ts';
import { continues } from './agents/continue.ts';
import { opencodes } from './agents/opencode.ts';
import { pis } from './agents/pi.ts';
import { runTask, startTask } from './task.ts';
import { BROKEN, createRepository, MENDED } from './workshop.ts';

const AGENTS = [claudeCode, codex, ...opencodes, ...continues, ...pis];

/** Shown by one task, because an agent does all of it in one go. */
const BY_WORK: Feature[] = ['text', 'stream', 'tool loop', 'parallel tools', 'reasoning'];

const SCHEMA = {
  type: 'object',
  properties: { city: { type: 'string' } },
  required: ['city'],
  additionalProperties: false,
};

let world: World;
let home: string;
const installed = new Map<Agent, InstalledAgent>();
const cells = new Map<string, Cell>();

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'couloir-agents-'));
  world = await startWorld();
  // What is one package is installed once, and different ones at the same time.
  const packages = Map.groupBy(AGENTS, ({ name }) => name.split(',')[0]);
  await Promise.all(
    [...packages.values()].map(async (agents) => {
      for (const agent of agents) installed.set(agent, await agent.install());
    }),
  );
});

afterAll(async () => {
  await world?.close();
  if (home !== undefined) await rm(home, { recursive: true, force: true });
});

describe.each(AGENTS)('$name', (agent) => {
  describe.each(FAMILIES)('on models of the family "$name"', (family) => {
    if (family.lacks['tool loop'] === undefined) {
      test('reads, edits and tests a small repository', () =>
        fill(agent, family, BY_WORK, () => expectRepaired(agent, family)));
    } else {
      test('answers', () => fill(agent, family, [...BY_WORK, 'image'], () => expectAnswer(agent, family)));
    }

    if (lackOf(agent, 'image', family.name) === undefined && family.lacks.image === undefined) {
      test('shows the model a picture', () => fill(agent, family, ['image'], () => expectPicture(agent, family)));
    }

    if (lackOf(agent, 'structured output', family.name) === undefined) {
      test('gives an object', () => fill(agent, family, ['structured output'], () => expectObject(agent, family)));
    }

    test('stops when its user does', () => fill(agent, family, ['cancel'], () => expectStop(agent, family)));
  });
});

test('no exchange failed', () => {
  const failed = world.couloir.exchanges().filter(({ outcome }) => outcome !== 'ok' && outcome !== 'client-left');
  expect(failed).toEqual([]);
});

test('docs/compatibility.md says what came of this run', async () => {
  const page = withParts({ agents: writeTable(FEATURES, AGENTS.flatMap(rowsOf)) });
  await expect(page, 'npm run test:agents -- -u').toMatchFileSnapshot(PAGE);
});

async function expectRepaired(agent: Agent, family: Family): Promise<void> {
  const { tools } = agent;
  const repository = await createRepository(home);
  const file = join(repository, 'sum.js');
  const sinceNow = watchRequests(world);
  const { exitCode, said, evidence } = await run(agent, family, repository, [
    'think The files tell what is wrong.',
    'say I read the files.',
    tools.read(file),
    tools.read(join(repository, 'sum.test.js')),
    'then',
    'think It should add.',
    tools.edit(file, BROKEN, MENDED, family.model),
    'then',
    tools.shell('npm test'),
    'then',
    'say The sum is right now.',
  ]);
  expect(exitCode, evidence).toBe(0);
  expect(said, evidence).toBe('The sum is right now.');
  expect(await readFile(file, 'utf8'), evidence).toBe(`${MENDED}\n`);
  const requests = sinceNow();
  const last = JSON.stringify(requests.at(-1)?.body);
  for (const result of [BROKEN, 'sum(2, 3), 5', 'pass 1']) expect(last, evidence).toContain(result);
  if (lackOf(agent, 'reasoning', family.name) === undefined) {
    // Claude's thoughts go back with their signatures; OpenAI's models think because they are asked to.
    expect(last).toMatch(family.name === 'Claude' ? /"signature":"./ : /"reasoning_effort":"(?!none)/);
  }
  expectStreams(requests.length);
}

async function expectAnswer(agent: Agent, family: Family): Promise<void> {
  const sinceNow = watchRequests(world);
  const { exitCode, said, evidence } = await run(agent, family, await createRepository(home), ['say Hello there.']);
  expect(exitCode, evidence).toBe(0);
  expect(said, evidence).toBe('Hello there.');
  expectStreams(sinceNow().length);
}

async function expectPicture(agent: Agent, family: Family): Promise<void> {
  const repository = await createRepository(home);
  const script = [agent.tools.look(join(repository, 'picture.png')), 'then', 'say I see it.'];
  const { exitCode, said, evidence } = await run(agent, family, repository, script);
  expect(exitCode, evidence).toBe(0);
  expect(said, evidence).toBe('I see it.');
  const sent = JSON.stringify(world.sandbox.requests.at(-1)?.body);
  expect(sent).toMatch(/data:image\/png;base64,iVBOR|"data":"iVBOR/);
}

async function expectObject(agent: Agent, family: Family): Promise<void> {
  const structured = installed.get(agent)?.structured;
  if (structured === undefined) throw new Error(`${agent.name} does not say how it gives objects.`);
  const script = structured.script({ city: 'Lima' });
  const { exitCode, stdout, evidence } = await run(agent, family, await createRepository(home), script, SCHEMA);
  expect(exitCode, evidence).toBe(0);
  expect(structured.object(stdout), evidence).toEqual({ city: 'Lima' });
}

async function expectStop(agent: Agent, family: Family): Promise<void> {
  const { sandbox } = world;
  const sinceNow = watchRequests(world);
  const script = ['pace 50ms', 'repeat 2000 word'];
  const task = { agent: installed.get(agent)!, model: family.model, home, repository: await createRepository(home) };
  const child = await startTask({ ...task, script }, world);
  await eventually(() => sinceNow().length > 0 && sandbox.openRequests > 0, 30_000);
  child.interrupt();
  await eventually(() => sandbox.openRequests === 0, 10_000);
  expect(sinceNow().some(({ aborted }) => aborted)).toBe(true);
  await child.ended;
}

function run(agent: Agent, { model }: Family, repository: string, script: string[], schema?: typeof SCHEMA) {
  const task = { agent: installed.get(agent)!, model, home, repository, script };
  return runTask({ ...task, ...(schema === undefined ? {} : { schema }) }, world);
}

/** The newest exchanges, as many as there were requests to Cortex, were streams that came to their end. */
function expectStreams(count: number): void {
  const newest = world.couloir.exchanges().slice(-count);
  expect(newest.map(({ stream, outcome }) => [stream, outcome])).toEqual(newest.map(() => [true, 'ok']));
}

/** Tries, and notes for each of these features what came of it. */
async function fill(agent: Agent, family: Family, features: Feature[], attempt: () => Promise<void>): Promise<void> {
  for (const feature of features) cells.set(keyOf(agent, family, feature), { result: 'fails' });
  await attempt();
  for (const feature of features) {
    const lack = family.lacks[feature];
    const cell: Cell = lack === undefined ? { result: 'works' } : { result: 'none', remark: lack };
    cells.set(keyOf(agent, family, feature), cell);
  }
}

function rowsOf(agent: Agent): Row[] {
  return FAMILIES.map((family) => {
    const found = FEATURES.map((feature): [Feature, Cell] => {
      const lack = lackOf(agent, feature, family.name);
      if (lack !== undefined) return [feature, { result: 'none', remark: lack }];
      const cell = cells.get(keyOf(agent, family, feature));
      if (cell === undefined) throw new Error('Not every cell was tried: run the whole file.');
      return [feature, cell];
    });
    return { client: agent.name, models: family.name, cells: Object.fromEntries(found) as Row['cells'] };
  });
}

function keyOf({ name }: Agent, family: Family, feature: Feature): string {
  return `${name}\n${family.name}\n${feature}`;
}
