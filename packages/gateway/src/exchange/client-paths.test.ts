import { expect, test } from 'vitest';
import type { JsonObject } from '../ir/json.ts';
import type { GenerateRequest } from '../ir/request.ts';
import { nameForClient } from './client-paths.ts';

function named(path: string, asked: JsonObject, tools: string[] = []): string[] {
  const request: GenerateRequest = {
    model: 'm',
    system: [],
    turns: [],
    tools: tools.map((name) => ({ name })),
    toolChoice: { mode: 'auto' },
    limits: {},
    sampling: {},
    choices: 1,
    stream: false,
    ext: {},
  };
  return nameForClient([{ code: 'dropped', path, because: 'so' }], { asked, request }).map((note) => note.path);
}

test.each<[string, JsonObject, string[]]>([
  ['max_tokens', { max_output_tokens: 1 }, ['max_output_tokens']],
  ['stop', { stop_sequences: ['a'] }, ['stop_sequences']],
  ['user', { metadata: { user_id: 'u' } }, ['metadata.user_id']],
  ['verbosity', { text: { verbosity: 'low' } }, ['text.verbosity']],
  ['reasoning', { reasoning_effort: 'low' }, ['reasoning_effort']],
  ['reasoning', { reasoning: { effort: 'low' } }, ['reasoning']],
  ['reasoning', { thinking: {}, output_config: { effort: 'low' } }, ['thinking', 'output_config.effort']],
  [
    'reasoning.effort',
    { thinking: { type: 'enabled', budget_tokens: 1 } },
    ['thinking.budget_tokens', 'thinking.type'],
  ],
  ['reasoning.summary', { thinking: { display: 'omitted' } }, ['thinking.display']],
  ['response_format.json_schema.schema', { text: { format: {} } }, ['text.format.schema']],
  ['response_format', { output_config: { format: {} } }, ['output_config.format']],
  ['temperature', { temperature: 1 }, ['temperature']],
  ['cache_control', { messages: [] }, ['cache_control']],
])('%s of %j', (path, asked, paths) => {
  expect(named(path, asked)).toEqual(paths);
});

test.each<[string, JsonObject, string]>([
  ['turns[3].parts[1].citations', { messages: [] }, 'messages[].content[].citations'],
  ['turns[]', { input: [] }, 'input[]'],
  ['messages[2].content[0]', { input: [] }, 'input[].content[]'],
  ['messages[2]', { messages: [] }, 'messages[]'],
])('the place %s in %j', (path, asked, expected) => {
  expect(named(path, asked)).toEqual([expected]);
});

test('tools are named where the client declared them', () => {
  const flat = [{ type: 'web_search' }, { type: 'function', name: 'a' }, { type: 'namespace', name: 'n', tools: [] }];
  expect(named('tools[0].strict', { tools: flat }, ['a', 'n__b'])).toEqual(['tools[1].strict']);
  expect(named('tools[1].strict', { tools: flat }, ['a', 'n__b'])).toEqual(['tools[].strict']);
  const nested = [{ type: 'function', function: { name: 'a' } }];
  expect(named('tools[0].strict', { tools: nested }, ['a'])).toEqual(['tools[0].function.strict']);
  expect(named('tools[0]', { tools: nested }, ['a'])).toEqual(['tools[0]']);
  expect(named('tools[1]', { tools: [...flat, { type: 'function', name: 'a' }] }, ['a', 'a'])).toEqual(['tools[3]']);
  expect(named('tools', { input: [{ type: 'additional_tools', tools: [] }] })).toEqual(['input[].tools']);
});
