import { expect, test } from 'vitest';
import { GatewayError } from '../errors/error.ts';
import { fold } from './fold.ts';

test('parts are put together in the order of their positions', () => {
  const answer = fold([
    { type: 'start', id: 'msg_1', model: 'claude-opus-4-6' },
    { type: 'usage', usage: { input: 10, output: 1, raw: [{ input_tokens: 10, output_tokens: 1 }] } },
    { type: 'open', at: 1, part: { kind: 'tool-call', id: 'toolu_1', name: 'read', args: '' } },
    { type: 'open', at: 0, part: { kind: 'thinking', text: '' } },
    { type: 'delta', at: 1, delta: { args: '{"path":' } },
    { type: 'delta', at: 0, delta: { thinking: 'Look ' } },
    { type: 'ping' },
    { type: 'delta', at: 0, delta: { thinking: 'first.' } },
    { type: 'delta', at: 0, delta: { seal: { issuer: 'anthropic', form: 'signature', data: 'c2ln' } } },
    { type: 'delta', at: 1, delta: { args: '"a.ts"}' } },
    { type: 'close', at: 0 },
    { type: 'close', at: 1 },
    { type: 'note', note: { code: 'simulated', path: 'stop', because: 'it was found here' } },
    { type: 'usage', usage: { output: 42, raw: [{ output_tokens: 42 }] } },
    { type: 'stop', reason: 'tool-calls', raw: 'tool_use' },
    { type: 'end' },
  ]);
  expect(answer).toEqual({
    id: 'msg_1',
    model: 'claude-opus-4-6',
    parts: [
      { kind: 'thinking', text: 'Look first.', seal: { issuer: 'anthropic', form: 'signature', data: 'c2ln' } },
      { kind: 'tool-call', id: 'toolu_1', name: 'read', args: '{"path":"a.ts"}' },
    ],
    usage: {
      input: 10,
      output: 42,
      raw: [{ input_tokens: 10, output_tokens: 1 }, { output_tokens: 42 }],
    },
    stop: { reason: 'tool-calls', raw: 'tool_use' },
    notes: [{ code: 'simulated', path: 'stop', because: 'it was found here' }],
  });
});

test('text keeps its citations, and content that came with the opening', () => {
  const { parts } = fold([
    { type: 'start' },
    { type: 'open', at: 0, part: { kind: 'text', text: 'The sky ' } },
    { type: 'delta', at: 0, delta: { text: 'is blue.' } },
    { type: 'delta', at: 0, delta: { citation: { cited_text: 'blue' } } },
    { type: 'close', at: 0 },
    { type: 'stop', reason: 'end' },
    { type: 'end' },
  ]);
  expect(parts).toEqual([{ kind: 'text', text: 'The sky is blue.', citations: [{ cited_text: 'blue' }] }]);
});

test('a failed answer keeps what was said and has no stop', () => {
  const error = new GatewayError('upstream-broken', 'Cut.');
  const answer = fold([
    { type: 'start' },
    { type: 'open', at: 0, part: { kind: 'text', text: '' } },
    { type: 'delta', at: 0, delta: { text: 'Half' } },
    { type: 'error', error },
  ]);
  expect(answer.error).toBe(error);
  expect(answer.stop).toBeUndefined();
  expect(answer.parts).toEqual([{ kind: 'text', text: 'Half' }]);
});
