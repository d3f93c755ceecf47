import fc from 'fast-check';
import { expect, test } from 'vitest';
import { cortexTarget } from '../../../test/support/chat-answers.ts';
import type { JsonObject } from '../../ir/json.ts';
import { mendRequest } from './index.ts';

const CLAUDE = cortexTarget('claude-sonnet-4-6');
const ASK = { role: 'user', content: 'go' };
const call = (id: string) => ({ id, type: 'function', function: { name: 'f', arguments: '{}' } });
const result = (id: string) => ({ role: 'tool', tool_call_id: id, content: `result of ${id}` });
const tools = [{ type: 'function', function: { name: 'f', parameters: {} } }];

const mend = (messages: JsonObject[], target = CLAUDE) => mendRequest({ model: 'm', messages, tools }, target);

test('several calls in one turn of Claude are told one after the other', () => {
  const speaking = { role: 'assistant', content: 'Looking.', tool_calls: [call('a'), call('b')] };
  const { body, notes } = mend([ASK, speaking, result('b'), result('a'), { role: 'user', content: 'and?' }]);
  expect(body.messages).toEqual([
    ASK,
    { role: 'assistant', content: 'Looking.', tool_calls: [call('a')] },
    result('a'),
    { role: 'assistant', content: null, tool_calls: [call('b')] },
    result('b'),
    { role: 'user', content: 'and?' },
  ]);
  expect(notes).toMatchObject([{ code: 'repaired', path: 'messages[1]', harmless: true }]);
});

test('other families keep theirs, and so does a turn with one call', () => {
  const messages = [
    ASK,
    { role: 'assistant', content: null, tool_calls: [call('a'), call('b')] },
    result('a'),
    result('b'),
  ];
  expect(mend(messages, cortexTarget('openai-gpt-5')).body.messages).toEqual(messages);
  const single = [ASK, { role: 'assistant', content: null, tool_calls: [call('a')] }, result('a')];
  expect(mend(single)).toMatchObject({ body: { messages: single }, notes: [] });
});

test('no call and no result is ever lost, and every call stands alone', () => {
  const turn = fc.integer({ min: 0, max: 4 });
  fc.assert(
    fc.property(fc.array(turn, { maxLength: 5 }), fc.boolean(), (turns, answered) => {
      const messages = turns.flatMap((count, at): JsonObject[] => {
        const ids = Array.from({ length: count }, (_, index) => `${at}-${index}`);
        const speaking = { role: 'assistant', content: 'x', ...(count === 0 ? {} : { tool_calls: ids.map(call) }) };
        return [ASK, speaking, ...(answered ? ids.toReversed().map(result) : [])];
      });
      const mended = mend(messages).body.messages as { tool_calls?: { id: string }[]; tool_call_id?: string }[];
      const ids = (list: { tool_calls?: { id: string }[]; tool_call_id?: string }[]) => [
        list.flatMap(({ tool_calls: calls }) => calls?.map(({ id }) => id) ?? []).toSorted(),
        list.flatMap(({ tool_call_id: id }) => id ?? []).toSorted(),
      ];
      expect(ids(mended)).toEqual(ids(messages as typeof mended));
      mended.forEach(({ tool_calls: calls }, at) => {
        if (calls === undefined) return;
        expect(calls).toHaveLength(1);
        if (answered) expect(mended[at + 1]?.tool_call_id).toBe(calls[0]?.id);
      });
    }),
  );
});
