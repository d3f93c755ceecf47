import { describe, expect, test } from 'vitest';
import { CAPTURES, readCapture } from '../../../test/support/responses-answers.ts';
import { GatewayError } from '../../errors/error.ts';
import { noteForeignFields } from '../../ir/ext.ts';
import { isObject, type Json, type JsonObject } from '../../ir/json.ts';
import type { Part } from '../../ir/request.ts';
import { readRequest } from './read-request.ts';
import { writeSealed } from './sealed.ts';
import { expandPrevious } from './stored.ts';

describe('captured requests', () => {
  test.each(CAPTURES)('%s: everything is kept or noted', (name) => {
    const captured = readCapture(name);
    const body = name === 'openai-sdk-previous' ? expandPrevious(captured, { input: [], output: [] }) : captured;
    const { request, notes } = readRequest(body);
    const noted = [...notes, ...noteForeignFields(request, 'anthropic-messages')].map((note) => note.path);
    const kept = JSON.stringify(request);
    const lost = leavesOf(body).filter(({ path, value }) => {
      if (isProtocol(path, value) || noted.some((prefix) => path.startsWith(prefix))) return false;
      const told =
        typeof value === 'string' ? JSON.stringify(value.replace(/^data:.*;base64,/, '')) : JSON.stringify(value);
      return !kept.includes(told.replace(/^"(.*)"$/, '$1'));
    });
    expect(lost).toEqual([]);
    expect(request.turns.length).toBeGreaterThan(0);
  });

  test("Codex's lite form: tools in an item, in namespaces, with grammars", () => {
    const { request, notes } = readRequest(readCapture('codex-lite-custom'));
    expect(request.tools.map(({ name, freeform }) => [name, freeform?.syntax])).toEqual([
      ['exec', 'lark'],
      ['wait', undefined],
      ['request_user_input', undefined],
      ['clock__sleep', undefined],
      ['collaboration__followup_task', undefined],
      ['collaboration__interrupt_agent', undefined],
    ]);
    expect(request.tools[3]?.description).toContain('All of clock: Tools for reading and waiting on time.');
    expect(request.system).toHaveLength(6);
    expect(request.turns.map(({ role }) => role)).toEqual(['user', 'user', 'assistant', 'user']);
    expect(request.turns[2]?.parts).toMatchObject([
      { kind: 'thinking', text: 'thinking about it' },
      {
        kind: 'tool-call',
        id: 'call_7v6g2edd5wgylr3tam4a',
        name: 'exec',
        args: 'const r = await tools.exec_command({cmd:"cat hello.txt"}); text(JSON.stringify(r));',
        freeform: true,
      },
    ]);
    expect(request.turns[3]?.parts).toMatchObject([{ callId: 'call_7v6g2edd5wgylr3tam4a', parts: [{}, {}] }]);
    expect(request).toMatchObject({ parallelTools: false, reasoning: { effort: 'low' }, stream: true });
    expect(request.ext['openai-responses']).toMatchObject({ 'reasoning.context': 'all_turns', verbosity: 'low' });
    expect(notes.filter(({ code }) => code === 'seal-dropped').map(({ path }) => path)).toEqual([
      'input[7].encrypted_content',
    ]);
  });

  test('a tool that shows an image', () => {
    const { request } = readRequest(readCapture('codex-view-image'));
    expect(request.turns.at(-1)?.parts).toMatchObject([
      {
        kind: 'tool-result',
        callId: 'call_4ns8tqquiz4h0g3us6db',
        parts: [{ kind: 'media', mime: 'image/png', ext: { 'openai-chat': { detail: 'high' } } }],
      },
    ]);
  });

  test('everything the official SDK can ask for', () => {
    const { request, notes } = readRequest(readCapture('openai-sdk-everything'));
    expect(request).toMatchObject({
      turns: [{ role: 'user', parts: [{ kind: 'text', text: 'hi' }] }],
      tools: [{ name: 'get_weather', strict: true }],
      toolChoice: { mode: 'auto' },
      parallelTools: false,
      limits: { maxOutputTokens: 99 },
      sampling: { temperature: 0.1, topP: 0.5 },
      endUser: 'u',
    });
    expect(notes.map(({ code, path }) => `${code} ${path}`)).toEqual(['dropped tools[1]', 'coerced tools[2]']);
    const dropped = noteForeignFields(request, 'anthropic-messages').filter(({ harmless }) => harmless !== true);
    expect(dropped.map(({ path }) => path)).toEqual(['truncation', 'service_tier', 'verbosity']);
  });

  test('a Zod schema of the SDK', () => {
    expect(readRequest(readCapture('openai-sdk-parse')).request.output).toEqual({
      format: 'json',
      name: 'ev',
      strict: true,
      schema: {
        type: 'object',
        properties: { name: { type: 'string' } },
        required: ['name'],
        additionalProperties: false,
      },
    });
  });

  test('a reference to a thought that nobody kept is passed over', () => {
    const { request, notes } = readRequest(readCapture('vercel-item-reference'));
    expect(request.turns.map(({ role }) => role)).toEqual(['user', 'assistant', 'user']);
    expect(notes.map(({ code, path }) => [code, path])).toEqual([['seal-dropped', 'input[1]']]);
  });
});

describe('items', () => {
  const read = (...items: Json[]) => readRequest({ model: 'm', input: items }).request;
  const user = { role: 'user', content: 'go' };

  test('what the model said until the next result is one turn', () => {
    const seal = { issuer: 'anthropic' as const, form: 'signature' as const, data: 's' };
    const { turns } = read(
      user,
      { type: 'reasoning', id: 'rs_1', summary: [], encrypted_content: writeSealed({ text: 'hm', seal }) },
      { type: 'message', role: 'assistant', content: [{ type: 'output_text', text: 'Both.' }] },
      { type: 'function_call', call_id: 'a', name: 'f', arguments: '{"x": 1.0}' },
      { type: 'function_call', call_id: 'b', name: 'f', arguments: '' },
      { type: 'function_call_output', call_id: 'a', output: 'A' },
      { role: 'user', content: 'quick' },
      { type: 'function_call_output', call_id: 'b', output: [{ type: 'input_text', text: 'B' }] },
    );
    expect(turns).toEqual([
      { role: 'user', parts: [{ kind: 'text', text: 'go' }] },
      {
        role: 'assistant',
        parts: [
          { kind: 'thinking', text: 'hm', seal, ext: { 'openai-responses': { id: 'rs_1' } } },
          { kind: 'text', text: 'Both.' },
          { kind: 'tool-call', id: 'a', name: 'f', args: '{"x": 1.0}' },
          { kind: 'tool-call', id: 'b', name: 'f', args: '{}' },
        ],
      },
      {
        role: 'user',
        parts: [
          { kind: 'tool-result', callId: 'a', parts: [{ kind: 'text', text: 'A' }] },
          { kind: 'tool-result', callId: 'b', parts: [{ kind: 'text', text: 'B' }] },
          { kind: 'text', text: 'quick' },
        ],
      },
    ]);
  });

  test('a developer message amid the conversation is a reminder, and a system message for chat', () => {
    const { system, turns } = read({ role: 'developer', content: 'One' }, user, { role: 'developer', content: 'Two' });
    expect(system).toEqual([{ kind: 'text', text: 'One' }]);
    expect(turns[1]).toEqual({
      role: 'user',
      parts: [{ kind: 'text', text: '<system-reminder>\nTwo\n</system-reminder>' }],
      ext: { 'openai-chat': { role: 'system' } },
    });
  });

  test('built-in calls and what came of them', () => {
    const parts = read(
      user,
      {
        type: 'local_shell_call',
        id: 'lsh_1',
        call_id: 'a',
        status: 'completed',
        action: { type: 'exec', command: ['ls'], env: {}, timeout_ms: null, working_directory: 'src' },
      },
      { type: 'local_shell_call_output', id: 'a', output: '{"output":"x"}' },
      {
        type: 'shell_call',
        call_id: 'b',
        action: { commands: ['ls', 'cat a'], timeout_ms: 5, max_output_length: null },
      },
      {
        type: 'shell_call_output',
        call_id: 'b',
        output: [
          { stdout: 'a', stderr: '', outcome: { type: 'exit', exit_code: 0 } },
          { stdout: '', stderr: 'slow', outcome: { type: 'timeout' } },
        ],
      },
      {
        type: 'apply_patch_call',
        call_id: 'c',
        status: 'completed',
        operation: { type: 'delete_file', path: 'a' },
      },
      { type: 'apply_patch_call_output', call_id: 'c', status: 'failed', output: 'no such file' },
    ).turns.flatMap((turn) => turn.parts);
    expect(parts.slice(1)).toMatchObject([
      { kind: 'tool-call', id: 'a', name: 'local_shell', args: '{"command":["ls"],"working_directory":"src"}' },
      { kind: 'tool-result', callId: 'a', parts: [{ text: '{"output":"x"}' }] },
      { kind: 'tool-call', id: 'b', name: 'shell', args: '{"commands":["ls","cat a"],"timeout_ms":5}' },
      {
        kind: 'tool-result',
        callId: 'b',
        parts: [{ text: '[exit code 0]\nstdout:\na' }, { text: '[timed out]\nstderr:\nslow' }],
      },
      { kind: 'tool-call', id: 'c', name: 'apply_patch', args: '{"type":"delete_file","path":"a"}' },
      { kind: 'tool-result', callId: 'c', failed: true, parts: [{ text: 'no such file' }] },
    ]);
  });

  test('what only OpenAI understands is kept apart', () => {
    const items = [
      { type: 'web_search_call', id: 'ws_1', status: 'completed', action: { type: 'search', query: 'x' } },
      { type: 'compaction', encrypted_content: 'gAAAA' },
      { type: 'something_new', value: 1 },
    ];
    const { turns } = read(user, ...items);
    expect(turns[1]?.parts).toEqual(items.map((value) => ({ kind: 'opaque', dialect: 'openai-responses', value })));
  });

  test.each([
    [
      'summary and content',
      { summary: [{ text: 'short' }], content: [{ type: 'reasoning_text', text: 'long' }] },
      'long',
    ],
    ['two summaries', { summary: [{ text: 'a' }, { text: 'b' }], content: null }, 'a\n\nb'],
    ['a broken seal of ours', { summary: [{ text: 'a' }], encrypted_content: 'couloir1.!!!' }, 'a'],
    [
      'a seal of ours that says something else',
      { summary: [{ text: 'a' }], encrypted_content: `couloir1.${btoa('{"issuer":"evil","form":"signature"}')}` },
      'a',
    ],
  ])('a thought with %s', (_, fields, text) => {
    expect(partsOfUser({ type: 'reasoning', ...fields })).toEqual([{ kind: 'thinking', text }]);
  });

  test('a thought that says nothing is left out', () => {
    expect(partsOfUser({ type: 'reasoning', summary: [], encrypted_content: 'gAAAA' })).toEqual([]);
  });

  test.each<[string, JsonObject, string]>([
    [
      'text with a name',
      { filename: 'notes.txt', file_data: `data:text/plain;base64,${btoa('caf\u00c3\u00a9')}` },
      'File notes.txt:\n\ncafé',
    ],
    ['a charset beside it', { file_data: `data:text/markdown;charset=utf-8;base64,${btoa('# A')}` }, '# A'],
    ['JSON', { file_data: `data:application/json;base64,${btoa('{"a":1}')}` }, '{"a":1}'],
    ['a dialect of XML', { file_data: `data:image/svg+xml;base64,${btoa('<svg/>')}` }, '<svg/>'],
    ['percent-encoded', { file_data: 'data:text/csv,a%2Cb%0A1,2' }, 'a,b\n1,2'],
    ['nothing', { filename: 'a.txt', file_data: `data:text/plain;base64,${btoa(' ')}` }, 'File a.txt:\n\n(empty file)'],
  ])('a file of words is told as its words: %s', (_what, fields, text) => {
    const content = [{ type: 'input_file', ...fields }];
    expect(read({ role: 'user', content }).turns[0]?.parts).toEqual([{ kind: 'text', text }]);
  });

  test.each([
    ['low', { 'openai-chat': { detail: 'low' } }],
    ['original', { 'openai-responses': { detail: 'original' } }],
  ])('how closely an image is to be looked at: %s', (detail, ext) => {
    const content = [{ type: 'input_image', image_url: 'https://a.b/c.png', detail }];
    expect(read({ role: 'user', content }).turns[0]?.parts).toMatchObject([{ kind: 'media', ext }]);
  });

  test('an explicit end of a cached prefix is one here', () => {
    const content = [{ type: 'input_text', text: 'long', prompt_cache_breakpoint: { mode: 'explicit' } }];
    expect(read({ role: 'user', content }).turns[0]?.parts).toEqual([{ kind: 'text', text: 'long', cache: {} }]);
  });

  function partsOfUser(item: JsonObject): Part[] {
    return read(user, item)
      .turns.slice(1)
      .flatMap((turn) => turn.parts);
  }
});

describe('tools', () => {
  const toolsOf = (...tools: JsonObject[]) => readRequest({ model: 'm', input: 'go', tools }).request.tools;

  test('every kind that a client can run', () => {
    expect(
      toolsOf(
        { type: 'function', name: 'f', description: 'd', parameters: { type: 'object' }, strict: false },
        { type: 'function', function: { name: 'nested', parameters: {} } },
        { name: 'untyped' },
        { type: 'custom', name: 'c', format: { type: 'text' } },
        { type: 'namespace', name: 'ns', tools: [{ type: 'function', name: 'f', defer_loading: true }] },
      ),
    ).toEqual([
      { name: 'f', description: 'd', schema: { type: 'object' }, strict: false },
      { name: 'nested' },
      { name: 'untyped' },
      { name: 'c', freeform: {} },
      { name: 'ns__f', ext: { 'openai-responses': { defer_loading: true } } },
    ]);
    const builtIn = toolsOf({ type: 'local_shell' }, { type: 'shell' }, { type: 'apply_patch' });
    expect(builtIn.map(({ name, schema }) => [name, schema?.required])).toEqual([
      ['local_shell', ['command']],
      ['shell', ['commands']],
      ['apply_patch', ['type', 'path']],
    ]);
  });

  test('a search that the client does is offered in its own words; one at OpenAI is left out', () => {
    const parameters = { type: 'object', properties: { query: { type: 'string' }, limit: { type: 'number' } } };
    expect(toolsOf({ type: 'tool_search', execution: 'client', description: 'Finds', parameters })).toEqual([
      { name: 'tool_search', description: 'Finds', schema: parameters },
    ]);
    expect(toolsOf({ type: 'tool_search', execution: 'client' })).toMatchObject([
      { name: 'tool_search', description: expect.stringContaining('Searches'), schema: { required: ['query'] } },
    ]);
    const { request, notes } = readRequest({ model: 'm', input: 'go', tools: [{ type: 'tool_search' }] });
    expect([request.tools, notes.map(({ path }) => path)]).toEqual([[], ['tools[0]']]);
  });

  test('what a search has found can be called, and the model is told what it is', () => {
    const search = { type: 'tool_search', execution: 'client' };
    const call = { type: 'tool_search_call', call_id: 'a', execution: 'client', arguments: { query: 'mail' } };
    const mail = { type: 'namespace', name: 'mail', tools: [{ type: 'function', name: 'send' }] };
    const found = { type: 'tool_search_output', call_id: 'a', execution: 'client', status: 'completed', tools: [mail] };
    const none = { ...found, call_id: 'b', tools: [] };
    const atOpenai = { type: 'tool_search_call', execution: 'server', call_id: null, arguments: {} };
    const input = [{ role: 'user', content: 'go' }, call, { ...call, call_id: 'b' }, found, none, atOpenai];
    const { request } = readRequest({ model: 'm', tools: [search], input });
    expect(request.tools.map(({ name }) => name)).toEqual(['tool_search', 'mail__send']);
    expect(request.turns.slice(1).map(({ parts }) => parts)).toMatchObject([
      [
        { kind: 'tool-call', id: 'a', name: 'tool_search', args: '{"query":"mail"}' },
        { kind: 'tool-call', id: 'b' },
      ],
      [
        { callId: 'a', parts: [{ text: 'These tools can be called now: mail__send' }] },
        { callId: 'b', parts: [{ text: 'No further tool was found.' }] },
      ],
      [{ kind: 'opaque', value: atOpenai }],
    ]);
  });

  test('names that meet are told apart; a tool declared again replaces the first', () => {
    const names = toolsOf(
      { type: 'function', name: 'apply_patch' },
      { type: 'apply_patch' },
      { type: 'namespace', name: 'functions', tools: [{ type: 'function', name: 'wait' }] },
      { type: 'function', name: 'wait' },
      { type: 'function', name: 'wait', description: 'again' },
    );
    expect(names.map(({ name, description }) => [name, description?.slice(0, 7)])).toEqual([
      ['apply_patch', 'Creates'],
      ['wait', undefined],
      ['wait_2', 'again'],
    ]);
  });

  test('a call of the history has the name its tool has now, with or without its namespace', () => {
    const tools = [{ type: 'namespace', name: 'ns', tools: [{ type: 'function', name: 'f' }] }];
    const calls = [{ namespace: 'ns', name: 'f' }, { name: 'f' }, { namespace: 'gone', name: 'g' }];
    const input = calls.map((call, index) => ({ type: 'function_call', call_id: String(index), ...call }));
    const [turn] = readRequest({ model: 'm', tools, input }).request.turns;
    expect(turn?.parts).toMatchObject([{ name: 'ns__f' }, { name: 'ns__f' }, { name: 'gone__g' }]);
  });

  test.each<[Json, JsonObject]>([
    ['none', { mode: 'none' }],
    ['required', { mode: 'any' }],
    [
      { type: 'function', name: 'f' },
      { mode: 'named', name: 'f' },
    ],
    [
      { type: 'function', name: 'f', namespace: 'ns' },
      { mode: 'named', name: 'ns__f' },
    ],
    [
      { type: 'custom', name: 'c' },
      { mode: 'named', name: 'c' },
    ],
    [{ type: 'shell' }, { mode: 'named', name: 'shell' }],
    [{ type: 'allowed_tools', mode: 'required', tools: [{ type: 'function', name: 'f' }] }, { mode: 'any' }],
  ])('tool_choice %j', (choice, toolChoice) => {
    const tools = [
      { type: 'function', name: 'f' },
      { type: 'custom', name: 'c' },
      { type: 'shell' },
      { type: 'web_search' },
      { type: 'namespace', name: 'ns', tools: [{ type: 'function', name: 'f' }] },
    ];
    const { request } = readRequest({ model: 'm', input: 'go', tools, tool_choice: choice });
    expect(request.toolChoice).toEqual(toolChoice);
    expect(request.tools.map(({ name }) => name)).toEqual(
      isObject(choice) && choice.mode === 'required' ? ['f'] : ['f', 'c', 'shell', 'ns__f'],
    );
  });
});

describe('bad input is refused by name', () => {
  const item = (value: Json): JsonObject => ({ input: [value] });
  test.each<[JsonObject, string]>([
    [{}, 'input'],
    [{ input: [] }, 'input'],
    [{ input: 5 }, 'input'],
    [{ input: 'x', model: 5 }, 'model'],
    [{ input: 'x', instructions: ['a'] }, 'instructions'],
    [item('x'), 'input[0]'],
    [item({}), 'input[0].type'],
    [item({ role: 'tool', content: 'x' }), 'input[0].role'],
    [item({ role: 'user', content: 5 }), 'input[0].content'],
    [item({ role: 'user', content: [{ text: 'x' }] }), 'input[0].content[0].type'],
    [item({ role: 'user', content: [{ type: 'input_text', text: 5 }] }), 'input[0].content[0].text'],
    [item({ role: 'user', content: [{ type: 'input_image', image_url: 'x' }] }), 'input[0].content[0].image_url'],
    [item({ role: 'user', content: [{ type: 'input_image', file_id: 'file_1' }] }), 'input[0].content[0]'],
    [item({ role: 'user', content: [{ type: 'input_file', file_id: 'file_1' }] }), 'input[0].content[0]'],
    [item({ role: 'user', content: [{ type: 'input_file', file_url: 'https://a.b/c.txt' }] }), 'input[0].content[0]'],
    [
      item({ role: 'user', content: [{ type: 'input_file', file_data: 'data:text/plain;base64,!' }] }),
      'input[0].content[0].file_data',
    ],
    [
      item({ role: 'user', content: [{ type: 'input_file', file_data: 'data:application/pdf,%25PDF' }] }),
      'input[0].content[0].file_data',
    ],
    [item({ role: 'user', content: [{ type: 'input_audio' }] }), 'input[0].content[0]'],
    [
      item({ role: 'system', content: [{ type: 'input_image', image_url: 'data:image/png;base64,AA' }] }),
      'input[0].content[0].type',
    ],
    [item({ type: 'function_call', name: 'f' }), 'input[0].call_id'],
    [item({ type: 'function_call', call_id: 'a' }), 'input[0].name'],
    [item({ type: 'function_call', call_id: 'a', name: 'f', arguments: 5 }), 'input[0].arguments'],
    [item({ type: 'custom_tool_call', call_id: 'a', name: 'f', input: {} }), 'input[0].input'],
    [item({ type: 'function_call_output', output: 'x' }), 'input[0].call_id'],
    [item({ type: 'item_reference', id: 'msg_1' }), 'input[0]'],
    [item({ type: 'additional_tools', tools: [{ type: 'function' }] }), 'input[0].tools[0].name'],
    [{ input: 'x', tools: {} }, 'tools'],
    [{ input: 'x', tools: ['f'] }, 'tools[0]'],
    [{ input: 'x', tools: [{ type: 'function' }] }, 'tools[0].name'],
    [{ input: 'x', tools: [{ type: 'function', name: 'f', parameters: 'x' }] }, 'tools[0].parameters'],
    [{ input: 'x', tools: [{ type: 'custom', name: 'f', format: { type: 'bnf' } }] }, 'tools[0].format.type'],
    [{ input: 'x', tools: [{ type: 'namespace', name: 'n', tools: [{ type: 'custom' }] }] }, 'tools[0].tools[0].name'],
    [{ input: 'x', tool_choice: 'sometimes' }, 'tool_choice'],
    [{ input: 'x', tool_choice: 'required' }, 'tool_choice'],
    [{ input: 'x', tool_choice: { type: 'function', name: 'f' } }, 'tool_choice'],
    [{ input: 'x', tool_choice: { type: 'web_search' }, tools: [{ type: 'web_search' }] }, 'tool_choice'],
    [{ input: 'x', text: { format: { type: 'json_schema' } } }, 'text.format.schema'],
    [{ input: 'x', text: { format: {} } }, 'text.format.type'],
    [{ input: 'x', text: { verbosity: 'loud' } }, 'text.verbosity'],
    [{ input: 'x', reasoning: { effort: 'more' } }, 'reasoning.effort'],
    [{ input: 'x', temperature: 3 }, 'temperature'],
    [{ input: 'x', max_output_tokens: 0 }, 'max_output_tokens'],
    [{ input: 'x', background: true }, 'background'],
    [{ input: 'x', conversation: 'conv_1' }, 'conversation'],
    [{ input: 'x', prompt: { id: 'pmpt_1' } }, 'prompt'],
    [{ input: 'x', previous_response_id: 'resp_1' }, 'previous_response_id'],
    [{ input: 'x', store: 'yes' }, 'store'],
    [{ input: 'x', include: 'all' }, 'include'],
  ])('%j', (body, param) => {
    const attempt = () => readRequest({ model: 'm', ...body });
    expect(attempt).toThrow(GatewayError);
    expect(attempt).toThrow(
      expect.objectContaining({ detail: expect.objectContaining({ param }) as unknown }) as Error,
    );
  });
});

function leavesOf(value: Json | undefined, path = ''): { path: string; value: Json }[] {
  if (Array.isArray(value)) return value.flatMap((entry, index) => leavesOf(entry, `${path}[${index}]`));
  if (isObject(value)) {
    return Object.entries(value).flatMap(([key, entry]) => leavesOf(entry, path === '' ? key : `${path}.${key}`));
  }
  return value === undefined || value === null ? [] : [{ path, value }];
}

/** Words of the protocol, whose meaning is in the shape of the IR. */
function isProtocol(path: string, value: Json): boolean {
  if (/(?:^|\.)(?:type|role)$/.test(path) && typeof value === 'string') return true;
  if (path === 'input[0].id' && typeof value === 'string' && value.startsWith('at_')) return true;
  if (/\.namespace$|\.tools\[\d+\]\.name$/.test(path)) return true;
  return ['stream', 'store', 'tool_choice', 'reasoning.summary', 'include[0]'].includes(path);
}
