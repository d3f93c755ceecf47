import type { DeploymentSettings } from '../config/settings.ts';
import type { ModelCapabilities } from '../protocols/codec.ts';
import { describeModel } from './catalogue.ts';

/**
 * What to expect of a model that another provider serves: Cortex's own limits do not hold there, and
 * an OpenAI-compatible endpoint is taken at its word about tools, images and JSON Schema.
 */
export function describeForeignModel(
  provider: Exclude<DeploymentSettings['provider'], 'cortex'>,
  name: string,
): ModelCapabilities {
  const known: ModelCapabilities = { ...describeModel(name), imageUrls: true };
  if (provider === 'anthropic') {
    // Anthropic refuses more than 8,192 from its 3.5 generation.
    return /claude-3-5/.test(name)
      ? { ...known, vision: true, defaultOutputTokens: 8_192, maxOutputTokens: 8_192 }
      : known;
  }
  const reasons = /(^|\/)(o\d|gpt-[5-9]|gemini-(2\.5|[3-9]))/.test(name);
  return {
    family: 'openai',
    contextWindow: /(^|\/)gpt-(3|4)/.test(name) ? 128_000 : known.contextWindow,
    defaultOutputTokens: /(^|\/)gpt-(3|4(-|$))/.test(name) ? 4_096 : 16_384,
    maxOutputTokens: 128_000,
    tools: true,
    vision: true,
    imageUrls: true,
    structuredOutput: 'native',
    reasoning: reasons ? 'effort' : 'none',
    efforts: reasons ? ['low', 'medium', 'high'] : [],
    sampling: true,
    prefill: true,
    cacheMinTokens: 0,
  };
}
