// pi (https://www.npmjs.com/package/@mariozechner/pi-coding-agent) does a small piece of work through the gateway.
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { PI_VERSION } from './agents/pi.ts';
import { runChild } from './child.ts';
import { installAgent } from './install.ts';
import { startProgram, type RunningProgram } from './program.ts';

const MODELS = ['claude-sonnet-4-6', 'openai-gpt-5.2'];

interface Answer {
  role: string;
  content: { type: string; text?: string; name?: string }[];
  stopReason: string;
  usage: { input: number; output: number };
}

const TASK = `There is a typing error in greeting.txt. Please correct it.
sandbox> say I read the file first.
sandbox> call read {"path":"greeting.txt"}
sandbox> then
sandbox> call edit {"path":"greeting.txt","edits":[{"oldText":"wrold","newText":"world"}]}
sandbox> then
sandbox> say The greeting is correct now.`;

let home: string;
let pi: string;
let program: RunningProgram;

beforeAll(async () => {
  pi = await installAgent('@mariozechner/pi-coding-agent', PI_VERSION, 'pi');
  home = await mkdtemp(join(tmpdir(), 'couloir-agents-'));
  program = await startProgram(home);
  await mkdir(join(home, '.pi/agent'), { recursive: true });
  const provider = {
    baseUrl: `${program.url}/v1`,
    api: 'openai-completions',
    apiKey: program.key,
    models: MODELS.map((id) => ({ id })),
  };
  await writeFile(join(home, '.pi/agent/models.json'), JSON.stringify({ providers: { couloir: provider } }));
});

afterAll(async () => {
  await program?.stop();
  if (home !== undefined) await rm(home, { recursive: true, force: true });
});

describe.each(MODELS)('pi on %s', (model) => {
  let repository: string;

  beforeEach(async () => {
    repository = await mkdtemp(join(home, 'repository-'));
    await runChild('git', ['init', '--quiet'], { cwd: repository, home });
    await writeFile(join(repository, 'greeting.txt'), 'Hello, wrold!\n');
  });

  afterEach(() => rm(repository, { recursive: true, force: true }));

  test('reads a file, edits it and finishes', async () => {
    const args = [pi, '--print', '--mode', 'json', '--no-session', '--provider', 'couloir', '--model', model, TASK];
    const result = await runChild(process.execPath, args, { cwd: repository, home, env: { PI_OFFLINE: '1' } });

    const evidence = `${result.stderr}\n${program.printed()}`;
    expect(result.exitCode, evidence).toBe(0);
    expect(readAnswers(result.stdout), evidence).toEqual([
      { content: ['I read the file first.', 'read'], stopReason: 'toolUse', counted: true },
      { content: ['edit'], stopReason: 'toolUse', counted: true },
      { content: ['The greeting is correct now.'], stopReason: 'stop', counted: true },
    ]);
    expect(await readFile(join(repository, 'greeting.txt'), 'utf8')).toBe('Hello, world!\n');
  });
});

/** What pi understood of each answer of the model: texts and called tools in order, why it ended, whether tokens were counted. */
function readAnswers(lines: string): { content: string[]; stopReason: string; counted: boolean }[] {
  const events = lines
    .split('\n')
    .flatMap((line) => (line === '' ? [] : [JSON.parse(line) as { type: string; message?: Answer }]));
  return events.flatMap(({ type, message }) => {
    if (type !== 'message_end' || message?.role !== 'assistant') return [];
    const { content, stopReason, usage } = message;
    return [
      {
        content: content.map((part) => part.text ?? part.name ?? part.type),
        stopReason,
        counted: usage.input > 0 && usage.output > 0,
      },
    ];
  });
}
