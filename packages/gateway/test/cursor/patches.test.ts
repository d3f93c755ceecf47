// Three turns of an agent that edits with ApplyPatch, a tool that takes raw text, on models that know only functions.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { isObject, type JsonObject } from '../../src/ir/json.ts';
import { accumulate } from '../support/chat-answers.ts';
import { checkChatStream } from '../support/chat-grammar.ts';
import { CLAUDE, CLAUDE_ON_CHAT, type Cortex, GPT, NEW_CLAUDE, startCortex, type Target } from './cortex.ts';
import { sample } from './samples.ts';

let cortex: Cortex;
beforeAll(async () => {
  cortex = await startCortex();
});
afterAll(() => cortex.close());

const FIRST =
  '*** Begin Patch\n*** Update File: a "b".ts\n@@\n-\tconst x = \'\\\\\';\n+\tconst x = "é😀";\n*** End Patch';
const SECOND = '*** Begin Patch\n*** Delete File: c.ts\n*** End Patch';

const SCRIPT = [
  'Please edit.',
  'sandbox> say I read and patch.',
  'sandbox> call Read {"path":"a.ts"}',
  `sandbox> call ApplyPatch ${JSON.stringify({ input: FIRST })}`,
  'sandbox> then',
  `sandbox> call ApplyPatch ${JSON.stringify({ input: SECOND })}`,
  'sandbox> then',
  'sandbox> say All done.',
].join('\n');

const [READ, APPLY_PATCH] = sample('2026-08-chat-mixed-tools.json').tools as JsonObject[];
const READ_TOOL = { ...READ, function: { ...(READ!.function as JsonObject), name: 'Read' } };

describe.each<Target>([CLAUDE, NEW_CLAUDE, CLAUDE_ON_CHAT, GPT])('on $model by $dialect', (target) => {
  test('patches come out raw and go back in', async () => {
    const messages: JsonObject[] = [{ role: 'user', content: SCRIPT }];
    const body = { model: 'cus-x', stream: true, tools: [READ_TOOL, APPLY_PATCH!], messages };

    const first = await answer(body, target);
    expect(first.finish_reason).toBe('tool_calls');
    expect(first.message.content).toBe('I read and patch.');
    expect(callsOf(first.message)).toEqual([
      ['Read', '{"path":"a.ts"}'],
      ['ApplyPatch', FIRST],
    ]);

    messages.push(first.message, ...resultsOf(first.message));
    const second = await answer(body, target);
    expect(callsOf(second.message)).toEqual([['ApplyPatch', SECOND]]);

    messages.push(second.message, ...resultsOf(second.message));
    const third = await answer(body, target);
    expect(third).toMatchObject({ finish_reason: 'stop', message: { content: 'All done.' } });
    expect(JSON.stringify((await cortex.ask(body, target)).sent)).toContain(
      JSON.stringify(JSON.stringify(SECOND)).slice(3, -3),
    );
  });

  test('the history is taken when the patch tool is gone, and after a call, words and the result', async () => {
    const messages = [
      { role: 'user', content: 'sandbox> say Fine.' },
      {
        role: 'assistant',
        content: [],
        tool_calls: [
          { id: 'call|1\n', index: 0, type: 'function', function: { name: 'ApplyPatch', arguments: FIRST } },
        ],
      },
      { role: 'assistant', content: 'I patched it.' },
      { role: 'tool', name: 'ApplyPatch', tool_call_id: 'call|1\n', content: [{ type: 'text', text: 'ok' }] },
    ];
    const { sent } = await cortex.ask({ model: 'cus-x', stream: true, tools: [READ_TOOL], messages }, target);
    expect(JSON.stringify(sent)).not.toContain('No result was recorded');
  });
});

async function answer(body: JsonObject, target: Target) {
  const { stream } = await cortex.ask(body, target);
  expect(checkChatStream(stream)).toBeUndefined();
  const { choices } = await accumulate(stream);
  return (choices as { finish_reason: string; message: JsonObject }[])[0]!;
}

function callsOf({ tool_calls: calls }: JsonObject): unknown[] {
  const list = Array.isArray(calls) ? calls.filter(isObject) : [];
  return list.map(({ function: called }) => Object.values(called as JsonObject).slice(0, 2));
}

function resultsOf({ tool_calls: calls }: JsonObject): JsonObject[] {
  return (calls as JsonObject[]).map(({ id }) => ({ role: 'tool', tool_call_id: id, content: 'ok' }));
}
