import { expect, it } from 'vitest';
import { suggest } from './suggest.ts';

it.each([
  ['modle', ['model', 'models', 'mode'], 'model'],
  ['drop_parms', ['drop_params', 'num_retries'], 'drop_params'],
  ['Model', ['model'], 'model'],
  ['claude-sonnet-46', ['claude-sonnet-4-6', 'claude-opus-4-6'], 'claude-sonnet-4-6'],
  ['xyz', ['model', 'weight'], undefined],
  ['a', [], undefined],
])('%s among %j means %s', (word, candidates, meant) => {
  expect(suggest(word, candidates)).toBe(meant);
});
