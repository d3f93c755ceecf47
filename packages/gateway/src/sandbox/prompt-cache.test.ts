import { describe, expect, test } from 'vitest';
import { PromptCache, type PromptSegment } from './prompt-cache.ts';

const SONNET = 'claude-sonnet-4-5';
const MINUTE_MS = 60_000;

function cacheAt(): { cache: PromptCache; wait: (ms: number) => void } {
  let now = 1_700_000_000_000;
  return { cache: new PromptCache({ now: () => now }), wait: (ms) => (now += ms) };
}

const segment = (text: string, tokens: number, mark = false): PromptSegment => ({ text, tokens, mark });
const SYSTEM = segment('system', 2_000, true);

describe('Claude caches where it is told to', () => {
  test('writes up to the last mark, then reads it', () => {
    const { cache } = cacheAt();
    const prompt = [SYSTEM, segment('question', 100)];
    expect(cache.account(SONNET, prompt)).toEqual({ input: 100, read: 0, written: 2_000 });
    expect(cache.account(SONNET, prompt)).toEqual({ input: 100, read: 2_000, written: 0 });
  });

  test('reads the longest prefix it knows and writes the rest', () => {
    const { cache } = cacheAt();
    cache.account(SONNET, [SYSTEM, segment('one', 100, true)]);
    const grown = [SYSTEM, segment('one', 100), segment('answer', 50), segment('two', 70, true), segment('tail', 9)];
    expect(cache.account(SONNET, grown)).toEqual({ input: 9, read: 2_100, written: 120 });
  });

  test('forgets after five minutes without a read', () => {
    const { cache, wait } = cacheAt();
    cache.account(SONNET, [SYSTEM]);
    wait(4 * MINUTE_MS);
    expect(cache.account(SONNET, [SYSTEM]).read).toBe(2_000);
    wait(4 * MINUTE_MS);
    expect(cache.account(SONNET, [SYSTEM]).read).toBe(2_000);
    wait(5 * MINUTE_MS);
    expect(cache.account(SONNET, [SYSTEM])).toEqual({ input: 0, read: 0, written: 2_000 });
  });

  test('a change before the mark is another prefix', () => {
    const { cache } = cacheAt();
    cache.account(SONNET, [segment('tools', 10), SYSTEM]);
    expect(cache.account(SONNET, [segment('other tools', 10), SYSTEM]).read).toBe(0);
  });

  test('models share nothing', () => {
    const { cache } = cacheAt();
    cache.account(SONNET, [SYSTEM]);
    expect(cache.account('claude-sonnet-4-6', [SYSTEM]).read).toBe(0);
  });

  test('looks back twenty segments and no further', () => {
    const { cache } = cacheAt();
    cache.account(SONNET, [SYSTEM]);
    const steps = (count: number) => Array.from({ length: count }, (_, index) => segment(`${index}`, 1));
    expect(cache.account(SONNET, [segment('system', 2_000), ...steps(19), segment('end', 1, true)]).read).toBe(2_000);
    const { cache: other } = cacheAt();
    other.account(SONNET, [SYSTEM]);
    expect(other.account(SONNET, [segment('system', 2_000), ...steps(20), segment('end', 1, true)]).read).toBe(0);
  });

  test.each([
    ['claude-sonnet-4-5', 1_023, 0],
    ['claude-sonnet-4-5', 1_024, 1_024],
    ['claude-opus-4-6', 4_095, 0],
    ['claude-opus-4-6', 4_096, 4_096],
    ['claude-haiku-4-5', 4_095, 0],
    ['claude-haiku-4-5', 4_096, 4_096],
  ])('%s, a prefix of %i tokens: %i are written', (model, tokens, written) => {
    const { cache } = cacheAt();
    expect(cache.account(model, [segment('prefix', tokens, true)]).written).toBe(written);
  });

  test('without a mark nothing is cached', () => {
    const { cache } = cacheAt();
    const prompt = [segment('system', 9_000)];
    cache.account(SONNET, prompt);
    expect(cache.account(SONNET, prompt)).toEqual({ input: 9_000, read: 0, written: 0 });
  });
});

describe('other families', () => {
  const prose = (tokens: number) => segment('four'.repeat(tokens), tokens);

  test('OpenAI caches by itself from the third identical prefix, in steps of 128 tokens', () => {
    const { cache } = cacheAt();
    const prompt = [prose(1_300), segment('question', 2)];
    expect(cache.account('openai-gpt-5', prompt).read).toBe(0);
    expect(cache.account('openai-gpt-5', prompt).read).toBe(0);
    expect(cache.account('openai-gpt-5', prompt)).toEqual({ input: 1_302 - 1_280, read: 1_280, written: 0 });
  });

  test('a longer prompt with the same beginning reads the beginning', () => {
    const { cache } = cacheAt();
    cache.account('openai-gpt-5', [prose(1_300)]);
    cache.account('openai-gpt-5', [prose(1_300)]);
    expect(cache.account('openai-gpt-5', [prose(1_300), segment('x'.repeat(8_000), 2_000)]).read).toBe(1_280);
  });

  test('less than 1,024 tokens are never cached, and Llama caches nothing', () => {
    const { cache } = cacheAt();
    for (const [model, tokens] of [
      ['openai-gpt-5', 1_000],
      ['llama3.1-8b', 5_000],
    ] as const) {
      const prompt = [prose(tokens)];
      for (let round = 0; round < 3; round += 1) expect(cache.account(model, prompt).read).toBe(0);
    }
  });
});
