import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { arbitraryTurns, requestOf } from '../../test/arbitrary/request.ts';
import { type HistoryRules, repairHistory } from './history.ts';
import type { Part, Tool, ToolCallPart, ToolResultPart, Turn } from './request.ts';

const CLAUDE: HistoryRules = {
  dialect: 'anthropic-messages',
  callIds: { allowed: /^[a-zA-Z0-9_-]+$/, maxLength: 64 },
  tools: true,
  declareTools: true,
  alternate: true,
  userFirst: true,
  assistantLast: 'refused',
};
const PREFILL: HistoryRules = { ...CLAUDE, assistantLast: 'without-tools' };
const OPENAI: HistoryRules = {
  dialect: 'openai-chat',
  callIds: { allowed: /^[\x21-\x7e]+$/, maxLength: 40 },
  tools: true,
  declareTools: false,
  alternate: false,
  userFirst: false,
  assistantLast: 'allowed',
};
const NO_TOOLS: HistoryRules = { ...CLAUDE, tools: false };

const TOOL: Tool = { name: 'read_file' };

const user = (...parts: (Part | string)[]): Turn => ({ role: 'user', parts: parts.map(asPart) });
const assistant = (...parts: (Part | string)[]): Turn => ({ role: 'assistant', parts: parts.map(asPart) });
const call = (id: string, name = 'read_file'): ToolCallPart => ({ kind: 'tool-call', id, name, args: '{}' });
const result = (callId: string, text = `result of ${callId}`): ToolResultPart => ({
  kind: 'tool-result',
  callId,
  parts: [{ kind: 'text', text }],
});

function asPart(part: Part | string): Part {
  return typeof part === 'string' ? { kind: 'text', text: part } : part;
}

function repaired(turns: Turn[], rules = CLAUDE, tools: Tool[] = [TOOL]): Turn[] {
  return repairHistory(requestOf({ turns, tools }), rules).request.turns;
}

describe('what is right is not touched', () => {
  test('the very same request comes back', () => {
    const request = requestOf({
      tools: [TOOL],
      turns: [
        user('Fix the bug'),
        assistant('Looking.', call('toolu_1'), call('toolu_2')),
        user(result('toolu_1'), result('toolu_2'), 'and hurry'),
        assistant('Done.'),
        user('Thanks'),
      ],
    });
    const { request: after, notes } = repairHistory(request, CLAUDE);
    expect(after).toBe(request);
    expect(notes).toEqual([]);
  });
});

describe('more images than the target takes', () => {
  const image: Part = { kind: 'media', mime: 'image/png', source: { base64: 'AA==' } };
  const gone = '[An earlier image was here. It was left out: a request may hold 20 images.]';
  const rules: HistoryRules = { ...CLAUDE, mostImages: 20 };
  /** An agent that looks at a screenshot after every step. */
  const screenshots = (count: number): Turn[] => [
    user('go', image),
    ...Array.from({ length: count - 1 }, (_, index) => [
      assistant(call(`c${index}`)),
      user({ kind: 'tool-result', callId: `c${index}`, parts: [image] }),
    ]).flat(),
  ];
  const countIn = (turns: Turn[]) => JSON.stringify(turns).split('"media"').length - 1;

  test('lose the oldest, ten at a time, with a note and a word in their place', () => {
    expect(repairHistory(requestOf({ turns: screenshots(20), tools: [TOOL] }), rules).notes).toEqual([]);
    const { request, notes } = repairHistory(requestOf({ turns: screenshots(21), tools: [TOOL] }), rules);
    expect(countIn(request.turns)).toBe(11);
    expect(request.turns.slice(0, 3)).toEqual([
      user('go', gone),
      assistant(call('c0')),
      user({ kind: 'tool-result', callId: 'c0', parts: [{ kind: 'text', text: gone }] }),
    ]);
    expect(notes).toHaveLength(10);
    expect(notes[0]).toEqual({
      code: 'dropped',
      path: 'turns[0].parts[1]',
      because: 'a request may hold 20 images, so the oldest were left out',
    });
  });

  test('for as long as the next ten come, what is before them stays the same', () => {
    const at = (count: number) => repaired(screenshots(count), rules);
    expect(at(30).slice(0, at(21).length)).toEqual(at(21));
    expect([30, 31, 45].map((count) => countIn(at(count)))).toEqual([20, 11, 15]);
    expect(repaired(at(31), rules)).toEqual(at(31));
  });
});

describe('blank text', () => {
  test('Cursor sends assistant turns with an empty text beside their calls', () => {
    expect(repaired([user('go'), assistant('', call('a')), user(result('a'))])).toEqual([
      user('go'),
      assistant(call('a')),
      user(result('a')),
    ]);
  });

  test('an empty turn disappears, also from inside a tool result', () => {
    expect(
      repaired([user('go'), assistant(' \n'), user('again'), assistant(call('a')), user(result('a', ' '))]),
    ).toEqual([user('go', 'again'), assistant(call('a')), user({ kind: 'tool-result', callId: 'a', parts: [] })]);
  });

  test('a conversation of nothing gets a first word', () => {
    expect(repaired([])).toEqual([user('Begin.')]);
  });
});

describe('calls and results', () => {
  test('results move to their calls, in call order and before other parts', () => {
    const turns = [
      user('go'),
      assistant(call('a'), call('b')),
      user('meanwhile', result('b')),
      assistant('hm'),
      user(result('a')),
    ];
    expect(repaired(turns)).toEqual([
      user('go'),
      assistant(call('a'), call('b')),
      user(result('a'), result('b'), 'meanwhile'),
      assistant('hm'),
      user('Continue.'),
    ]);
  });

  test('text between a call and its result becomes part of the calling turn', () => {
    expect(repaired([user('go'), assistant(call('a')), assistant('wait'), user(result('a'))])).toEqual([
      user('go'),
      assistant(call('a'), 'wait'),
      user(result('a')),
    ]);
  });

  test('a call that nobody answered gets a failed result', () => {
    expect(repaired([user('go'), assistant(call('a'), call('b')), user(result('b'), 'stop')])).toEqual([
      user('go'),
      assistant(call('a'), call('b')),
      user(
        {
          kind: 'tool-result',
          callId: 'a',
          parts: [{ kind: 'text', text: 'No result was recorded for this call.' }],
          failed: true,
        },
        result('b'),
        'stop',
      ),
    ]);
  });

  test('a result without a call becomes text', () => {
    expect(repaired([user(result('gone'), 'go on')])).toEqual([
      user('[Result of an earlier tool call (gone)]', 'result of gone', 'go on'),
    ]);
  });

  test('the same result twice is one; another result of the same call is kept as text', () => {
    const turns = [user('go'), assistant(call('a')), user(result('a'), result('a'), result('a', 'no, this'))];
    expect(repaired(turns)).toEqual([
      user('go'),
      assistant(call('a')),
      user(result('a'), '[Result of the earlier tool call read_file]', 'no, this'),
    ]);
  });

  test('an id that is used again belongs to its own call each time', () => {
    const turns = [
      user('go'),
      assistant(call('call_0')),
      user(result('call_0', 'first')),
      assistant(call('call_0')),
      user(result('call_0', 'second')),
    ];
    const after = repaired(turns);
    const calls = after.flatMap((turn) => turn.parts.filter((part) => part.kind === 'tool-call'));
    expect(calls[0]?.id).toBe('call_0');
    expect(calls[1]?.id).toMatch(/^call_[a-z0-9]{11}$/);
    expect(after[2]).toEqual(user(result('call_0', 'first')));
    expect(after[4]).toEqual(user({ ...result(calls[1]!.id), parts: [{ kind: 'text', text: 'second' }] }));
  });

  test('a foreign id changes the same way in every request', () => {
    const foreign = 'functions.edit:3|fc_68a\n';
    const turns = [user('go'), assistant(call(foreign)), user(result(foreign, 'ok'))];
    expect(repaired(turns)).toEqual([
      user('go'),
      assistant(call('call_16cn5wi496k')),
      user(result('call_16cn5wi496k', 'ok')),
    ]);
    expect(repaired([...turns, assistant('done'), user('more')]).slice(0, 3)).toEqual(repaired(turns));
  });

  test('tools that only the history knows are declared, and may not be called', () => {
    const turns = [user('go'), assistant(call('a'), call('b', 'edit')), user(result('a'), result('b'), 'Summarise.')];
    const { request, notes } = repairHistory(requestOf({ turns }), CLAUDE);
    expect(request.turns).toEqual(turns);
    expect(request.tools).toEqual([
      { name: 'read_file', description: 'Used earlier in this conversation; no longer available.' },
      { name: 'edit', description: 'Used earlier in this conversation; no longer available.' },
    ]);
    expect(request.toolChoice).toEqual({ mode: 'none' });
    expect(notes.map((note) => note.path)).toEqual(['tools']);
  });

  test('a target without tools reads them as text', () => {
    const failed: ToolResultPart = { ...result('b', 'no such file'), failed: true };
    expect(
      repaired([user('go'), assistant('Looking.', call('a'), call('b')), user(result('a'), failed)], NO_TOOLS),
    ).toEqual([
      user('go'),
      assistant('Looking.', '[Earlier tool call: read_file {}]', '[Earlier tool call: read_file {}]'),
      user(
        '[Result of the earlier tool call read_file]',
        'result of a',
        '[Failed result of the earlier tool call read_file]',
        'no such file',
      ),
    ]);
  });
});

test('a block of another dialect goes first, and its turn with it', () => {
  const opaque: Part = { kind: 'opaque', dialect: 'openai-responses', value: { type: 'compaction' } };
  const { request, notes } = repairHistory(requestOf({ turns: [user('go'), assistant(opaque), user('on')] }), CLAUDE);
  expect(request.turns).toEqual([user('go', 'on')]);
  expect(notes[0]).toEqual({
    code: 'dropped',
    path: 'turns[1].parts[0]',
    because: 'it is a block that only openai-responses understands',
  });
});

describe('first and last words', () => {
  test('the user speaks first', () => {
    expect(repaired([assistant('Hi, I am Claude.'), user('Hello')])).toEqual([
      user('Begin.'),
      assistant('Hi, I am Claude.'),
      user('Hello'),
    ]);
  });

  test('a prefill stays where models continue it, without white space at its end', () => {
    expect(repaired([user('JSON please'), assistant('{ ')], PREFILL, [])).toEqual([
      user('JSON please'),
      assistant('{'),
    ]);
  });

  test('no model continues one beside tools', () => {
    expect(repaired([user('go'), assistant('I will')], PREFILL)).toEqual([
      user('go'),
      assistant('I will'),
      user('Continue.'),
    ]);
  });

  test('an interrupted thought that nothing follows is left out', () => {
    const thought: Part = { kind: 'thinking', text: 'hm' };
    expect(repaired([user('go'), assistant(thought), user('well?'), assistant('So', thought), user('yes')])).toEqual([
      user('go', 'well?'),
      assistant('So'),
      user('yes'),
    ]);
  });

  test('OpenAI takes neighbours of one role, and the last word from the assistant', () => {
    const turns = [assistant('Hi'), user('rules'), user('question'), assistant('answer')];
    expect(repairHistory(requestOf({ turns }), OPENAI).notes).toEqual([]);
  });
});

describe('always', () => {
  const rules = fc.constantFrom(CLAUDE, PREFILL, OPENAI, NO_TOOLS);
  const tools = fc.constantFrom<Tool[]>([], [TOOL]);

  test('the rules hold afterwards', () => {
    fc.assert(
      fc.property(arbitraryTurns, rules, tools, (turns, rule, offered) => {
        const { request } = repairHistory(requestOf({ turns, tools: offered }), rule);
        expect(violations(request.turns, request.tools, rule)).toEqual([]);
      }),
      { numRuns: 500 },
    );
  });

  test('twice is once', () => {
    fc.assert(
      fc.property(arbitraryTurns, rules, tools, (turns, rule, offered) => {
        const once = repairHistory(requestOf({ turns, tools: offered }), rule).request;
        const twice = repairHistory(once, rule);
        expect(twice.notes).toEqual([]);
        expect(twice.request).toBe(once);
      }),
    );
  });

  test('no text is lost, and nothing changes without a note', () => {
    fc.assert(
      fc.property(arbitraryTurns, rules, tools, (turns, rule, offered) => {
        const before = requestOf({ turns, tools: offered });
        const copy = structuredClone(before);
        const { request, notes } = repairHistory(before, rule);
        expect(before).toEqual(copy);
        expect(request === before).toBe(notes.length === 0);
        const kept = new Set(textsOf(request.turns).map((text) => text.trim()));
        expect(textsOf(turns).filter((text) => text.trim() !== '' && !kept.has(text.trim()))).toEqual([]);
      }),
    );
  });

  test('text keeps its order within each side', () => {
    const turns = fc.array(
      fc.record({
        role: fc.constantFrom('user' as const, 'assistant' as const),
        parts: fc.array(fc.integer({ min: 1, max: 999 }).map((n): Part => ({ kind: 'text', text: `#${n}` }))),
      }),
    );
    fc.assert(
      fc.property(turns, fc.constantFrom(CLAUDE, OPENAI), (history, rule) => {
        const after = repaired(history, rule).flatMap((turn) => textsOf([turn]));
        expect(after.filter((text) => text.startsWith('#'))).toEqual(textsOf(history));
      }),
    );
  });

  test('a longer history repairs its beginning the same way', () => {
    fc.assert(
      fc.property(arbitraryTurns, (turns) => {
        const closed = repaired([...turns, user('question')]);
        const longer = repaired([...turns, user('question'), assistant('answer'), user('next')]);
        expect(longer.slice(0, closed.length)).toEqual(closed);
      }),
    );
  });
});

function textsOf(turns: Turn[]): string[] {
  const inside = (part: Part): string[] => {
    if (part.kind === 'text') return [part.text];
    return part.kind === 'tool-result' ? part.parts.flatMap(inside) : [];
  };
  return turns.flatMap((turn) => turn.parts.flatMap(inside));
}

/** What a strict upstream would say of a history: written from its documentation, not from the repair. */
function violations(turns: Turn[], tools: Tool[], rules: HistoryRules): string[] {
  const found: string[] = [];
  const ids = new Set<string>();
  if (turns.length === 0) found.push('no turns');
  if (rules.userFirst && turns[0]?.role === 'assistant') found.push('assistant first');
  const last = turns.at(-1);
  if (
    last?.role === 'assistant' &&
    (rules.assistantLast === 'refused' || (rules.assistantLast === 'without-tools' && tools.length > 0))
  ) {
    found.push('assistant last');
  }
  turns.forEach((turn, index) => {
    const next = turns[index + 1];
    if (turn.parts.length === 0) found.push('empty turn');
    if (rules.alternate && next?.role === turn.role) found.push('two turns of one role');
    if (textsOf([turn]).some((text) => text.trim() === '')) found.push('blank text');
    if (turn.role === 'assistant' && turn.parts.at(-1)?.kind === 'thinking') found.push('thought at the end');
    const calls = turn.parts.filter((part) => part.kind === 'tool-call');
    const results = turn.parts.filter((part) => part.kind === 'tool-result');
    if (calls.length > 0 && (turn.role === 'user' || !rules.tools)) found.push('call out of place');
    if (results.length > 0 && (turn.role === 'assistant' || !rules.tools)) found.push('result out of place');
    if (calls.length > 0 && rules.declareTools && tools.length === 0) found.push('call without declared tools');
    for (const { id } of calls) {
      if (ids.has(id)) found.push(`id ${id} twice`);
      if (!rules.callIds.allowed.test(id) || id.length > rules.callIds.maxLength) found.push(`id ${id} not allowed`);
      ids.add(id);
    }
    const heads = next?.parts
      .slice(0, calls.length)
      .map((part) => (part.kind === 'tool-result' ? part.callId : part.kind));
    if (calls.length > 0 && JSON.stringify(heads) !== JSON.stringify(calls.map(({ id }) => id)))
      found.push('results do not follow');
    const before = turns[index - 1]?.parts.filter((part) => part.kind === 'tool-call') ?? [];
    if (turn.role === 'user' && results.length > before.length) found.push('result without a call');
  });
  return found;
}
