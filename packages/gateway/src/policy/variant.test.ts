import { expect, it } from 'vitest';
import { readVariant } from './variant.ts';

it.each([
  ['cortex-opus-5-high', { model: 'cortex-opus-5', effort: 'high' }],
  ['claude-sonnet-4-6-thinking', { model: 'claude-sonnet-4-6', effort: 'medium' }],
  ['claude-sonnet-4-6-thinking-low', { model: 'claude-sonnet-4-6', effort: 'low' }],
  ['gpt-xhigh-fast', { model: 'gpt', effort: 'xhigh' }],
  ['cortex-g5-fast', { model: 'cortex-g5' }],
  ['cortex-g5', undefined],
  ['high', undefined],
])('%s', (name, variant) => {
  expect(readVariant(name)).toEqual(variant);
});
