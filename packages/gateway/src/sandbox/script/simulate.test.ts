import { describe, expect, test } from 'vitest';
import type { Prompt, PromptMessage, PromptTool } from '../prompt.ts';
import { PromptCache } from '../prompt-cache.ts';
import type { Scenario } from '../surface.ts';
import type { SimulatedTurn } from '../turn.ts';
import { verifyThought } from './signature.ts';
import { simulateTurn, type SimulationContext } from './simulate.ts';

const MODEL = 'claude-sonnet-4-6';

const message = (role: PromptMessage['role'], text: string, calls: string[] = []): PromptMessage => ({
  role,
  text,
  calls,
  images: 0,
  cacheMark: false,
});
const user = (text: string) => message('user', text);
const assistant = (...calls: string[]) => message('assistant', '', calls);
const result = (text = 'ok') => message('tool', text);

const tool = (name: string, schema: PromptTool['schema'] = { type: 'object' }): PromptTool => ({
  name,
  definition: JSON.stringify({ name, schema }),
  schema,
  cacheMark: false,
});

function prompt(messages: PromptMessage[], changes: Partial<Prompt> = {}): Prompt {
  const tools = [tool('Read'), tool('Bash')];
  return { model: MODEL, messages, tools, thinks: false, maxTokens: 1_000, stop: [], ...changes };
}

function context(scenario?: Scenario): SimulationContext {
  const attempts = new Map<string, number>();
  return {
    cache: new PromptCache({ now: () => 0 }),
    seed: 'test',
    ...(scenario === undefined ? {} : { scenario }),
    attempt(fingerprint) {
      const earlier = attempts.get(fingerprint) ?? 0;
      attempts.set(fingerprint, earlier + 1);
      return earlier;
    },
  };
}

const simulate = (asked: Prompt, world = context()) => simulateTurn(asked, world);
const textOf = ({ parts }: SimulatedTurn) => parts.map((part) => (part.kind === 'text' ? part.text : '')).join('');
const callsOf = ({ parts }: SimulatedTurn) =>
  parts.flatMap((part) => (part.kind === 'call' ? [{ name: part.name, input: part.input }] : []));

describe('a script over several turns', () => {
  const script = user(
    'sandbox> call Read {"path":"a"}\nsandbox> call Bash {"command":"ls"}\nsandbox> then\nsandbox> say done',
  );

  test('the first turn calls in parallel', () => {
    const turn = simulate(prompt([script]));
    expect(callsOf(turn)).toEqual([
      { name: 'Read', input: { path: 'a' } },
      { name: 'Bash', input: { command: 'ls' } },
    ]);
    expect(turn.finish).toBe('tool-calls');
  });

  test('the second answers the results', () => {
    const turn = simulate(prompt([script, assistant('Read', 'Bash'), result(), result()]));
    expect(turn.parts).toEqual([{ kind: 'text', text: 'done' }]);
    expect(turn.finish).toBe('stop');
  });

  test('parallel calls that come back one by one are still one turn', () => {
    const half = [script, assistant('Read'), result()];
    expect(callsOf(simulate(prompt(half)))).toHaveLength(2);
    expect(textOf(simulate(prompt([...half, assistant('Bash'), result()])))).toBe('done');
    const withText = [
      script,
      message('assistant', 'I look.'),
      assistant('Read'),
      result(),
      assistant('Bash'),
      result(),
    ];
    expect(textOf(simulate(prompt(withText)))).toBe('done');
  });

  test('past its end comes a closing reply', () => {
    const over = [script, assistant('Read', 'Bash'), result(), assistant(), user('Go on.')];
    expect(textOf(simulate(prompt(over)))).toBe('The script of the Couloir sandbox has no more turns.');
  });

  test('the newest user text with a script counts; reminders, tool results and other roles do not', () => {
    const messages = [
      message('system', 'sandbox> say system'),
      script,
      assistant(),
      user('sandbox> say newest'),
      message('system', 'sandbox> say a later system message'),
      user('<system-reminder>\nBe brief.\n</system-reminder>'),
    ];
    expect(textOf(simulate(prompt(messages)))).toBe('newest');
    expect(textOf(simulate(prompt([...messages, assistant(), result('sandbox> say from a tool')])))).toMatch(
      /no more turns/,
    );
  });

  test('a message split by a cache mark is one message', () => {
    const rest: PromptMessage = { ...user('sandbox> say second'), continues: true };
    expect(textOf(simulate(prompt([user('sandbox> say first'), rest])))).toBe('first\nsecond');
  });
});

describe('what the request allows', () => {
  test('a tool that is not offered becomes text', () => {
    const turn = simulate(prompt([user('sandbox> call Write {}')]));
    expect(turn.parts).toEqual([
      { kind: 'text', text: 'The simulated model cannot call "Write": the request offers only Read, Bash.' },
    ]);
    expect(turn.finish).toBe('stop');
    expect(textOf(simulate(prompt([user('sandbox> call Write')], { tools: [] })))).toMatch(/offers no tools/);
    expect(textOf(simulate(prompt([user('sandbox> call Read')], { forced: 'none' })))).toMatch(/forbids tool calls/);
  });

  test('thoughts appear only when reasoning is on, with a signature that can be checked', () => {
    const asked = [user('sandbox> think hmm\nsandbox> say yes')];
    expect(simulate(prompt(asked)).parts).toEqual([{ kind: 'text', text: 'yes' }]);
    const [thought] = simulate(prompt(asked, { thinks: true })).parts;
    expect(thought).toMatchObject({ kind: 'thinking', text: 'hmm' });
    expect(thought?.kind === 'thinking' && verifyThought(MODEL, 'hmm', thought.signature)).toBe(true);
  });

  test('where a thought is demanded, a script without one gets one', () => {
    const { parts } = simulate(prompt([user('sandbox> say yes')], { thinks: true, mustThink: true }));
    expect(parts.map(({ kind }) => kind)).toEqual(['thinking', 'text']);
  });

  test('a wish for one call at a time is obeyed over the whole script', () => {
    const script = user('sandbox> call Read\nsandbox> call Bash\nsandbox> then\nsandbox> say done');
    expect(callsOf(simulate(prompt([script], { oneCall: true })))).toEqual([{ name: 'Read', input: {} }]);
    expect(textOf(simulate(prompt([script, assistant('Read'), result()], { oneCall: true })))).toBe('done');
  });

  test('an answer over the limit is cut and says so', () => {
    const turn = simulate(prompt([user('sandbox> say 12345678901234567890\nsandbox> call Read')], { maxTokens: 3 }));
    expect(turn.parts).toEqual([{ kind: 'text', text: '123456789012' }]);
    expect(turn).toMatchObject({ finish: 'length', usage: { output: 3 } });
  });

  test('a thought can eat the whole limit', () => {
    const asked = [user(`sandbox> think ${'deep '.repeat(100)}\nsandbox> say yes`)];
    const turn = simulate(prompt(asked, { thinks: true, maxTokens: 10 }));
    expect(turn.parts).toEqual([{ kind: 'thinking', text: 'deep deep deep deep deep deep deep deep ', signature: '' }]);
    expect(turn).toMatchObject({ finish: 'length', usage: { output: 10, reasoning: 10 } });
  });

  test('a stop sequence ends the answer before itself', () => {
    const turn = simulate(prompt([user('sandbox> say one END two STOP')], { stop: ['STOP', 'END'] }));
    expect(turn).toMatchObject({ parts: [{ kind: 'text', text: 'one ' }], finish: 'stop-sequence', sequence: 'END' });
  });
});

describe('without a script', () => {
  test('the reply says that it is simulated, and is the same every time', () => {
    const first = simulate(prompt([user('Hello')]));
    expect(textOf(first)).toBe(
      'This is a simulated reply from the Couloir sandbox in place of claude-sonnet-4-6. Begin a line of the prompt with "sandbox>" to script it.',
    );
    expect(simulate(prompt([user('Hello')]))).toEqual(first);
  });

  const schema = { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] };

  test('a forced tool is called with arguments that satisfy it', () => {
    const tools = [tool('first', schema), tool('second')];
    expect(callsOf(simulate(prompt([user('Hi')], { tools, forced: 'any' })))).toEqual([
      { name: 'first', input: { city: 'simulated' } },
    ]);
    expect(callsOf(simulate(prompt([user('Hi')], { tools, forced: { name: 'second' } })))).toEqual([
      { name: 'second', input: {} },
    ]);
  });

  test('a forced tool takes what the script says when that is JSON', () => {
    const asked = prompt([user('sandbox> say {"city":"Bern"}')], { tools: [tool('answer', schema)], forced: 'any' });
    expect(callsOf(simulate(asked))).toEqual([{ name: 'answer', input: { city: 'Bern' } }]);
  });

  test('a schema is obeyed', () => {
    expect(textOf(simulate(prompt([user('Hi')], { schema })))).toBe('{"city":"simulated"}');
    expect(textOf(simulate(prompt([user('Hi')], { schema: {} })))).toBe('{"simulated":true}');
    expect(textOf(simulate(prompt([user('Hi')], { schema: { type: 'object' } })))).toBe('{"simulated":true}');
  });

  test.each([
    ['marked', 'sandbox> say one\nsandbox> then\nsandbox> say two'],
    ['bare', 'say one\n\nthen\nsay two\n'],
  ])('a scenario of %s lines speaks for its model, counting turns over the whole conversation', (_name, lines) => {
    const world = context({ [MODEL]: lines });
    expect(textOf(simulate(prompt([user('Hi')]), world))).toBe('one');
    expect(textOf(simulate(prompt([user('Hi'), assistant(), user('And?')]), world))).toBe('two');
    expect(textOf(simulate(prompt([user('sandbox> say mine')]), world))).toBe('mine');
    expect(textOf(simulate(prompt([user('Hi')], { model: 'claude-opus-5' }), world))).toMatch(
      /in place of claude-opus-5/,
    );
  });
});

describe('failures', () => {
  const failing = (lines: string) => prompt([user(lines)]);

  test('count attempts at the very same request', () => {
    const world = context();
    const asked = failing('sandbox> fail 503 x2\nsandbox> fail throttled x1\nsandbox> say yes');
    const faults = [1, 2, 3, 4].map(() => simulate(asked, world).fault?.name);
    expect(faults).toEqual(['503', '503', 'throttled', undefined]);
  });

  test('without a count go on for ever', () => {
    const world = context();
    const faults = [1, 2, 3].map(() => simulate(failing('sandbox> fail 429'), world).fault?.name);
    expect(faults).toEqual(['429', '429', '429']);
  });

  test('another model is another attempt at the same request, another prompt is not', () => {
    const world = context();
    const asked = failing('sandbox> fail 503 x1\nsandbox> say yes');
    expect(simulate(asked, world).fault).toEqual({ name: '503' });
    expect(simulate({ ...asked, model: 'claude-opus-5' }, world).fault).toBeUndefined();
    expect(simulate(failing('sandbox> fail 503 x1\nsandbox> say no'), world).fault).toEqual({ name: '503' });
  });

  test('leave the prompt cache alone', () => {
    const world = context();
    const long: PromptMessage = {
      ...user(`${'word'.repeat(2_000)}\nsandbox> fail 503 x1\nsandbox> say yes`),
      cacheMark: true,
    };
    expect(simulate(prompt([long], { tools: [] }), world).usage).toMatchObject({ cacheRead: 0, cacheWrite: 0 });
    expect(simulate(prompt([long], { tools: [] }), world).usage).toMatchObject({ cacheRead: 0, cacheWrite: 2_021 });
  });
});

describe('the rest', () => {
  test('timing, finish and usage as scripted', () => {
    const lines =
      'sandbox> say x\nsandbox> pace 20ms\nsandbox> stall 30s\nsandbox> cut after 3\nsandbox> finish refusal';
    expect(simulate(prompt([user(`${lines}\nsandbox> usage input=1200 cached=1000 output=50`)]))).toMatchObject({
      timing: { paceMs: 20, stallMs: 30_000, cutAfter: 3 },
      finish: 'refusal',
      usage: { input: 200, cacheRead: 1_000, cacheWrite: 0, output: 50, reasoning: 0 },
    });
  });

  test('call ids are in the style of the family and differ between turns, models and seeds', () => {
    const idOf = (asked: Prompt, seed = 'test') => {
      const [part] = simulate(asked, { ...context(), seed }).parts;
      return part?.kind === 'call' ? part.id : '';
    };
    const script = user('sandbox> call Read\nsandbox> then\nsandbox> call Read');
    const first = idOf(prompt([script]));
    expect(first).toMatch(/^toolu_bdrk_01[1-9A-HJ-NP-Za-km-z]{22}$/);
    expect(idOf(prompt([script]))).toBe(first);
    const others = [
      idOf(prompt([script, assistant('Read'), result()])),
      idOf(prompt([script], { model: 'claude-opus-5' })),
      idOf(prompt([script]), 'other'),
    ];
    expect(new Set([first, ...others]).size).toBe(4);
    expect(idOf(prompt([script], { model: 'openai-gpt-5' }))).toMatch(/^call_[1-9A-HJ-NP-Za-km-z]{24}$/);
  });
});

describe('a prompt that demands JSON in words', () => {
  const system = (text: string) => message('system', text);

  test.each<[string, PromptMessage[]]>([
    ['a system message', [system('You are terse. Answer with one JSON object. No prose.'), user('hi')]],
    ['the newest user message', [user('hello'), assistant(), user('List them.\nReturn only valid json!')]],
  ])('of %s', (_, messages) => {
    expect(textOf(simulate(prompt(messages)))).toBe('{"simulated":true}');
  });

  test('and shows a schema gets an object of it', () => {
    const schema = '{"type":"object","properties":{"n":{"type":"integer"},"}":{}},"required":["n"]}';
    const demand = system(`Respond with a JSON object that satisfies this schema:\n${schema}\nNothing else.`);
    expect(textOf(simulate(prompt([demand, user('hi')])))).toBe('{"n":1}');
    const pretty = system(`Reply with a JSON object like\n${JSON.stringify(JSON.parse(schema), null, 2)}`);
    expect(textOf(simulate(prompt([pretty, user('hi')])))).toBe('{"n":1}');
  });

  test.each<[string, PromptMessage[]]>([
    ['speaks of JSON without demanding it', [system('Tool arguments are a JSON object.'), user('What is JSON?')]],
    ['names a file', [user('Write only to package.json, not to any other file.')]],
    ['demanded it earlier', [user('Return only JSON.'), assistant(), user('Now in prose.')]],
  ])('not one that %s', (_, messages) => {
    expect(textOf(simulate(prompt(messages)))).toMatch(/^This is a simulated reply/);
  });
});
