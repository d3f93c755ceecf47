import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fold } from '../../ir/fold.ts';
import { checkGrammar } from '../../ir/grammar.ts';
import { isObject, type JsonObject } from '../../ir/json.ts';
import { anthropicMessages } from './index.ts';

describe('unary answers', () => {
  const message: JsonObject = {
    id: 'msg_1',
    type: 'message',
    role: 'assistant',
    model: 'claude-opus-4-6',
    content: [
      { type: 'thinking', thinking: 'Hm.', signature: 'EvAB' },
      { type: 'text', text: 'Here.', citations: [{ cited_text: 'y' }] },
      { type: 'tool_use', id: 'toolu_1', name: 'read', input: { path: 'a.ts' } },
      { type: 'compaction', content: 'summary' },
    ],
    stop_reason: 'tool_use',
    stop_sequence: null,
    usage: { input_tokens: 5, output_tokens: 9 },
  };

  test('explode and fold back', () => {
    const events = anthropicMessages.readMessage(message, {});
    expect(checkGrammar(events)).toBeUndefined();
    expect(fold(events)).toEqual({
      id: 'msg_1',
      model: 'claude-opus-4-6',
      parts: [
        { kind: 'thinking', text: 'Hm.', seal: { issuer: 'anthropic', form: 'signature', data: 'EvAB' } },
        { kind: 'text', text: 'Here.', citations: [{ cited_text: 'y' }] },
        { kind: 'tool-call', id: 'toolu_1', name: 'read', args: '{"path":"a.ts"}' },
        { kind: 'opaque', dialect: 'anthropic-messages', value: { type: 'compaction', content: 'summary' } },
      ],
      usage: { input: 5, output: 9, raw: [{ input_tokens: 5, output_tokens: 9 }] },
      stop: { reason: 'tool-calls', raw: 'tool_use' },
      notes: [],
    });
  });

  test('an error in a 200', () => {
    const [event, ...rest] = anthropicMessages.readMessage(
      { code: '390112', message: 'Session expired.', error_code: '390112' },
      {},
    );
    expect(event).toMatchObject({
      type: 'error',
      // What the code means is for upstream/classify to say.
      error: { kind: 'upstream-broken', detail: { upstream: { code: '390112', message: 'Session expired.' } } },
    });
    expect(rest).toEqual([]);
  });

  test('any object gives a legal answer', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.array(fc.jsonValue()), (value, content) => {
        const body = isObject(value) ? value : { value };
        expect(checkGrammar(anthropicMessages.readMessage(body, {}))).toBeUndefined();
        expect(checkGrammar(anthropicMessages.readMessage({ ...message, content }, {}))).toBeUndefined();
      }),
    );
  });
});
