import { describe, expect, it } from 'vitest';
import type { GenerateRequest, Part } from '../ir/request.ts';
import { collectThoughts, createThinkingMemory } from './thinking-memory.ts';

const seal = (data: string) => ({ issuer: 'anthropic' as const, form: 'signature' as const, data });
const thought = (text: string): Part => ({ kind: 'thinking', text, seal: seal(`sig:${text}`) });
const call = (id: string): Part => ({ kind: 'tool-call', id, name: 'read', args: '{}' });
const say = (text: string): Part => ({ kind: 'text', text });
const request = (parts: Part[]): GenerateRequest => ({
  model: 'm',
  system: [],
  turns: [{ role: 'assistant', parts }],
  tools: [],
  toolChoice: { mode: 'auto' },
  limits: {},
  sampling: {},
  choices: 1,
  stream: false,
  ext: {},
});

describe('thinking memory', () => {
  it('puts thoughts back where they were: before the text of the first call, right before later calls', () => {
    const memory = createThinkingMemory(() => 0);
    memory.remember('me', 'claude', [thought('a'), say('hello'), call('1'), thought('b'), call('2')]);
    const recalled = memory.recall('me', 'claude', request([say('hello'), call('1'), call('2')]));
    expect(recalled.turns[0]!.parts).toEqual([thought('a'), say('hello'), call('1'), thought('b'), call('2')]);
  });

  it('replaces an unsealed echo, and leaves alone what the client sealed itself or what it does not know', () => {
    const memory = createThinkingMemory(() => 0);
    memory.remember('me', 'claude', [thought('a'), call('1')]);
    expect(
      memory.recall('me', 'claude', request([{ kind: 'thinking', text: 'a' }, call('1')])).turns[0]!.parts,
    ).toEqual([thought('a'), call('1')]);
    const sealed = request([thought('own'), call('1')]);
    expect(memory.recall('me', 'claude', sealed)).toBe(sealed);
    const unknown = request([call('9')]);
    expect(memory.recall('me', 'claude', unknown)).toBe(unknown);
  });

  it("never gives one caller or model another's thoughts, and forgets in time", () => {
    let now = 0;
    const memory = createThinkingMemory(() => now);
    memory.remember('me', 'claude', [thought('a'), call('1')]);
    const asked = request([call('1')]);
    expect(memory.recall('you', 'claude', asked)).toBe(asked);
    expect(memory.recall('me', 'another model', asked)).toBe(asked);
    now = 24 * 60 * 60 * 1000;
    expect(memory.recall('me', 'claude', asked)).toBe(asked);
  });
});

it('collects thoughts and call ids from a passing answer, and not its text', () => {
  const thoughts = collectThoughts();
  thoughts.hear({ type: 'start' });
  thoughts.hear({ type: 'open', at: 0, part: { kind: 'thinking', text: '' } });
  thoughts.hear({ type: 'delta', at: 0, delta: { thinking: 'hm' } });
  thoughts.hear({ type: 'delta', at: 0, delta: { thinking: 'm' } });
  thoughts.hear({ type: 'delta', at: 0, delta: { seal: seal('s') } });
  thoughts.hear({ type: 'open', at: 1, part: say('') });
  thoughts.hear({ type: 'delta', at: 1, delta: { text: 'long' } });
  thoughts.hear({ type: 'open', at: 2, part: call('1') });
  thoughts.hear({ type: 'delta', at: 2, delta: { args: '{"a":1}' } });
  expect(thoughts.parts()).toEqual([
    { kind: 'thinking', text: 'hmm', seal: seal('s') },
    { kind: 'tool-call', id: '1', name: 'read', args: '' },
  ]);
});
