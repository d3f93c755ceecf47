import type { JsonObject } from '../../ir/json.ts';
import { isObject } from '../../ir/json.ts';
import type { CortexKnowledge } from '../cortex-knowledge.ts';
import { deploymentId } from '../deployment-id.ts';
import type { Draft } from '../draft.ts';
import type { Environment } from '../interpolate.ts';
import { unsetText } from '../interpolate.ts';
import type { DeploymentSettings, TimeoutSettings } from '../settings.ts';
import type { Locate } from '../snowflake/credential.ts';
import { readConnection } from './connection.ts';
import { ignoreTheRest } from './ignored.ts';
import { targetOf } from './provider.ts';
import type { Section } from './section.ts';

/** Fields of a chat completion that an operator may preset in `litellm_params`. */
const BODY_FIELDS = [
  'temperature',
  'top_p',
  'top_k',
  'max_tokens',
  'max_completion_tokens',
  'stop',
  'seed',
  'n',
  'presence_penalty',
  'frequency_penalty',
  'logit_bias',
  'response_format',
  'reasoning_effort',
  'reasoning',
  'thinking',
  'tool_choice',
  'parallel_tool_calls',
  'service_tier',
  'user',
  'metadata',
  'verbosity',
] as const;

const PARAMETERS = [
  'model',
  'api_key',
  'api_base',
  'base_url',
  'account_id',
  'custom_llm_provider',
  'cortex_api',
  'litellm_credential_name',
  'organization',
  'weight',
  'order',
  'rpm',
  'tpm',
  'max_parallel_requests',
  'tags',
  'timeout',
  'stream_timeout',
  'stream_idle_timeout',
  'ttft_timeout',
  'max_retries',
  'extra_headers',
  'headers',
  'extra_body',
  'drop_params',
  ...BODY_FIELDS,
] as const;

const INFORMATION = [
  'id',
  'mode',
  'input_cost_per_token',
  'output_cost_per_token',
  'cache_read_input_token_cost',
  'cache_creation_input_token_cost',
  'max_tokens',
  'max_input_tokens',
  'max_output_tokens',
] as const;

export interface DeploymentInput {
  draft: Draft;
  modelName: string;
  parameters: Section;
  information: Section;
  environment: Environment;
  locate: Locate;
  cortex: CortexKnowledge;
}

/** One entry of `model_list` as deployments: none when it cannot work, several for a wildcard. */
export function readDeployment(input: DeploymentInput): void {
  const { draft, parameters } = input;
  const settings = readSettings(input);
  ignoreTheRest(parameters, 'litellm_params', PARAMETERS);
  // Whatever a model is said to support, what counts is what the catalogue knows.
  for (const key of input.information.unread) {
    if (key.startsWith('supports_'))
      input.information.ignore(key, 'has no effect: capabilities are looked up by the model’s name.');
  }
  ignoreTheRest(input.information, 'model_info', INFORMATION);
  if (settings === undefined) return;
  const place = parameters.place(settings.base !== undefined && 'account' in settings.base ? 'model' : 'api_base');
  for (const one of expandWildcard(settings, input.cortex)) {
    draft.deployments.push({ settings: one, place, path: parameters.pathText() });
  }
}

/** Values of `model_info.mode` for models that the chat endpoints serve. */
const SERVED_MODES = new Set(['chat', 'responses', 'completion']);

function readSettings(input: DeploymentInput): DeploymentSettings | undefined {
  const { draft, modelName, parameters, information, cortex } = input;
  const model = parameters.text('model');
  const leaveOut = (message: string, key: string): undefined => {
    draft.incomplete.push({ place: parameters.place(key), path: parameters.pathText(key), message, modelName });
  };
  if (model === undefined) return parameters.problem('is missing, like "snowflake/claude-sonnet-4-6".', 'model');
  const target = targetOf(model, parameters.text('custom_llm_provider'));
  const mode = information.text('mode');
  const fields = readFields(input);
  const unset = parameters.findUnset(PARAMETERS);
  if (unset !== undefined) return leaveOut(unsetText(unset.name), unset.key);
  if (target === undefined) return leaveOut(unknownProvider(model), 'model');
  const embeds = target.provider === 'cortex' && cortex.isEmbedding(target.model);
  if (mode !== undefined && !SERVED_MODES.has(mode) && !embeds) {
    return leaveOut(`is not a chat model (${mode}); chat models and Cortex's embedding models are served.`, 'model');
  }
  const connection = readConnection(parameters, target, input, leaveOut);
  const api = readCortexApi(parameters);
  if (connection === undefined) return undefined;
  const settings = { modelName, provider: target.provider, model: target.model, ...connection, ...api, ...fields };
  return { id: information.text('id') ?? deploymentId(settings), ...settings };
}

const CORTEX_APIS = ['chat-completions', 'messages', 'complete'] as const;

/** Not LiteLLM's: which Cortex API to speak, where the model's family should not decide. */
function readCortexApi(parameters: Section): Pick<DeploymentSettings, 'cortexApi'> {
  const word = parameters.text('cortex_api');
  const cortexApi = CORTEX_APIS.find((api) => api === word);
  if (word !== undefined && cortexApi === undefined) {
    parameters.problem(`expected one of ${CORTEX_APIS.map((api) => `"${api}"`).join(', ')}.`, 'cortex_api');
  }
  return cortexApi === undefined ? {} : { cortexApi };
}

type Fields = Omit<DeploymentSettings, 'id' | 'modelName' | 'provider' | 'model' | 'base' | 'credential' | 'cortexApi'>;

function readFields({ parameters, information }: DeploymentInput): Fields {
  const timeouts = readTimeouts(parameters);
  const retries = parameters.count('max_retries');
  const dropParams = parameters.flag('drop_params');
  const price = readPrice(parameters, information);
  const contextWindow = information.count('max_input_tokens');
  const maxOutputTokens = information.count('max_output_tokens') ?? information.count('max_tokens');
  const organization = parameters.text('organization');
  return {
    weight: readWeight(parameters),
    order: parameters.number('order') ?? 0,
    ...readLimits(parameters),
    tags: readTags(parameters),
    ...(timeouts === undefined ? {} : { timeouts }),
    ...(retries === undefined ? {} : { retries }),
    ...(dropParams === undefined ? {} : { dropParams }),
    promptCaching: 'auto',
    defaults: readDefaults(parameters),
    extraHeaders: {
      ...parameters.texts('headers'),
      ...parameters.texts('extra_headers'),
      ...(organization === undefined ? {} : { 'openai-organization': organization }),
    },
    ...(price === undefined ? {} : { price }),
    ...(contextWindow === undefined ? {} : { contextWindow }),
    ...(maxOutputTokens === undefined ? {} : { maxOutputTokens }),
  };
}

/** LiteLLM weighs deployments by `weight`, else by their limits. */
function readWeight(parameters: Section): number {
  const share = parameters.number('weight') ?? parameters.number('rpm') ?? parameters.number('tpm') ?? 1;
  if (share > 0) return share;
  return parameters.problem('must be above 0. Remove the entry to send it nothing.', 'weight') ?? 1;
}

function readLimits(parameters: Section): Pick<DeploymentSettings, 'rpm' | 'tpm' | 'maxParallel'> {
  const rpm = parameters.number('rpm');
  const tpm = parameters.number('tpm');
  const maxParallel = parameters.count('max_parallel_requests');
  return {
    ...(rpm === undefined || rpm <= 0 ? {} : { rpm }),
    ...(tpm === undefined || tpm <= 0 ? {} : { tpm }),
    ...(maxParallel === undefined || maxParallel === 0 ? {} : { maxParallel }),
  };
}

function readTags(parameters: Section): string[] {
  const tags = parameters.value('tags');
  if (tags === undefined) return [];
  if (Array.isArray(tags) && tags.every((tag) => typeof tag === 'string')) return tags;
  return parameters.problem('expected a list of tags.', 'tags') ?? [];
}

/**
 * LiteLLM's `timeout` is the longest silence its HTTP client bears, not the longest answer: taken as
 * a deadline it would cut long streams that work today.
 */
function readTimeouts(parameters: Section): Partial<TimeoutSettings> | undefined {
  const silence = parameters.seconds('timeout');
  const first = parameters.seconds('ttft_timeout') ?? silence;
  const idle = parameters.seconds('stream_idle_timeout') ?? parameters.seconds('stream_timeout') ?? silence;
  if (first === undefined && idle === undefined) return undefined;
  return { ...(first === undefined ? {} : { firstByteMs: first }), ...(idle === undefined ? {} : { idleMs: idle }) };
}

function readDefaults(parameters: Section): JsonObject {
  const preset = BODY_FIELDS.map((field) => [field, parameters.value(field)] as const).filter(
    ([, value]) => value !== undefined,
  );
  const extra = parameters.object('extra_body');
  return { ...Object.fromEntries(preset), ...(isObject(extra) ? extra : {}) };
}

function readPrice(parameters: Section, information: Section): DeploymentSettings['price'] {
  const rates = {
    input: 'input_cost_per_token',
    output: 'output_cost_per_token',
    cacheRead: 'cache_read_input_token_cost',
    cacheWrite: 'cache_creation_input_token_cost',
  } as const;
  const known = Object.entries(rates)
    .map(([kind, key]) => [kind, information.number(key) ?? parameters.number(key)] as const)
    .filter(([, rate]) => rate !== undefined);
  return known.length === 0 ? undefined : Object.fromEntries(known);
}

/**
 * A `*` serves whatever name a client asks for. Of `snowflake/*` the catalogue's models are spelled out too,
 * so that they are listed.
 */
function expandWildcard(settings: DeploymentSettings, cortex: CortexKnowledge): DeploymentSettings[] {
  if (settings.model !== '*' || settings.provider !== 'cortex') return [settings];
  const listed = cortex.models.map(({ name }) => {
    const one = { ...settings, model: name, modelName: settings.modelName.replace('*', name) };
    return { ...one, id: deploymentId(one) };
  });
  return settings.modelName.includes('*') ? [...listed, settings] : listed;
}

function unknownProvider(model: string): string {
  return model.includes('/')
    ? `names the provider "${model.slice(0, model.indexOf('/'))}", which has no API that Couloir speaks. Use snowflake/, openai/ with an api_base, anthropic/ or gemini/.`
    : `does not say who serves "${model}". Put the provider in front, like "snowflake/${model}".`;
}
