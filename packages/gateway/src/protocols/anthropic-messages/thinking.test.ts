import { describe, expect, test } from 'vitest';
import { requestOf } from '../../../test/arbitrary/request.ts';
import { OPUS_4_6, OPUS_4_7, SONNET_4_5 } from '../../../test/messages/claude.ts';
import type { GenerateRequest, Part, Turn } from '../../ir/request.ts';
import { writeRequest } from './request.ts';

const THOUGHT: Part = {
  kind: 'thinking',
  text: 'I should look.',
  seal: { issuer: 'anthropic', form: 'signature', data: 'EvAB' },
};
const OPEN_LOOP = (...before: Part[]): Turn[] => [
  { role: 'user', parts: [{ kind: 'text', text: 'Fix it' }] },
  {
    role: 'assistant',
    parts: [...before, { kind: 'tool-call', id: 'toolu_1', name: 'read', args: '{"path":"a.ts"}' }],
  },
  { role: 'user', parts: [{ kind: 'tool-result', callId: 'toolu_1', parts: [{ kind: 'text', text: 'code' }] }] },
];

function write(fields: Partial<GenerateRequest>, capabilities = SONNET_4_5) {
  return writeRequest(requestOf(fields), { model: 'claude-sonnet-4-5', capabilities });
}

const pathsOf = ({ notes }: ReturnType<typeof write>) => notes.map((note) => `${note.code} ${note.path}`);

describe('sampling', () => {
  test.each<[GenerateRequest['sampling'], object, string[]]>([
    [{ temperature: 0.3, topK: 40 }, { temperature: 0.3, top_k: 40 }, []],
    [{ temperature: 1.7 }, { temperature: 1 }, ['coerced temperature']],
    [{ temperature: 0, topP: 0.9 }, { temperature: 0 }, ['dropped top_p']],
    [{ temperature: 1, topP: 0.9 }, { top_p: 0.9 }, ['dropped temperature']],
    [{ seed: 7 }, {}, ['dropped seed']],
  ])('%j becomes %j', (sampling, expected, noted) => {
    const written = write({ sampling });
    const { temperature, top_p, top_k } = written.body;
    expect({ temperature, top_p, top_k }).toEqual(expected);
    expect(pathsOf(written)).toEqual(noted);
  });

  test('models without it get none, and only what would have mattered is a loss', () => {
    const written = write({ sampling: { temperature: 1, topP: 0.5 } }, OPUS_4_7);
    expect(written.body).not.toHaveProperty('temperature');
    expect(written.notes.map((note) => [note.path, note.harmless])).toEqual([
      ['temperature', true],
      ['top_p', undefined],
    ]);
  });

  test('thinking takes the default alone, which Snowflake must be told', () => {
    const written = write({ sampling: { temperature: 0, topK: 5 }, reasoning: { effort: 'low' } });
    expect(written.body).toMatchObject({ temperature: 1, thinking: { type: 'enabled', budget_tokens: 1024 } });
    expect(written.body).not.toHaveProperty('top_k');
    expect(pathsOf(written)).toEqual(['dropped temperature', 'dropped top_k']);
  });
});

describe('thinking with a budget', () => {
  test.each([
    ['minimal', 1024],
    ['low', 1024],
    ['medium', 2048],
    ['high', 4096],
    ['xhigh', 8192],
    ['max', 16_384],
  ] as const)('effort %s is %i tokens', (effort, tokens) => {
    const { body } = write({ reasoning: { effort } });
    expect(body.thinking).toEqual({ type: 'enabled', budget_tokens: tokens });
    expect(body.max_tokens).toBe(16_384 + tokens);
  });

  test.each([
    ["the client's own budget wins", 30_000, undefined, 30_000, 46_384],
    ['it leaves room for the answer', 30_000, 8000, 6976, 8000],
    ['a tiny limit is raised rather than thought away', 1024, 300, 1024, 2048],
    ['a tiny budget is the least one', 10, 8000, 1024, 8000],
    ['it stays within the model', 100_000, undefined, 62_976, 64_000],
  ])('%s', (_, budgetTokens, limit, budget, maxTokens) => {
    const { body } = write({
      reasoning: { effort: 'low', budgetTokens },
      limits: limit === undefined ? {} : { maxOutputTokens: limit },
    });
    expect(body.thinking).toEqual({ type: 'enabled', budget_tokens: budget });
    expect(body.max_tokens).toBe(maxTokens);
  });

  test('is off when a tool is forced', () => {
    const written = write({ reasoning: { effort: 'high' }, tools: [{ name: 'read' }], toolChoice: { mode: 'any' } });
    expect(written.body).not.toHaveProperty('thinking');
    expect(written.body.tool_choice).toEqual({ type: 'any' });
    expect(pathsOf(written)).toEqual(['dropped reasoning']);
  });

  test('is off while calls are answered that began without a signed thought', () => {
    const bare = write({
      reasoning: { effort: 'high' },
      turns: OPEN_LOOP({ kind: 'thinking', text: 'unsigned' }),
      tools: [{ name: 'read' }],
    });
    expect(bare.body).not.toHaveProperty('thinking');
    expect(pathsOf(bare)).toEqual(['dropped reasoning', 'seal-dropped turns[].parts[]']);
    const sealed = write({ reasoning: { effort: 'high' }, turns: OPEN_LOOP(THOUGHT), tools: [{ name: 'read' }] });
    expect(sealed.body).toHaveProperty('thinking');
    expect(sealed.notes).toEqual([]);
  });

  test('only the first message of a loop must begin with a thought', () => {
    const [question, first, results] = OPEN_LOOP(THOUGHT);
    const [, second, more] = OPEN_LOOP();
    const turns = [question!, first!, results!, second!, more!];
    expect(write({ reasoning: { effort: 'high' }, turns, tools: [{ name: 'read' }] }).body).toHaveProperty('thinking');
  });

  test('a thought of another vendor is never replayed', () => {
    const foreign: Part = { kind: 'thinking', text: 'o', seal: { issuer: 'openai', form: 'encrypted', data: 'gAAA' } };
    const turns: Turn[] = [
      { role: 'user', parts: [{ kind: 'text', text: 'a' }] },
      { role: 'assistant', parts: [foreign, { kind: 'text', text: 'b' }] },
      { role: 'user', parts: [{ kind: 'text', text: 'c' }] },
    ];
    const written = write({ turns, reasoning: { effort: 'low' } });
    expect(JSON.stringify(written.body)).not.toContain('gAAA');
    expect(pathsOf(written)).toEqual(['seal-dropped turns[].parts[]']);
  });
});

describe('adaptive thinking', () => {
  test.each([
    ['xhigh', 'high'],
    ['minimal', 'low'],
    ['max', 'max'],
  ] as const)('effort %s is %s on Opus 4.6', (effort, granted) => {
    const { body } = write({ reasoning: { effort } }, OPUS_4_6);
    expect(body).toMatchObject({ thinking: { type: 'adaptive' }, output_config: { effort: granted }, temperature: 1 });
  });

  test('newer models are asked for the words of their thoughts, unless nobody wants them', () => {
    expect(write({ reasoning: { effort: 'high' } }, OPUS_4_7).body.thinking).toEqual({
      type: 'adaptive',
      display: 'summarized',
    });
    expect(write({ reasoning: { effort: 'high', show: 'none' } }, OPUS_4_7).body.thinking).toEqual({
      type: 'adaptive',
      display: 'omitted',
    });
  });

  test('a budget becomes the strongest effort it pays for', () => {
    expect(write({ reasoning: { budgetTokens: 5000 } }, OPUS_4_7).body.output_config).toEqual({ effort: 'high' });
    expect(write({ reasoning: { budgetTokens: 100 } }, OPUS_4_7).body.output_config).toEqual({ effort: 'low' });
    expect(write({ reasoning: { budgetTokens: 64_000 } }, OPUS_4_7).body.output_config).toEqual({ effort: 'xhigh' });
  });

  test('no reasoning is the weakest effort, because newer models cannot be told to stop thinking', () => {
    const written = write({ reasoning: { effort: 'none' } }, OPUS_4_7);
    expect(written.body).not.toHaveProperty('thinking');
    expect(written.body.output_config).toEqual({ effort: 'low' });
  });

  test('unasked, signed thoughts are still given back to a model that may think by itself', () => {
    const { body } = write({ turns: OPEN_LOOP(THOUGHT), tools: [{ name: 'read' }] }, OPUS_4_7);
    expect(JSON.stringify(body.messages)).toContain('EvAB');
    expect(JSON.stringify(write({ turns: OPEN_LOOP(THOUGHT), tools: [{ name: 'read' }] }).body)).not.toContain('EvAB');
  });
});

describe('the wish for a summary of the thoughts', () => {
  test('is the wish for thoughts, at the effort that OpenAI takes for granted', () => {
    expect(write({ reasoning: { show: 'summary' } }, OPUS_4_7).body).toMatchObject({
      thinking: { type: 'adaptive', display: 'summarized' },
      output_config: { effort: 'medium' },
    });
    expect(write({ reasoning: { show: 'summary' } }).body.thinking).toMatchObject({ type: 'enabled' });
  });

  test('wakes nothing beside effort none, and an effort beside it stands', () => {
    expect(write({ reasoning: { show: 'summary', effort: 'none' } }).body).not.toHaveProperty('thinking');
    expect(write({ reasoning: { show: 'summary', effort: 'high' } }, OPUS_4_7).body.output_config).toEqual({
      effort: 'high',
    });
    expect(write({ reasoning: { show: 'none' } }).body).not.toHaveProperty('thinking');
  });

  test('is no reason to refuse a request that leaves no room for it', () => {
    const turns = OPEN_LOOP();
    const { body, notes } = write({ reasoning: { show: 'summary' }, turns, tools: [{ name: 'read' }] });
    expect(body).not.toHaveProperty('thinking');
    expect(notes).toMatchObject([{ code: 'dropped', path: 'reasoning', harmless: true }]);
    const tight = write({ reasoning: { show: 'summary' }, limits: { maxOutputTokens: 300 } });
    expect([tight.body.max_tokens, tight.body.thinking]).toEqual([300, undefined]);
    expect(tight.notes).toMatchObject([{ code: 'dropped', path: 'reasoning', harmless: true }]);
    const blunt = write({ reasoning: { show: 'summary' } }, { ...SONNET_4_5, reasoning: 'none' });
    expect([blunt.body.thinking, blunt.notes]).toEqual([undefined, []]);
  });
});
