/** Claudes of several generations, as the catalogue would describe them. */
import type { ModelCapabilities } from '../../src/protocols/codec.ts';

export const SONNET_4_5: ModelCapabilities = {
  family: 'claude',
  contextWindow: 200_000,
  defaultOutputTokens: 16_384,
  maxOutputTokens: 64_000,
  tools: true,
  vision: true,
  structuredOutput: 'native',
  reasoning: 'budget',
  efforts: [],
  sampling: true,
  prefill: true,
  cacheMinTokens: 1024,
};
export const OPUS_4_6: ModelCapabilities = {
  ...SONNET_4_5,
  maxOutputTokens: 128_000,
  reasoning: 'adaptive',
  efforts: ['low', 'medium', 'high', 'max'],
  prefill: false,
};
export const OPUS_4_7: ModelCapabilities = {
  ...OPUS_4_6,
  efforts: ['low', 'medium', 'high', 'xhigh', 'max'],
  sampling: false,
};
export const OPUS_5_5: ModelCapabilities = { ...OPUS_4_7, forcedTools: false };
