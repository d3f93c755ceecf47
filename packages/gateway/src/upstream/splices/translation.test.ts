import { describe, expect, test } from 'vitest';
import { OPUS_4_7, OPUS_5_5, SONNET_4_5 } from '../../../test/messages/claude.ts';
import { splice, TOOL, USER } from '../../../test/messages/splice.ts';
import type { JsonObject } from '../../ir/json.ts';
import type { ModelCapabilities } from '../../protocols/codec.ts';

describe('translated', () => {
  const call = (id: string, name = 'f') => ({ type: 'tool_use', id, name, input: {} });
  const result = (id: string) => ({ type: 'tool_result', tool_use_id: id, content: 'ok' });
  const said = (...content: JsonObject[]) => ({ role: 'assistant', content });
  const heard = (...content: JsonObject[]) => ({ role: 'user', content });
  const text = (words: string) => ({ type: 'text', text: words });
  const image = (source: JsonObject) => ({ type: 'image', source });
  const thought = (signature: string) => ({ type: 'thinking', thinking: 'hm', signature });
  const loop = [USER, said(call('a')), heard(result('a'))];

  test.each<[string, JsonObject]>([
    ['a system message amid the conversation', { messages: [USER, { role: 'system', content: 'x' }] }],
    ['blank text', { messages: [heard(text(' \n'))] }],
    ['empty text', { messages: [{ role: 'user', content: '' }] }],
    ['escaped white space', { system: '\n\t' }],
    ['no content', { messages: [USER, { role: 'assistant', content: [] }, USER] }],
    ['the assistant first', { messages: [said(text('hi')), USER] }],
    ['an unanswered call', { tools: [TOOL], messages: [USER, said(call('a')), USER] }],
    ['an orphan result', { tools: [TOOL], messages: [heard(result('a'))] }],
    ['a result after text', { tools: [TOOL], messages: [USER, said(call('a')), heard(text('so'), result('a'))] }],
    ['two results', { tools: [TOOL], messages: [USER, said(call('a')), heard(result('a'), result('a'))] }],
    ['an id used twice', { tools: [TOOL], messages: [...loop, said(call('a')), heard(result('a'))] }],
    ['a foreign id', { tools: [TOOL], messages: [USER, said(call('f:1')), heard(result('f:1'))] }],
    ['calls without tools', { messages: loop }],
    ['a text to be continued beside tools', { tools: [TOOL], messages: [USER, said(text('I will'))] }],
    ['a text to be continued that ends in white space', { messages: [USER, said(text('I will '))] }],
    ['a thought that nobody signed', { messages: [USER, said(thought(''), text('x')), USER] }],
    ["a thought of another vendor's", { messages: [USER, said(thought('couloir:unsealed'), text('x')), USER] }],
    ['a thought at the end', { messages: [USER, said(text('x'), thought('EvAB')), USER] }],
    [
      'a loop that began without a thought',
      { tools: [TOOL], messages: loop, thinking: { type: 'enabled', budget_tokens: 1_024 } },
    ],
    ['a linked image', { messages: [heard(image({ type: 'url', url: 'https://x.test/a.png' }))] }],
    ['a document', { messages: [heard({ type: 'document', source: { type: 'text', data: 'x' } })] }],
    ['a server tool', { tools: [TOOL, { type: 'web_search_20250305', name: 'web_search' }] }],
    ['a tool with an odd name', { tools: [{ ...TOOL, name: 'mcp:f' }] }],
    ['two tools of one name', { tools: [TOOL, TOOL] }],
    ['a schema that is a combination', { tools: [{ name: 'f', input_schema: { type: 'object', anyOf: [] } }] }],
    [
      'a property with an odd name',
      {
        tools: [
          {
            name: 'f',
            input_schema: { type: 'object', properties: { a: { type: 'object', properties: { 'odd name': {} } } } },
          },
        ],
      },
    ],
    ['a demand without tools', { tools: [], tool_choice: { type: 'any' } }],
    ['no messages', { messages: [] }],
    ['messages of another shape', { messages: 'hi' }],
    ['a message without a role', { messages: [{ content: 'x' }] }],
  ])('%s', (_, fields) => {
    expect(splice(fields)).toBe('translate');
  });

  test.each<[string, JsonObject, ModelCapabilities]>([
    ['a text to be continued', { messages: [USER, said(text('I will'))] }, OPUS_4_7],
    [
      'an image for a model without eyes',
      { messages: [heard(image({ type: 'base64', media_type: 'image/png', data: 'AAAA' }))] },
      { ...SONNET_4_5, vision: false },
    ],
    ['a forced call', { tools: [TOOL], tool_choice: { type: 'any' } }, OPUS_5_5],
  ])('%s, on some models', (_, fields, capabilities) => {
    expect(splice(fields, capabilities)).toBe('translate');
    expect(splice(fields, SONNET_4_5)).not.toBe('translate');
  });

  test.each<[string, JsonObject]>([
    ['neighbours of one role', { messages: [USER, USER, said(text('x')), USER] }],
    [
      'results in another order, and text after them',
      { tools: [TOOL], messages: [USER, said(call('a'), call('b')), heard(result('b'), result('a'), text('on'))] },
    ],
    [
      'results in two messages',
      { tools: [TOOL], messages: [USER, said(call('a'), call('b')), heard(result('b')), heard(result('a'))] },
    ],
    [
      'a loop that began with a thought',
      {
        tools: [TOOL],
        messages: [USER, said(thought('EvAB'), call('a')), heard(result('a'))],
        thinking: { type: 'enabled', budget_tokens: 1_024 },
      },
    ],
    [
      'an empty result',
      {
        tools: [TOOL],
        messages: [USER, said(call('a')), heard({ type: 'tool_result', tool_use_id: 'a', content: '' })],
      },
    ],
    ['text that only begins with white space', { messages: [heard(text('\n x'))], system: ' x' }],
    ['text of another script', { messages: [heard(text('　日本語'))] }],
  ])('%s is not', (_, fields) => {
    expect(splice(fields)).not.toBe('translate');
  });
});
