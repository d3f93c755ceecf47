import { existsSync, readdirSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { readFixture, toEvents } from '../../../test/support/chat-answers.ts';
import type { StreamEvent } from '../../ir/event.ts';
import { fold } from '../../ir/fold.ts';
import { checkGrammar } from '../../ir/grammar.ts';
import type { JsonObject } from '../../ir/json.ts';
import type { Part } from '../../ir/request.ts';
import type { SseEvent } from '../../kit/sse.ts';
import type { ReaderOptions } from '../codec.ts';
import { openaiChatUpstream } from './upstream.ts';

const DONE: SseEvent = { data: '[DONE]' };

/** A stream of these deltas, with a finish reason unless the last argument is null. */
function chunks(deltas: JsonObject[], finishReason: string | null = 'stop'): SseEvent[] {
  const choices = deltas.map((delta) => [{ index: 0, delta, finish_reason: null }]);
  const last = finishReason === null ? [] : [[{ index: 0, delta: {}, finish_reason: finishReason }]];
  return [...choices, ...last].map((each) => ({
    data: JSON.stringify({ id: 'chatcmpl-1', model: 'gpt', choices: each }),
  }));
}

function read(events: SseEvent[], options: ReaderOptions = {}): StreamEvent[] {
  const reader = openaiChatUpstream.reader(options);
  const heard = [...events.flatMap((event) => reader.push(event)), ...reader.end()];
  expect(checkGrammar(heard)).toBeUndefined();
  return heard;
}

const answerOf = (deltas: JsonObject[], finishReason?: string) => fold(read([...chunks(deltas, finishReason), DONE]));
const partsOf = (deltas: JsonObject[], finishReason?: string) => answerOf(deltas, finishReason).parts;
const fragment = (index: number | undefined, called: JsonObject, id?: string) => ({
  tool_calls: [{ ...(index === undefined ? {} : { index }), ...(id === undefined ? {} : { id }), function: called }],
});
const call = (id: string, name: string, args: string) => ({ kind: 'tool-call', id, name, args });

test('text, usage and the end, step by step', () => {
  const usage = { prompt_tokens: 10, completion_tokens: 2, total_tokens: 12 };
  const stream = [
    ...chunks([{ role: 'assistant', content: '' }, { content: 'Hel' }, { content: 'lo' }]),
    { data: JSON.stringify({ choices: [], usage }) },
    DONE,
  ];
  expect(read(stream)).toEqual([
    { type: 'start', id: 'chatcmpl-1', model: 'gpt' },
    { type: 'open', at: 0, part: { kind: 'text', text: '' } },
    { type: 'delta', at: 0, delta: { text: 'Hel' } },
    { type: 'delta', at: 0, delta: { text: 'lo' } },
    { type: 'close', at: 0 },
    { type: 'usage', usage: { input: 10, output: 2, raw: [usage] } },
    { type: 'stop', reason: 'end', raw: 'stop' },
    { type: 'end' },
  ]);
});

describe('tool calls', () => {
  test('that follow each other are closed one by one', () => {
    const deltas = [
      fragment(0, { name: 'read', arguments: '' }, 'a'),
      fragment(0, { arguments: '{"p":' }),
      fragment(0, { arguments: '1}' }),
      fragment(1, { name: 'list', arguments: '{}' }, 'b'),
    ];
    const events = read([...chunks(deltas, 'tool_calls'), DONE]);
    expect(fold(events).parts).toEqual([call('a', 'read', '{"p":1}'), call('b', 'list', '{}')]);
    const order = events.flatMap((event) =>
      event.type === 'open' || event.type === 'close' ? [[event.type, event.at]] : [],
    );
    expect(order).toEqual([
      ['open', 0],
      ['close', 0],
      ['open', 1],
      ['close', 1],
    ]);
  });

  test('whose fragments alternate are kept apart', () => {
    const deltas = [
      fragment(0, { name: 'read' }, 'a'),
      fragment(1, { name: 'list' }, 'b'),
      fragment(1, { arguments: '{"y":' }),
      fragment(0, { arguments: '{"x":1}' }),
      fragment(1, { arguments: '2}' }),
    ];
    expect(partsOf(deltas, 'tool_calls')).toEqual([call('a', 'read', '{"x":1}'), call('b', 'list', '{"y":2}')]);
  });

  test('without an index are told apart by their ids, or by their names', () => {
    const byId = [
      fragment(undefined, { name: 'f', arguments: '{"a":' }, 'a'),
      fragment(undefined, { arguments: '1}' }, 'a'),
      fragment(undefined, { name: 'f', arguments: '{}' }, 'b'),
    ];
    expect(partsOf(byId)).toEqual([call('a', 'f', '{"a":1}'), call('b', 'f', '{}')]);
    const byName = [
      fragment(undefined, { name: 'f', arguments: '{"a":' }),
      fragment(undefined, { arguments: '1}' }),
      fragment(undefined, { name: 'f', arguments: '{}' }),
    ];
    expect(partsOf(byName)).toEqual([call('call_1_0', 'f', '{"a":1}'), call('call_1_1', 'f', '{}')]);
  });

  test('that all have the index 0 are told apart by their ids', () => {
    const deltas = [fragment(0, { name: 'f', arguments: '{}' }, 'a'), fragment(0, { name: 'g', arguments: '{}' }, 'b')];
    expect(partsOf(deltas)).toEqual([call('a', 'f', '{}'), call('b', 'g', '{}')]);
  });

  test('may get their name late, and their arguments as an object', () => {
    const deltas = [fragment(0, { arguments: '{"a"' }, 'a'), fragment(0, { name: 'f', arguments: ':1}' })];
    expect(partsOf(deltas)).toEqual([call('a', 'f', '{"a":1}')]);
    expect(partsOf([fragment(0, { name: 'f', arguments: { a: 1 } }, 'a')])).toEqual([call('a', 'f', '{"a":1}')]);
  });

  test('in the form of 2023 are calls too', () => {
    const deltas = [
      { function_call: { name: 'f', arguments: '' } },
      { function_call: { arguments: '{"a":1}' } },
      { function_call: { name: '', arguments: '' } },
    ];
    expect(answerOf(deltas, 'function_call')).toMatchObject({
      parts: [call('call_1_0', 'f', '{"a":1}')],
      stop: { reason: 'tool-calls', raw: 'function_call' },
    });
  });

  test('get the client’s names back', () => {
    const toolNames = new Map([['mcp_x', 'mcp:x']]);
    const events = read([...chunks([fragment(0, { name: 'mcp_x', arguments: '{}' }, 'a')]), DONE], { toolNames });
    expect(fold(events).parts).toEqual([call('a', 'mcp:x', '{}')]);
  });

  test('end an answer in calls, whatever the provider says', () => {
    const deltas = [fragment(0, { name: 'f', arguments: '{}' }, 'a')];
    expect(answerOf(deltas, 'stop').stop).toEqual({ reason: 'tool-calls', raw: 'stop' });
    expect(answerOf(deltas, 'length').stop).toEqual({ reason: 'length', raw: 'length' });
  });

  test('without a name, or that go on after their end, break the answer', () => {
    expect(answerOf([fragment(0, { arguments: '{}' }, 'a')]).error?.message).toContain('without a name');
    const late = [
      fragment(0, { name: 'f', arguments: '{}' }, 'a'),
      fragment(1, { name: 'g', arguments: '{}' }, 'b'),
      fragment(0, { arguments: '{"more":1}' }),
    ];
    expect(answerOf(late).error?.message).toContain('goes on after its end');
  });
});

describe('thoughts', () => {
  const detail = (fields: JsonObject) => ({
    reasoning_details: [{ type: 'reasoning.text', format: 'anthropic-claude-v1', index: 0, ...fields }],
  });
  const seal = { issuer: 'anthropic', form: 'signature', data: 'sig' };

  test.each(['reasoning_content', 'reasoning'])('come as %s', (field) => {
    expect(partsOf([{ [field]: 'Let me ' }, { [field]: 'see.' }, { content: 'Yes.' }])).toEqual([
      { kind: 'thinking', text: 'Let me see.' },
      { kind: 'text', text: 'Yes.' },
    ]);
  });

  test('told twice are heard once, and sealed by the last detail', () => {
    const deltas = [
      { reasoning: 'Let me ', ...detail({ text: 'Let me ' }) },
      { reasoning: 'see.', ...detail({ text: 'see.' }) },
      detail({ signature: 'sig' }),
      { content: 'Yes.' },
    ];
    expect(partsOf(deltas)).toEqual([
      { kind: 'thinking', text: 'Let me see.', seal },
      { kind: 'text', text: 'Yes.' },
    ]);
  });

  test('repeated whole for the sake of the seal are not doubled', () => {
    const deltas = [
      { reasoning_content: 'Let me ' },
      { reasoning_content: 'see.' },
      detail({ text: 'Let me see.', signature: 'sig' }),
    ];
    expect(partsOf(deltas)).toEqual([{ kind: 'thinking', text: 'Let me see.', seal }]);
  });

  test('that are hidden have a seal and no words', () => {
    const hidden = { type: 'reasoning.encrypted', format: 'openai-responses-v1', data: 'enc' };
    const summary = { type: 'reasoning.summary', format: 'openai-responses-v1', summary: 'I looked.' };
    expect(partsOf([{ reasoning_details: [hidden] }])).toEqual([
      { kind: 'thinking', text: '', seal: { issuer: 'openai', form: 'encrypted', data: 'enc' } },
    ]);
    expect(partsOf([{ reasoning: 'I looked.', reasoning_details: [summary] }])).toEqual([
      { kind: 'thinking', text: 'I looked.' },
    ]);
  });

  test('in Anthropic’s blocks, as LiteLLM has them, are sealed too', () => {
    const deltas = [
      { reasoning_content: 'Hm.', thinking_blocks: [{ type: 'thinking', thinking: 'Hm.', signature: '' }] },
      { thinking_blocks: [{ type: 'thinking', thinking: '', signature: 'sig' }] },
    ];
    expect(partsOf(deltas)).toEqual([{ kind: 'thinking', text: 'Hm.', seal }]);
  });

  test('whose seal comes when they are over stay unsealed, with a note', () => {
    const answer = answerOf([
      { reasoning_content: 'Hm.' },
      { content: 'Yes.' },
      detail({ text: 'Hm.', signature: 'sig' }),
    ]);
    expect(answer.parts).toEqual([
      { kind: 'thinking', text: 'Hm.' },
      { kind: 'text', text: 'Yes.' },
    ]);
    expect(answer.notes).toMatchObject([{ code: 'seal-dropped' }]);
  });
});

test('a refusal is a text that says so', () => {
  expect(partsOf([{ refusal: 'I can’t ' }, { refusal: 'do that.' }])).toEqual([
    { kind: 'text', text: 'I can’t do that.', ext: { 'openai-chat': { refusal: true } } },
  ]);
});

test('an empty first chunk without choices, a second choice and parts as content are understood', () => {
  const stream = [
    { data: JSON.stringify({ id: '', model: '', choices: [], prompt_filter_results: [] }) },
    {
      data: JSON.stringify({ id: 'x', choices: [{ index: 1, delta: { content: [{ type: 'text', text: 'ours' }] } }] }),
    },
    { data: JSON.stringify({ id: 'x', choices: [{ index: 0, delta: { content: 'not ours' } }] }) },
    { data: JSON.stringify({ id: 'x', choices: [{ index: 1, finish_reason: 'length' }] }) },
  ];
  const events = read(stream);
  expect(events[0]).toEqual({ type: 'start', id: 'x' });
  expect(fold(events)).toMatchObject({ parts: [{ text: 'ours' }], stop: { reason: 'length' } });
});

test('usage that is counted in every chunk is told once, as it was in the end', () => {
  const count = (tokens: number) => ({ prompt_tokens: 5, completion_tokens: tokens });
  const stream = chunks([{ content: 'a' }, { content: 'b' }]).map(({ data }, index) => ({
    data: JSON.stringify({ ...(JSON.parse(data) as JsonObject), usage: count(index) }),
  }));
  expect(fold(read(stream)).usage).toEqual({ input: 5, output: 2, raw: [count(2)] });
});

describe('how an answer ends', () => {
  const reasons = [
    ['stop', 'end'],
    ['length', 'length'],
    ['content_filter', 'filtered'],
    ['eos', 'unknown'],
  ] as const;
  test.each(reasons)('finish_reason %s is %s', (raw, reason) => {
    expect(answerOf([{ content: 'x' }], raw).stop).toEqual({ reason, raw });
  });

  test('a finish reason is enough, and so is [DONE]', () => {
    expect(fold(read(chunks([{ content: 'x' }]))).stop).toEqual({ reason: 'end', raw: 'stop' });
    expect(fold(read([...chunks([{ content: 'x' }], null), DONE])).stop).toEqual({ reason: 'unknown' });
    expect(fold(read([DONE])).stop).toEqual({ reason: 'unknown' });
  });

  test('wherever it is cut before that, it is an error and no stop', () => {
    const whole = chunks([
      { role: 'assistant', content: '' },
      { reasoning_content: 'Hm.' },
      { content: 'x' },
      fragment(0, { name: 'f', arguments: '{' }, 'a'),
    ]);
    for (let length = 0; length < whole.length; length += 1) {
      const events = read(whole.slice(0, length));
      expect(events.at(-1)).toMatchObject({
        type: 'error',
        error: { kind: 'upstream-broken', detail: { retry: 'same' } },
      });
      expect(events.some(({ type }) => type === 'stop')).toBe(length === whole.length);
    }
  });

  test.each([
    [{ data: '{"error":{"message":"Overloaded","type":"server_error","code":"503"}}' }, '503', 'Overloaded'],
    [{ data: '{"error":"Overloaded"}' }, undefined, 'Overloaded'],
    [{ event: 'error', data: '{"detail":{}}' }, undefined, undefined],
    [{ data: '{"code":"390112","message":"Your session has expired."}' }, '390112', 'Your session has expired.'],
  ])('the error %j ends it, with the words kept', (event, code, message) => {
    const events = read([...chunks([{ content: 'x' }], null), event, ...chunks([{ content: 'y' }]), DONE]);
    const last = events.at(-1);
    expect(last?.type === 'error' && last.error.detail.upstream).toEqual({
      ...(code === undefined ? {} : { code }),
      ...(message === undefined ? {} : { message }),
    });
  });

  test('what is not JSON breaks it', () => {
    expect(fold(read([{ data: '<html>' }])).error?.message).toContain('not a JSON object');
  });
});

describe('what Cortex streams, mended, says what the SDK hears in it', () => {
  const names = readdirSync(new URL('../../../../../fixtures/mends', import.meta.url)).filter((name) =>
    existsSync(new URL(`../../../../../fixtures/mends/${name}/sdk.json`, import.meta.url)),
  );

  test.each(names)('%s', (name) => {
    const events = read(toEvents(readFixture(`mends/${name}/client.sse`)));
    const { choices } = JSON.parse(readFixture(`mends/${name}/sdk.json`)) as Completion;
    const { content, reasoning_content: thought, tool_calls: calls = [] } = choices[0]!.message;
    const { parts, stop } = fold(events);
    const textOf = (kind: Part['kind']) =>
      parts.map((part) => ('text' in part && part.kind === kind ? part.text : '')).join('');
    expect(textOf('text')).toBe(content ?? '');
    // The SDK loses what it does not know of the first chunk.
    expect(textOf('thinking').endsWith(thought ?? '')).toBe(true);
    expect(parts.filter(({ kind }) => kind === 'tool-call')).toEqual(
      calls.map(({ id, function: called }) => call(id, called.name, called.arguments)),
    );
    expect(stop?.raw).toBe(choices[0]!.finish_reason);
  });

  interface Completion {
    choices: {
      message: {
        content: string | null;
        reasoning_content?: string;
        tool_calls?: { id: string; function: { name: string; arguments: string } }[];
      };
      finish_reason: string;
    }[];
  }
});
