import { readdirSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { readFixture } from '../../../test/support/chat-answers.ts';
import { GatewayError } from '../../errors/error.ts';
import type { JsonObject } from '../../ir/json.ts';
import { openaiCompletions, splitPrompts } from './index.ts';

const read = (fields: JsonObject) => openaiCompletions.readRequest({ model: 'm', prompt: 'once', ...fields });
const asked = (fields: JsonObject) => {
  const [part] = read(fields).request.turns[0]!.parts;
  return part?.kind === 'text' ? part.text : undefined;
};
const instruction = (fields: JsonObject) => read(fields).request.system[0]?.text;
const notes = (fields: JsonObject) =>
  read(fields).notes.map(({ code, path, harmless }) => `${code} ${path}${harmless === true ? ' harmless' : ''}`);

function refusal(fields: JsonObject): { kind: string; param: string | undefined; message: string } {
  try {
    for (const body of splitPrompts({ model: 'm', prompt: 'once', ...fields })) openaiCompletions.readRequest(body);
  } catch (cause) {
    if (cause instanceof GatewayError) return { kind: cause.kind, param: cause.detail.param, message: cause.message };
  }
  throw new Error('it was accepted');
}

describe('what real clients send is read', () => {
  const names = readdirSync(new URL('../../../../../fixtures/openai-completions', import.meta.url)).filter((name) =>
    name.endsWith('.json'),
  );

  test.each(names)('%s', (name) => {
    const body = JSON.parse(readFixture(`openai-completions/${name}`)) as JsonObject;
    const { request } = openaiCompletions.readRequest(body);
    expect(request.model).toBe('lab-model');
    expect(request.turns).toHaveLength(1);
    expect(request.ext).toEqual({});
  });
});

test('a prompt is given as it is, with the instruction to go on with it', () => {
  expect(read({}).request).toEqual({
    model: 'm',
    system: [{ kind: 'text', text: expect.stringContaining('from the very next character on') as string }],
    turns: [{ role: 'user', parts: [{ kind: 'text', text: 'once' }] }],
    tools: [],
    toolChoice: { mode: 'auto' },
    limits: {},
    sampling: {},
    choices: 1,
    stream: false,
    ext: {},
  });
});

test('options keep their meaning', () => {
  const { request } = read({
    max_tokens: 5,
    temperature: 0.2,
    top_p: 0.9,
    seed: 7,
    n: 2,
    stream: true,
    user: 'u',
    reasoning: { effort: 'low' },
    presence_penalty: 0.5,
    strange: true,
  });
  expect(request).toMatchObject({
    limits: { maxOutputTokens: 5 },
    sampling: { temperature: 0.2, topP: 0.9, seed: 7 },
    choices: 2,
    stream: true,
    endUser: 'u',
    reasoning: { effort: 'low' },
    ext: { 'openai-chat': { presence_penalty: 0.5 }, 'openai-completions': { strange: true } },
  });
});

describe('filling in', () => {
  const told = '<before>a(</before>\n<after>)</after>';

  test('is asked for by a suffix', () => {
    expect(asked({ prompt: 'a(', suffix: ')' })).toBe(told);
    expect(instruction({ prompt: 'a(', suffix: ')' })).toContain('what belongs between the two');
    expect(asked({ prompt: '', suffix: 'x' })).toBe('<before></before>\n<after>x</after>');
    expect(asked({ suffix: '' })).toBe('once');
  });

  test.each([
    ['<fim_prefix>a(<fim_suffix>)<fim_middle>'],
    ['<fim-prefix>a(<fim-suffix>)<fim-middle>'],
    ['<|fim_prefix|>a(<|fim_suffix|>)<|fim_middle|>'],
    ['<｜fim▁begin｜>a(<｜fim▁hole｜>)<｜fim▁end｜>'],
    ['<PRE>a(<SUF>)<MID>\n'],
    ['[SUFFIX])[PREFIX]a('],
  ])('is asked for by the marks of %s', (prompt) => {
    expect(asked({ prompt })).toBe(told);
  });

  test('comes with the files that stand before the marks', () => {
    const prompt = '<file_sep>b.ts\nlet b\n<file_sep><fim_prefix>a(<fim_suffix>)<fim_middle>';
    expect(asked({ prompt })).toBe(`<context><file_sep>b.ts\nlet b\n<file_sep></context>\n${told}`);
  });

  test('is not what a text about such marks asks for', () => {
    const prompt = 'StarCoder knows <fim_prefix>, <fim_suffix> and <fim_middle> as';
    expect(asked({ prompt })).toBe(prompt);
  });
});

describe('stop sequences', () => {
  test('of white space are looked for here, others by the model', () => {
    expect(read({ stop: ['\n', 'END', ''] }).request.limits).toEqual({ stop: ['END'] });
    expect(notes({ stop: ['\n', 'END', ''] })).toEqual(['dropped stop harmless', 'simulated stop']);
    expect(read({ stop: 'END' }).request.limits).toEqual({ stop: ['END'] });
    expect(notes({ stop: 'END' })).toEqual([]);
  });
});

describe('several prompts', () => {
  test('are several bodies', () => {
    const body = { model: 'm', prompt: ['a', 'b'], n: 2 };
    expect(splitPrompts(body)).toEqual([
      { model: 'm', prompt: 'a', n: 2 },
      { model: 'm', prompt: 'b', n: 2 },
    ]);
    expect(splitPrompts({ model: 'm', prompt: 'a' })).toEqual([{ model: 'm', prompt: 'a' }]);
    expect(asked({ prompt: ['a'] })).toBe('a');
  });
});

describe('refused, with the field named', () => {
  test.each<[JsonObject, string, string, string]>([
    [{ prompt: undefined }, 'invalid-request', 'prompt', 'must be a string'],
    [{ prompt: '' }, 'invalid-request', 'prompt', 'must hold some text'],
    [{ prompt: [] }, 'invalid-request', 'prompt', 'at least one text'],
    [{ prompt: ['a', 5] }, 'invalid-request', 'prompt', 'must be a string'],
    [{ prompt: [1, 2, 3] }, 'unsupported', 'prompt', 'token ids'],
    [{ prompt: [[1, 2], [3]] }, 'unsupported', 'prompt', 'token ids'],
    [{ prompt: Array.from({ length: 21 }, () => 'a') }, 'invalid-request', 'prompt', 'at most 20'],
    [{ echo: true }, 'unsupported', 'echo', 'repeats its prompt'],
    [{ best_of: 3 }, 'unsupported', 'best_of', 'which answer is best'],
    [{ best_of: 1, n: 2 }, 'invalid-request', 'best_of', 'must be at least'],
    [{ n: 9 }, 'invalid-request', 'n', 'from 1 to 8'],
    [{ max_tokens: 0 }, 'invalid-request', 'max_tokens', 'at least 1'],
    [{ stop: [5] }, 'invalid-request', 'stop[0]', 'must be a string'],
    [{ suffix: 5 }, 'invalid-request', 'suffix', 'must be a string'],
  ])('%j', (fields, kind, param, words) => {
    const refused = refusal(fields);
    expect(refused).toMatchObject({ kind, param });
    expect(refused.message).toContain(words);
  });
});

test('what asks for nothing else is accepted, what cannot be had is noted', () => {
  expect(notes({ echo: false, best_of: 1, logprobs: null, suffix: null, stop: null })).toEqual([]);
  expect(notes({ n: 2, best_of: 2 })).toEqual([]);
  expect(notes({ logprobs: 1 })).toEqual(['dropped logprobs']);
});
