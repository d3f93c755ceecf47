import { expect, test } from 'vitest';
import { requestOf } from '../../../test/arbitrary/request.ts';
import { SONNET_4_5 } from '../../../test/messages/claude.ts';
import { fold } from '../../ir/fold.ts';
import type { JsonObject } from '../../ir/json.ts';
import { anthropicMessages } from './index.ts';

const PATCH = '*** Begin Patch\n*** Add File: "a.ts"\n*** End Patch';

const { body, reading, notes } = anthropicMessages.writeRequest(
  requestOf({
    tools: [
      { name: 'ApplyPatch', description: 'Edits files.', freeform: { syntax: 'lark', definition: 'start: patch' } },
    ],
    turns: [
      { role: 'user', parts: [{ kind: 'text', text: 'go' }] },
      {
        role: 'assistant',
        parts: [{ kind: 'tool-call', id: 'call_1', name: 'ApplyPatch', args: PATCH, freeform: true }],
      },
      { role: 'user', parts: [{ kind: 'tool-result', callId: 'call_1', parts: [{ kind: 'text', text: 'Done' }] }] },
    ],
  }),
  { model: 'claude-sonnet-4-5', capabilities: SONNET_4_5 },
);

test('a freeform tool is offered as one with a text field, and its calls carry their text there', () => {
  expect(body.tools).toEqual([
    {
      name: 'ApplyPatch',
      description: 'Edits files.',
      input_schema: {
        type: 'object',
        properties: {
          input: {
            type: 'string',
            description: 'The whole input of the tool, as raw text. It must match this lark grammar:\nstart: patch',
          },
        },
        required: ['input'],
        additionalProperties: false,
      },
    },
  ]);
  expect(body.messages).toMatchObject([{}, { content: [{ type: 'tool_use', input: { input: PATCH } }] }, {}]);
  expect(notes).toEqual([]);
});

test('its calls come back as raw text; arguments that were cut come as they are', () => {
  const answer = (...pieces: string[]) => {
    const reader = anthropicMessages.reader(reading);
    const events: JsonObject[] = [
      { type: 'message_start', message: {} },
      {
        type: 'content_block_start',
        index: 0,
        content_block: { type: 'tool_use', id: 't', name: 'ApplyPatch', input: {} },
      },
      ...pieces.map((partial_json) => ({
        type: 'content_block_delta',
        index: 0,
        delta: { type: 'input_json_delta', partial_json },
      })),
      { type: 'content_block_stop', index: 0 },
      { type: 'message_delta', delta: { stop_reason: 'tool_use' } },
      { type: 'message_stop' },
    ];
    return fold(events.flatMap((event) => reader.push({ data: JSON.stringify(event) }))).parts;
  };
  const json = JSON.stringify({ input: PATCH });
  expect(answer('', json.slice(0, 20), json.slice(20))).toEqual([
    { kind: 'tool-call', id: 't', name: 'ApplyPatch', args: PATCH, freeform: true },
  ]);
  expect(answer('{"input":"*** Beg')).toMatchObject([{ args: '{"input":"*** Beg' }]);
});
