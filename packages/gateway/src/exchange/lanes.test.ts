import { expect, it } from 'vitest';
import { chooseLane } from './lanes.ts';

it.each([
  ['openai-chat', 'cortex', 'openai-chat', 'mended'],
  ['openai-chat', 'cortex', 'anthropic-messages', 'translated'],
  ['openai-chat', 'openai', 'openai-chat', 'verbatim'],
  ['openai-chat', 'anthropic', 'anthropic-messages', 'translated'],
] as const)('a %s client on %s speaking %s: %s', (client, provider, dialect, lane) => {
  expect(chooseLane(client, { provider, dialect })).toBe(lane);
});
