/**
 * Where each model runs, and from where it can be reached: Snowflake docs, Cortex REST API, "Model availability",
 * autumn 2026. An account calls a model in its own region, or over a cross-region setting that reaches it.
 */
import { type Refusal, refuse } from './errors.ts';
import { MODEL_NAMES } from './model-table.ts';

const CLAUDE_US = ['AWS_GLOBAL', 'AWS_US'];
const CLAUDE_WIDE = [...CLAUDE_US, 'AWS_EU', 'AWS_APJ', 'AWS_AU'];
const CLAUDE_WIDEST = [...CLAUDE_WIDE, 'AWS_JP', 'AWS_US_GOV'];
const OPENAI_AZURE = ['AZURE_GLOBAL', 'AZURE_US'];
const AWS_US_ONLY = ['AWS_GLOBAL', 'AWS_US'];
const EVERYWHERE = [
  'AWS_GLOBAL',
  'AWS_US',
  'AWS_EU',
  'AWS_APJ',
  'AWS_JP',
  'AWS_AU',
  'AZURE_GLOBAL',
  'AZURE_US',
  'AZURE_EU',
];

/** Cross-region settings that reach a model, beside ANY_REGION, which reaches all. */
const REACHED_FROM: Readonly<Record<string, readonly string[]>> = {
  'claude-opus-5-5': [...CLAUDE_WIDE, 'AWS_JP'],
  'claude-opus-5': [...CLAUDE_US, 'AWS_EU'],
  'claude-opus-4-8': [...CLAUDE_US, 'AWS_EU'],
  'claude-opus-4-7': [...CLAUDE_US, 'AWS_EU'],
  'claude-opus-4-6': CLAUDE_WIDE,
  'claude-opus-4-5': [...CLAUDE_US, 'AWS_EU'],
  'claude-fable-5-1': CLAUDE_US,
  'claude-fable-5': CLAUDE_US,
  'claude-sonnet-5': CLAUDE_WIDE,
  'claude-sonnet-4-6': CLAUDE_WIDEST,
  'claude-sonnet-4-5': CLAUDE_WIDEST,
  'claude-haiku-4-5': CLAUDE_WIDEST,
  'claude-4-sonnet': [...CLAUDE_US, 'AWS_EU', 'AWS_APJ', 'AWS_JP', 'AWS_US_GOV'],
  'claude-4-opus': CLAUDE_US,
  'claude-3-7-sonnet': CLAUDE_US,
  'claude-3-5-sonnet': CLAUDE_US,
  'openai-gpt-5.4': [...OPENAI_AZURE, 'AZURE_EU'],
  'openai-gpt-5.2': OPENAI_AZURE,
  'openai-gpt-5.1': [...OPENAI_AZURE, 'AZURE_EU'],
  'openai-gpt-5': [...OPENAI_AZURE, 'AZURE_EU'],
  'openai-gpt-5-mini': OPENAI_AZURE,
  'openai-gpt-5-nano': OPENAI_AZURE,
  'openai-gpt-4.1': OPENAI_AZURE,
  'llama4-maverick': AWS_US_ONLY,
  'deepseek-r1': AWS_US_ONLY,
  'snowflake-llama-3.3-70b': AWS_US_ONLY,
  'llama3.1-8b': EVERYWHERE,
  'llama3.1-70b': EVERYWHERE,
  'llama3.1-405b': [...AWS_US_ONLY, ...OPENAI_AZURE],
  'kimi-k3': AWS_US_ONLY,
  'mistral-7b': ['AWS_GLOBAL', 'AWS_APJ', 'AWS_JP', 'AWS_AU'],
  'mistral-large': ['AWS_GLOBAL'],
  'mistral-large2': EVERYWHERE,
};

const LLAMA_AND_MISTRAL = [
  'llama3.1-8b',
  'llama3.1-70b',
  'llama3.1-405b',
  'mistral-7b',
  'mistral-large',
  'mistral-large2',
];
const SMALL = ['llama3.1-8b', 'llama3.1-70b', 'mistral-7b', 'mistral-large', 'mistral-large2'];

/** Models that run in a region itself, so that no cross-region setting is needed. */
const NATIVE: Readonly<Record<string, readonly string[]>> = {
  AWS_US_WEST_2: [...LLAMA_AND_MISTRAL, 'llama4-maverick', 'deepseek-r1', 'snowflake-llama-3.3-70b'],
  AWS_US_EAST_1: LLAMA_AND_MISTRAL,
  AZURE_EASTUS2: LLAMA_AND_MISTRAL,
  AWS_EU_CENTRAL_1: SMALL,
  AWS_EU_WEST_1: ['llama3.1-70b', 'mistral-large2'],
  AWS_EU_WEST_2: ['claude-opus-4-6', 'claude-sonnet-4-6'],
  AZURE_WESTEUROPE: SMALL,
  AWS_AP_SOUTHEAST_2: ['llama3.1-70b', 'mistral-large2'],
  AWS_AP_NORTHEAST_1: SMALL,
};

/** Regions that serve the model themselves. */
export function nativeRegions(model: string): string[] {
  return Object.keys(NATIVE).filter((region) => NATIVE[region]!.includes(model));
}

/** Values of CORTEX_ENABLED_CROSS_REGION that reach the model. */
export function crossRegionScopes(model: string): string[] {
  return ['ANY_REGION', ...(Object.hasOwn(REACHED_FROM, model) ? REACHED_FROM[model]! : [])];
}

/**
 * Where a request is served: in the account's region, or over one of the settings in `crossRegion` (the value of
 * CORTEX_ENABLED_CROSS_REGION: `DISABLED`, one setting or several with commas). Undefined when neither reaches it.
 */
export function inferenceRegion(model: string, region: string, crossRegion: string): string | undefined {
  // Embedding models and fine-tuned ones are where the account is.
  if (!MODEL_NAMES.includes(model) || nativeRegions(model).includes(region)) return region;
  const enabled = crossRegion.toUpperCase().split(/\s*,\s*/);
  return crossRegionScopes(model).find((scope) => enabled.includes(scope));
}

/** docs/cortex-quirks.md#region-unavailable */
export function refuseRegion(model: string): Refusal {
  return refuse('region-unavailable', { model, scopes: crossRegionScopes(model).join(', ') });
}
