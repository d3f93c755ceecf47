import { expect, test } from 'vitest';
import { requestOf } from '../../../test/arbitrary/request.ts';
import { SONNET_4_5 } from '../../../test/messages/claude.ts';
import { fold } from '../../ir/fold.ts';
import type { JsonObject } from '../../ir/json.ts';
import type { GenerateRequest } from '../../ir/request.ts';
import { readMessage } from './message.ts';
import { writeRequest } from './request.ts';

const schema = { type: 'object', properties: { 'file path': { type: 'string' } }, required: ['file path'] };

function write(fields: Partial<GenerateRequest>) {
  return writeRequest(requestOf(fields), { model: 'claude-4-sonnet', capabilities: SONNET_4_5 });
}

function wireNameIn(body: JsonObject): string {
  const [tool] = body.tools as { input_schema: { properties: object } }[];
  return Object.keys(tool!.input_schema.properties)[0]!;
}

test('a property that Claude refuses the name of travels under another, and its argument comes back', () => {
  const { body, reading } = write({
    tools: [{ name: 'edit', schema }],
    turns: [
      { role: 'user', parts: [{ kind: 'text', text: 'go' }] },
      { role: 'assistant', parts: [{ kind: 'tool-call', id: 'a', name: 'edit', args: '{"file path":"x"}' }] },
      { role: 'user', parts: [{ kind: 'tool-result', callId: 'a', parts: [] }] },
    ],
  });
  const wire = wireNameIn(body);
  expect(wire).toMatch(/^file_path_[0-9a-z]{11}$/);
  expect(JSON.stringify(body.messages)).toContain(`"input":{"${wire}":"x"}`);

  const answer = {
    content: [{ type: 'tool_use', id: 'toolu_1', name: 'edit', input: { [wire]: 'file path' } }],
    stop_reason: 'tool_use',
  };
  expect(fold(readMessage(answer, reading)).parts).toEqual([
    { kind: 'tool-call', id: 'toolu_1', name: 'edit', args: '{"file path":"file path"}' },
  ]);
});

test('so it does in an answer that a tool gives', () => {
  const free = { ...schema, additionalProperties: { type: 'string' } };
  const { body, reading } = write({ output: { format: 'json', schema: free } });
  const answer = {
    content: [{ type: 'tool_use', id: 'toolu_1', name: 'answer', input: { [wireNameIn(body)]: 'x', more: 'y' } }],
    stop_reason: 'tool_use',
  };
  const { parts, stop } = fold(readMessage(answer, reading));
  expect(parts).toEqual([{ kind: 'text', text: '{"file path":"x","more":"y"}' }]);
  expect(stop).toMatchObject({ reason: 'end' });
});
