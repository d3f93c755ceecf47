import type { DeploymentSettings } from '../settings.ts';

/** What `litellm_params.model` and its companions say about who serves the model. */
export interface Target {
  provider: DeploymentSettings['provider'];
  /** The upstream's name for the model. */
  model: string;
  /** Where, when no `api_base` is given. Absent: an api_base or account is needed. */
  defaultBase?: string;
  /** Variables that LiteLLM reads the key from when the file has none. */
  keyVariables: readonly string[];
}

/** Providers with an OpenAI-compatible endpoint of their own. */
const COMPATIBLE: Record<string, { base?: string; key?: readonly string[] }> = {
  openai: { base: 'https://api.openai.com/v1', key: ['OPENAI_API_KEY'] },
  gemini: {
    base: 'https://generativelanguage.googleapis.com/v1beta/openai',
    key: ['GEMINI_API_KEY', 'GOOGLE_API_KEY'],
  },
  azure: { key: ['AZURE_API_KEY'] },
  openrouter: { base: 'https://openrouter.ai/api/v1', key: ['OPENROUTER_API_KEY'] },
  groq: { base: 'https://api.groq.com/openai/v1', key: ['GROQ_API_KEY'] },
  deepseek: { base: 'https://api.deepseek.com/v1', key: ['DEEPSEEK_API_KEY'] },
  mistral: { base: 'https://api.mistral.ai/v1', key: ['MISTRAL_API_KEY'] },
  xai: { base: 'https://api.x.ai/v1', key: ['XAI_API_KEY'] },
  together_ai: { base: 'https://api.together.xyz/v1', key: ['TOGETHERAI_API_KEY', 'TOGETHER_AI_API_KEY'] },
  fireworks_ai: { base: 'https://api.fireworks.ai/inference/v1', key: ['FIREWORKS_API_KEY', 'FIREWORKS_AI_API_KEY'] },
  cerebras: { base: 'https://api.cerebras.ai/v1', key: ['CEREBRAS_API_KEY'] },
  litellm_proxy: { key: ['LITELLM_PROXY_API_KEY'] },
  openai_like: {},
  custom_openai: {},
  hosted_vllm: {},
  vllm: {},
  lm_studio: {},
};

/**
 * The provider by prefix (`snowflake/claude-sonnet-4-6`), by `custom_llm_provider`, or by the bare
 * names LiteLLM knows. Undefined for a provider that has no OpenAI-compatible or Anthropic endpoint.
 */
export function targetOf(model: string, customProvider: string | undefined): Target | undefined {
  const slash = model.indexOf('/');
  const prefix = slash === -1 ? undefined : model.slice(0, slash).toLowerCase();
  const rest = slash === -1 ? model : model.slice(slash + 1);
  if (customProvider !== undefined)
    return named(customProvider.toLowerCase(), prefix === customProvider.toLowerCase() ? rest : model);
  if (prefix !== undefined) return named(prefix, rest);
  if (/^(gpt-|chatgpt-|o\d|codex-)/.test(model)) return named('openai', model);
  return model.startsWith('claude-') ? named('anthropic', model) : undefined;
}

function named(provider: string, model: string): Target | undefined {
  if (provider === 'snowflake') return { provider: 'cortex', model, keyVariables: [] };
  if (provider === 'anthropic') {
    return { provider, model, defaultBase: 'https://api.anthropic.com', keyVariables: ['ANTHROPIC_API_KEY'] };
  }
  const known = COMPATIBLE[provider];
  if (known === undefined) return undefined;
  return {
    provider: 'openai',
    model,
    ...(known.base === undefined ? {} : { defaultBase: known.base }),
    keyVariables: known.key ?? [],
  };
}

/** Azure's OpenAI-compatible API lives under `/openai/v1` of the resource, which LiteLLM's `api_base` leaves away. */
export function azureBase(apiBase: string): string {
  return /\/openai(\/|$)/.test(apiBase)
    ? apiBase.replace(/\/openai\/?$/, '/openai/v1')
    : `${apiBase.replace(/\/+$/, '')}/openai/v1`;
}
