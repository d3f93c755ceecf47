// Both forms of the answer: what one event list becomes as a stream and as a whole.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { arbitraryAnswer } from '../../../test/arbitrary/responses-answer.ts';
import { accumulateResponse, WRITER_OPTIONS, writeStream } from '../../../test/support/responses-answers.ts';
import { checkResponseStream, finalResponse } from '../../../test/support/responses-grammar.ts';
import { type ErrorDetail, GatewayError } from '../../errors/error.ts';
import type { ErrorKind } from '../../errors/table.ts';
import type { StopReason, StreamEvent } from '../../ir/event.ts';
import { checkGrammar } from '../../ir/grammar.ts';
import type { JsonObject } from '../../ir/json.ts';
import type { SseEvent } from '../../kit/sse.ts';
import { openaiResponses } from './index.ts';
import { readSealed } from './sealed.ts';

const SEAL = { issuer: 'anthropic', form: 'signature', data: 'sig' } as const;

const BODY: JsonObject = {
  model: 'my-alias',
  input: 'go',
  instructions: 'A prompt of an agent.',
  store: false,
  include: ['reasoning.encrypted_content'],
  tools: [
    { type: 'function', name: 'read', parameters: {} },
    { type: 'custom', name: 'apply_patch', format: { type: 'grammar', syntax: 'lark', definition: 'start: "x"' } },
    { type: 'namespace', name: 'agents', description: 'Helpers.', tools: [{ type: 'function', name: 'spawn' }] },
    { type: 'local_shell' },
    { type: 'shell', environment: { type: 'local' } },
  ],
};

const ANSWER: StreamEvent[] = [
  { type: 'start', id: 'msg_bdrk_1', model: 'claude-sonnet-4-6' },
  { type: 'usage', usage: { input: 10, cacheRead: 100, cacheWrite5m: 20, output: 1, raw: [] } },
  { type: 'open', at: 0, part: { kind: 'thinking', text: '' } },
  { type: 'delta', at: 0, delta: { thinking: 'Let me ' } },
  { type: 'delta', at: 0, delta: { thinking: 'look.' } },
  { type: 'delta', at: 0, delta: { seal: SEAL } },
  { type: 'close', at: 0 },
  { type: 'open', at: 1, part: { kind: 'text', text: '' } },
  { type: 'delta', at: 1, delta: { text: 'Looking.' } },
  { type: 'close', at: 1 },
  { type: 'ping' },
  { type: 'open', at: 2, part: { kind: 'tool-call', id: 'toolu_1', name: 'agents__spawn', args: '' } },
  { type: 'delta', at: 2, delta: { args: '{"a":' } },
  { type: 'open', at: 3, part: { kind: 'tool-call', id: 'toolu_2', name: 'apply_patch', args: '', freeform: true } },
  { type: 'delta', at: 2, delta: { args: '1}' } },
  { type: 'close', at: 2 },
  { type: 'delta', at: 3, delta: { args: '*** Begin' } },
  { type: 'close', at: 3 },
  { type: 'usage', usage: { output: 50, reasoning: 7, raw: [] } },
  { type: 'stop', reason: 'tool-calls' },
  { type: 'end' },
];

const SEALED =
  'couloir1.eyJpc3N1ZXIiOiJhbnRocm9waWMiLCJmb3JtIjoic2lnbmF0dXJlIiwiZGF0YSI6InNpZyIsInRleHQiOiJMZXQgbWUgbG9vay4ifQ';

const OUTPUT = [
  {
    type: 'reasoning',
    id: 'rs_abc_0',
    summary: [{ type: 'summary_text', text: 'Let me look.' }],
    encrypted_content: SEALED,
  },
  {
    type: 'message',
    id: 'msg_abc_1',
    role: 'assistant',
    status: 'completed',
    content: [{ type: 'output_text', text: 'Looking.', annotations: [], logprobs: [] }],
  },
  {
    type: 'function_call',
    id: 'fc_abc_2',
    call_id: 'toolu_1',
    name: 'spawn',
    namespace: 'agents',
    arguments: '{"a":1}',
    status: 'completed',
  },
  {
    type: 'custom_tool_call',
    id: 'ctc_abc_3',
    call_id: 'toolu_2',
    name: 'apply_patch',
    input: '*** Begin',
    status: 'completed',
  },
];

const USAGE = {
  input_tokens: 130,
  input_tokens_details: { cached_tokens: 100, cache_write_tokens: 20 },
  output_tokens: 50,
  output_tokens_details: { reasoning_tokens: 7 },
  total_tokens: 180,
};

describe('a whole answer', () => {
  test('as a stream says everything once, in order', () => {
    const stream = writeStream(ANSWER, BODY);
    expect(checkResponseStream(stream)).toBeUndefined();
    expect(stream.map(summarise)).toEqual([
      'response.created',
      'response.in_progress',
      'response.output_item.added 0',
      'response.reasoning_summary_part.added 0',
      'response.reasoning_summary_text.delta 0 "Let me "',
      'response.reasoning_summary_text.delta 0 "look."',
      'response.reasoning_summary_text.done 0',
      'response.reasoning_summary_part.done 0',
      'response.output_item.done 0',
      'response.output_item.added 1',
      'response.content_part.added 1',
      'response.output_text.delta 1 "Looking."',
      'response.output_text.done 1',
      'response.content_part.done 1',
      'response.output_item.done 1',
      'response.output_item.added 2',
      'response.function_call_arguments.delta 2 "{\\"a\\":"',
      'response.output_item.added 3',
      'response.function_call_arguments.delta 2 "1}"',
      'response.function_call_arguments.done 2',
      'response.custom_tool_call_input.delta 3 "*** Begin"',
      'response.custom_tool_call_input.done 3',
      'response.output_item.done 2',
      'response.output_item.done 3',
      'response.completed',
    ]);
    expect(JSON.parse(stream[15]!.data)).toEqual({
      type: 'response.output_item.added',
      output_index: 2,
      item: {
        type: 'function_call',
        id: 'fc_abc_2',
        call_id: 'toolu_1',
        name: 'spawn',
        namespace: 'agents',
        arguments: '',
        status: 'in_progress',
      },
      sequence_number: 15,
    });
    expect(finalResponse(stream)).toMatchObject({ output: OUTPUT, usage: USAGE });
  });

  test('as one response repeats what is short of the request', () => {
    expect(openaiResponses.writeMessage(ANSWER, { ...WRITER_OPTIONS, body: BODY })).toEqual({
      id: 'resp_abc',
      object: 'response',
      access_programs: null,
      created_at: 1_795_181_000,
      status: 'completed',
      background: false,
      error: null,
      incomplete_details: null,
      instructions: null,
      max_output_tokens: null,
      metadata: {},
      model: 'my-alias',
      output: OUTPUT,
      parallel_tool_calls: true,
      previous_response_id: null,
      reasoning: { effort: null, summary: null },
      store: false,
      temperature: null,
      text: { format: { type: 'text' } },
      tool_choice: 'auto',
      tools: [],
      top_p: null,
      truncation: 'disabled',
      usage: USAGE,
    });
  });

  test('gives seals only to who asks for them', () => {
    const { include: _, ...body } = BODY;
    expect(JSON.stringify(writeStream(ANSWER, body))).not.toContain('encrypted_content');
    expect(readSealed(SEALED)).toEqual({ kind: 'thinking', text: 'Let me look.', seal: SEAL });
  });

  test('says null where the upstream gave no counts: Codex takes that, and fails on counts without a total', () => {
    const silent = ANSWER.filter(({ type }) => type !== 'usage');
    expect(finalResponse(writeStream(silent, BODY)).usage).toBeNull();
  });
});

describe('parts', () => {
  test('texts that follow each other are one message; a text without a word is none', () => {
    const texts = ['One', '', 'two'].flatMap((text, at): StreamEvent[] => [
      { type: 'open', at, part: { kind: 'text', text } },
      { type: 'close', at },
    ]);
    const { output } = answer([
      ...texts,
      { type: 'open', at: 3, part: { kind: 'text', text: 'No.', ext: { 'openai-chat': { refusal: true } } } },
      { type: 'close', at: 3 },
    ]);
    expect(output).toEqual([
      {
        type: 'message',
        id: 'msg_abc_0',
        role: 'assistant',
        status: 'completed',
        content: [
          { type: 'output_text', text: 'One', annotations: [], logprobs: [] },
          { type: 'output_text', text: 'two', annotations: [], logprobs: [] },
          { type: 'refusal', refusal: 'No.' },
        ],
      },
    ]);
  });

  test('a call without arguments has an empty object, one of a freeform tool an empty text', () => {
    const { output } = answer([
      { type: 'open', at: 0, part: { kind: 'tool-call', id: 'a', name: 'read', args: '' } },
      { type: 'close', at: 0 },
      { type: 'open', at: 1, part: { kind: 'tool-call', id: 'b', name: 'apply_patch', args: '', freeform: true } },
      { type: 'close', at: 1 },
    ]);
    expect(output).toMatchObject([{ arguments: '{}' }, { type: 'custom_tool_call', input: '' }]);
  });

  test('calls of one id are told apart', async () => {
    const calls = [0, 1, 2].flatMap((at): StreamEvent[] => [
      { type: 'open', at, part: { kind: 'tool-call', id: 'call_0', name: 'read', args: '{}' } },
      { type: 'close', at },
    ]);
    const ids = [{ call_id: 'call_0' }, { call_id: 'call_0_2' }, { call_id: 'call_0_3' }];
    expect(answer(calls).output).toMatchObject(ids);
    expect((await accumulateResponse(writeStream(inAnswer(calls)))).output).toMatchObject(ids);
  });

  test.each([
    [
      'local_shell',
      '{"command":["ls","-l"],"timeout_ms":5,"working_directory":"src","env":{"A":"1"}}',
      {
        type: 'local_shell_call',
        id: 'lsh_abc_0',
        action: {
          type: 'exec',
          command: ['ls', '-l'],
          env: { A: '1' },
          timeout_ms: 5,
          working_directory: 'src',
        },
      },
    ],
    [
      'shell',
      '{"commands":["ls"]}',
      {
        type: 'shell_call',
        id: 'sh_abc_0',
        action: { commands: ['ls'], timeout_ms: null, max_output_length: null },
        environment: { type: 'local' },
      },
    ],
    [
      'local_shell',
      '{"command":"ls"}',
      { type: 'function_call', id: 'fc_abc_0', name: 'local_shell', arguments: '{"command":"ls"}' },
    ],
  ])('the built-in tool %s is called as OpenAI calls it', (name, args, item) => {
    const { output } = answer([
      { type: 'open', at: 0, part: { kind: 'tool-call', id: 'call_1', name, args: '' } },
      { type: 'delta', at: 0, delta: { args } },
      { type: 'close', at: 0 },
    ]);
    expect(output).toEqual([{ ...item, call_id: 'call_1', status: 'completed' }]);
  });

  test('a search for tools is called as OpenAI calls it, and its stream is legal', async () => {
    const part = { kind: 'tool-call' as const, id: 'call_1', name: 'tool_search', args: '{"query":"mail"}' };
    const events = inAnswer([
      { type: 'open', at: 0, part },
      { type: 'close', at: 0 },
    ]);
    const stream = writeStream(events, { tools: [{ type: 'tool_search', execution: 'client' }] });
    expect(checkResponseStream(stream)).toBeUndefined();
    const item = {
      type: 'tool_search_call',
      id: 'tsc_abc_0',
      call_id: 'call_1',
      execution: 'client',
      arguments: { query: 'mail' },
      status: 'completed',
    };
    expect(finalResponse(stream).output).toEqual([item]);
    expect((await accumulateResponse(stream)).output).toEqual([item]);
  });

  test('apply_patch is called as OpenAI calls it', () => {
    const events = inAnswer([
      {
        type: 'open',
        at: 0,
        part: {
          kind: 'tool-call',
          id: 'call_1',
          name: 'apply_patch',
          args: '{"type":"update_file","path":"a.ts","diff":"@@\\n-a\\n+b"}',
        },
      },
      { type: 'close', at: 0 },
    ]);
    const { output } = finalResponse(writeStream(events, { tools: [{ type: 'apply_patch' }] }));
    expect(output).toEqual([
      {
        type: 'apply_patch_call',
        id: 'apc_abc_0',
        call_id: 'call_1',
        status: 'completed',
        operation: { type: 'update_file', path: 'a.ts', diff: '@@\n-a\n+b' },
      },
    ]);
  });
});

describe('ends', () => {
  test.each<[StopReason, string, unknown]>([
    ['end', 'completed', null],
    ['tool-calls', 'completed', null],
    ['stop-sequence', 'completed', null],
    ['paused', 'completed', null],
    ['unknown', 'completed', null],
    ['length', 'incomplete', { reason: 'max_output_tokens' }],
    ['refusal', 'incomplete', { reason: 'content_filter' }],
    ['filtered', 'incomplete', { reason: 'content_filter' }],
  ])('the reason "%s" is told as "%s"', (reason, status, details) => {
    const stream = writeStream(
      inAnswer(
        [
          { type: 'open', at: 0, part: { kind: 'text', text: 'One' } },
          { type: 'close', at: 0 },
          { type: 'open', at: 1, part: { kind: 'tool-call', id: 'a', name: 'read', args: '{"a' } },
          { type: 'close', at: 1 },
        ],
        reason,
      ),
    );
    expect(checkResponseStream(stream)).toBeUndefined();
    expect(stream.at(-1)?.event).toBe(`response.${status}`);
    expect(finalResponse(stream)).toMatchObject({
      status,
      incomplete_details: details,
      // Only the last item can be the one that was cut.
      output: [{ status: 'completed' }, { status }],
    });
  });

  test('an answer that is cut anywhere fails, and no half item is called done', () => {
    for (let length = 0; length < ANSWER.length; length += 1) {
      const stream = writeStream(ANSWER.slice(0, length), BODY);
      expect(checkResponseStream(stream)).toBeUndefined();
      expect(finalResponse(stream)).toMatchObject({ status: 'failed', error: { code: 'server_error' } });
      expect(() => openaiResponses.writeMessage(ANSWER.slice(0, length), WRITER_OPTIONS)).toThrow('stopped sending');
    }
    const inCall = writeStream(ANSWER.slice(0, 14), BODY);
    expect(inCall.map(summarise).filter((line) => line.includes('item.done'))).toEqual([
      'response.output_item.done 0',
      'response.output_item.done 1',
    ]);
  });

  test.each<[ErrorKind, string]>([
    ['context-overflow', 'context_length_exceeded'],
    ['rate-limited', 'rate_limit_exceeded'],
    ['upstream-limited', 'rate_limit_exceeded'],
    ['upstream-spent', 'insufficient_quota'],
    ['invalid-request', 'invalid_prompt'],
    ['upstream-overloaded', 'server_error'],
    ['internal', 'server_error'],
  ])('the error "%s" is told as "%s"', (kind, code) => {
    const detail: ErrorDetail = { param: 'input', upstream: { requestId: 'sf-1' } };
    const error = new GatewayError(kind, 'Say less.', detail);
    const events: StreamEvent[] = [...ANSWER.slice(0, 9), { type: 'error', error }, ...ANSWER.slice(9)];
    const stream = writeStream(events, BODY);
    expect(checkResponseStream(stream)).toBeUndefined();
    expect(finalResponse(stream).error).toEqual({
      code,
      message: 'Say less.',
      param: 'input',
      request_id: 'abc',
      snowflake_request_id: 'sf-1',
    });
    expect(() => openaiResponses.writeMessage(events, WRITER_OPTIONS)).toThrow(error);
  });

  test('after a limit the wait is told in the words that Codex reads it from', () => {
    const failed = (kind: ErrorKind, retryAfterMs?: number) => {
      const detail = retryAfterMs === undefined ? {} : { retryAfterMs };
      const [, last] = openaiResponses.writeErrorEvents(new GatewayError(kind, 'Too fast.', detail), 'abc', {
        model: 'm',
        createdAt: 0,
      });
      return (JSON.parse(last!.data) as { response: { error: { message: string } } }).response.error.message;
    };
    expect(failed('upstream-limited', 2_500)).toBe('Too fast. Please try again in 3s.');
    expect(failed('upstream-limited')).toBe('Too fast.');
    expect(failed('upstream-overloaded', 2_500)).toBe('Too fast.');
  });

  test('an error before the answer has the envelope of OpenAI; one before its first event is a whole stream', async () => {
    const error = new GatewayError('context-overflow', 'Say less.');
    expect(openaiResponses.writeError(error, 'abc')).toEqual({
      error: {
        message: 'Say less.',
        type: 'invalid_request_error',
        param: null,
        code: 'context_length_exceeded',
        request_id: 'abc',
      },
    });
    const stream = openaiResponses.writeErrorEvents(error, 'abc', { model: 'claude-opus-5', createdAt: 1700 });
    expect(stream.map(({ event }) => event)).toEqual(['response.created', 'response.failed']);
    expect(await accumulateResponse(stream)).toMatchObject({
      id: 'resp_abc',
      status: 'failed',
      model: 'claude-opus-5',
      created_at: 1700,
      error: { message: 'Say less.' },
    });
    // Where the stream had begun the SDK takes the second beginning for the first: its id is the same.
    const begun = [...writeStream(ANSWER, BODY).slice(0, 12), ...stream];
    expect(await accumulateResponse(begun)).toMatchObject({ id: 'resp_abc', status: 'failed' });
  });
});

const TOOLS = {
  names: ['read', 'apply_patch', 'agents__spawn', 'local_shell', 'shell', 'not_declared'],
  freeform: ['apply_patch'],
};

describe('whatever a model answers', () => {
  test('the stream is legal, the SDK takes it, and both forms agree', async () => {
    await fc.assert(
      fc.asyncProperty(arbitraryAnswer({ tools: TOOLS }), async (events) => {
        expect(checkGrammar(events)).toBeUndefined();
        const stream = writeStream(events, BODY);
        expect(checkResponseStream(stream)).toBeUndefined();
        const whole = openaiResponses.writeMessage(events, { ...WRITER_OPTIONS, body: BODY });
        expect(finalResponse(stream)).toEqual(JSON.parse(JSON.stringify(whole)));
        const { output_text: _, ...accumulated } = await accumulateResponse(stream);
        expect(accumulated).toMatchObject(finalResponse(stream));
      }),
      { numRuns: 300 },
    );
  });

  test('the stream is legal wherever it is cut', () => {
    fc.assert(
      fc.property(arbitraryAnswer({ tools: TOOLS }), fc.nat(), (events, cut) => {
        const stream = writeStream(events.slice(0, cut % events.length), BODY);
        expect(checkResponseStream(stream)).toBeUndefined();
        expect(stream.at(-1)?.event).toBe('response.failed');
      }),
      { numRuns: 300 },
    );
  });
});

function inAnswer(parts: StreamEvent[], reason: StopReason = 'end'): StreamEvent[] {
  return [{ type: 'start' }, ...parts, { type: 'stop', reason }, { type: 'end' }];
}

function answer(parts: StreamEvent[]): JsonObject {
  const stream = writeStream(inAnswer(parts), BODY);
  expect(checkResponseStream(stream)).toBeUndefined();
  return finalResponse(stream);
}

function summarise({ event, data }: SseEvent): string {
  const { output_index: index, delta } = JSON.parse(data) as { output_index?: number; delta?: string };
  const words = [event, index, delta === undefined ? undefined : JSON.stringify(delta)];
  return words.filter((word) => word !== undefined).join(' ');
}
