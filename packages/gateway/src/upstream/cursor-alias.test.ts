import { describe, expect, it } from 'vitest';
import { listChatModels } from './catalogue.ts';
import { cursorSafeAlias } from './cursor-alias.ts';

it.each([
  ['claude-sonnet-4-6', 'cortex-sonnet-4-6'],
  ['claude-4-sonnet', 'cortex-4-sonnet'],
  ['openai-gpt-5.2', 'cortex-g5-2'],
  ['openai-gpt-5-mini', 'cortex-g5-mini'],
  ['openai-gpt-oss-120b', 'cortex-oss-120b'],
  ['llama3.1-8b', 'cortex-llama3-1-8b'],
  ['gemini-3.1-pro', 'cortex-gem-3-1-pro'],
  ['MyDb.MySchema.Tuned', 'cortex-mydb-myschema-tuned'],
])('%s becomes %s', (name, alias) => {
  expect(cursorSafeAlias(name)).toBe(alias);
});

describe('over the whole catalogue', () => {
  const models = listChatModels().map(({ id }) => id);

  it('no two models share an alias, and none hides another model', () => {
    const aliases = models.map(cursorSafeAlias);
    expect(new Set(aliases).size).toBe(models.length);
    expect(aliases.filter((alias) => models.includes(alias))).toEqual([]);
  });

  it("no alias has a dot or any part of a vendor's name that Cursor claims", () => {
    for (const alias of models.map(cursorSafeAlias)) {
      expect(alias).toMatch(/^cortex-[a-z0-9]+(-[a-z0-9]+)*$/);
      expect(alias).not.toMatch(/claude|gpt|gemini|codex|composer|grok|openai/);
    }
  });
});
