import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { outlineObject } from '../../kit/json-span.ts';
import { conversationKey } from './affinity.ts';

const FIXTURES = new URL('../../../../../fixtures/', import.meta.url);

const system = 'You are a careful engineer. '.repeat(300);
const key = (body: object, headers: Record<string, string> = {}, caller = 'me') => {
  const bytes = Buffer.from(JSON.stringify(body));
  return conversationKey(caller, bytes, outlineObject(bytes).spans, headers);
};
const marked = (text: string) => [{ type: 'text', text, cache_control: { type: 'ephemeral' } }];
const plain = (text: string) => [{ type: 'text', text }];

it('turns of one conversation are alike, also when cache marks wander', () => {
  const first = { system, messages: [{ role: 'user', content: marked('Fix it') }] };
  const second = {
    system,
    messages: [
      { role: 'user', content: plain('Fix it') },
      { role: 'assistant', content: 'Done' },
      { role: 'user', content: marked('Thanks') },
    ],
  };
  expect(key(first)).toBe(key(second));
});

it('another first question, another system prompt and another caller are other conversations', () => {
  const body = (prompt: string, question: string) => ({
    messages: [
      { role: 'system', content: prompt },
      { role: 'user', content: question },
    ],
  });
  const keys = [
    key(body(system, 'one')),
    key(body(system, 'two')),
    key(body(`Other: ${system}`, 'one')),
    key(body(system, 'one'), {}, 'you'),
  ];
  expect(new Set(keys).size).toBe(4);
});

it('a client’s own name for it counts, whatever the body says', () => {
  const headers = { 'x-litellm-session-id': 's-1' };
  expect(key({ messages: [] }, headers)).toBe(key({ messages: [{ role: 'user', content: system }] }, headers));
  expect(key({ prompt_cache_key: 'k', input: system })).toBe(key({ prompt_cache_key: 'k', input: `${system}more` }));
});

it('users of one key and one application are told apart, however alike they begin', () => {
  const messages = [{ role: 'user', content: 'Go on' }];
  const keys = [
    key({ system, messages, metadata: { user_id: 'one' } }),
    key({ system, messages, metadata: { user_id: 'two' } }),
    key({ system, messages, user: 'one' }),
    key({ system, messages }),
  ];
  expect(new Set(keys).size).toBe(4);
  // What else clients keep there may be new with each request.
  expect(key({ system, messages, metadata: { trace: '1' } })).toBe(key({ system, messages, metadata: { trace: '2' } }));
});

it('fields may come in any order', () => {
  const turn = (role: string, content: string) => ({ content, role });
  const first = { messages: [turn('system', system), turn('user', 'Fix it')] };
  const second = { messages: [...first.messages, turn('assistant', 'Done'), turn('user', 'Thanks')] };
  const other = { messages: [turn('system', system), turn('user', 'Break it')] };
  expect(key(first)).toBe(key(second));
  expect(key(first)).not.toBe(key(other));
});

it('Cursor’s name for a conversation is one', () => {
  const turn = (conversation: string, request: string, input: string) =>
    key({ metadata: { cursorConversationId: conversation, cursorRequestId: request }, input: system + input });
  expect(turn('c-1', 'r-1', 'a')).toBe(turn('c-1', 'r-2', 'b'));
  expect(turn('c-1', 'r-1', 'a')).not.toBe(turn('c-2', 'r-1', 'a'));
});

describe('captures of real clients', () => {
  const keyOf = (file: string) => {
    const capture = JSON.parse(readFileSync(new URL(file, FIXTURES), 'utf8')) as { body?: object };
    return key(capture.body ?? capture);
  };

  it.each([
    ['claude-code-first-turn', 'claude-code-tool-result'],
    ['claude-code-opus', 'claude-code-effort-per-turn'],
    ['claude-code-compact', 'claude-code-resume'],
    ['claude-code-cut-off', 'claude-code-cut-off-again'],
    ['claude-code-sonnet-first-turn', 'claude-code-sonnet-parallel'],
  ])('turns of one session of Claude Code stay together (%s, %s)', (one, other) => {
    expect(keyOf(`clients/messages/${one}.json`)).toBeDefined();
    expect(keyOf(`clients/messages/${one}.json`)).toBe(keyOf(`clients/messages/${other}.json`));
  });

  it('and its sessions, its subagents and other agents are told apart', () => {
    const names = ['first-turn', 'opus', 'compact', 'cut-off', 'sonnet-first-turn', 'subagent', 'image', 'toolsearch'];
    const keys = names.map((name) => keyOf(`clients/messages/claude-code-${name}.json`));
    expect(new Set([...keys, keyOf('clients/messages/qwen.json')]).size).toBe(names.length + 1);
  });

  it.each([
    ['codex-first-turn', 'codex-reasoning-gpt-5.4'],
    ['codex-schema', 'codex-schema-tool-result'],
  ])('turns of one session of Codex stay together (%s, %s), and apart from others', (one, other) => {
    expect(keyOf(`clients/responses/${one}.json`)).toBe(keyOf(`clients/responses/${other}.json`));
    expect(keyOf(`clients/responses/${one}.json`)).not.toBe(keyOf('clients/responses/codex-image.json'));
  });

  it('turns of one conversation of Cursor stay together', () => {
    const turns = ['default-recording', 'context-parallel-tool-call', 'response-error'];
    expect(new Set(turns.map((turn) => keyOf(`cursor/2025-chat-${turn}.json`))).size).toBe(1);
  });
});

it('costs little, however long the history', () => {
  const turn = { role: 'user', content: 'x'.repeat(10_000) };
  const long = Buffer.from(JSON.stringify({ system, messages: Array.from({ length: 400 }, () => turn) }));
  const { spans } = outlineObject(long);
  const hashed: number[] = [];
  const counting = new Proxy(long, {
    get(bytes, name) {
      if (name === 'toString')
        return (encoding: BufferEncoding, from: number, to: number) => {
          hashed.push(to - from);
          return bytes.toString(encoding, from, to);
        };
      const value: unknown = Reflect.get(bytes, name, bytes);
      return typeof value === 'function' ? (value.bind(bytes) as unknown) : value;
    },
  });
  expect(conversationKey('me', counting, spans, {})).toBe(conversationKey('me', long, spans, {}));
  expect(hashed.reduce((sum, bytes) => sum + bytes)).toBeLessThan(40_000);
});

it('what no cache will remember belongs nowhere', () => {
  expect(key({ messages: [{ role: 'user', content: 'Hi' }] })).toBeUndefined();
});
