/** LiteLLM's configuration files, translated into our settings. Our own schema knows nothing of them. */
import type { JsonObject } from '../ir/json.ts';
import { isObject } from '../ir/json.ts';
import { Secret } from '../kit/secret.ts';
import type { CortexKnowledge } from './cortex-knowledge.ts';
import type { ConfigDocument } from './document.ts';
import type { Draft } from './draft.ts';
import { emptyDraft } from './draft.ts';
import type { Environment } from './interpolate.ts';
import { interpolate, unsetText } from './interpolate.ts';
import { readDeployment } from './litellm/deployment.ts';
import { ignoreTheRest } from './litellm/ignored.ts';
import { LIMIT_KEYS, readLimits } from './litellm/limits.ts';
import { readRouting, ROUTER_KEYS, SHARED_ROUTING_KEYS } from './litellm/routing.ts';
import { Section } from './litellm/section.ts';
import { readTelemetry, TELEMETRY_KEYS } from './litellm/telemetry.ts';
import type { Locate } from './snowflake/credential.ts';
import type { Surroundings } from './surroundings.ts';

const SECTIONS = ['litellm_settings', 'general_settings', 'router_settings'] as const;
const TOP_LEVEL = [...SECTIONS, 'model_list', 'environment_variables', 'credential_list', 'include'] as const;

/** True for a file with any of the top-level keys that only LiteLLM has. */
export function isLiteLlmConfig(root: JsonObject): boolean {
  return TOP_LEVEL.some((key) => key !== 'include' && key in root);
}

/**
 * A LiteLLM file as a Draft. Pure: files named by `include` were read by the caller and follow the
 * main one; their lists are added to it and their other settings win, as in LiteLLM.
 */
export function readLiteLlmConfig(
  documents: readonly ConfigDocument[],
  { environment, locate }: Surroundings,
  cortex: CortexKnowledge,
): Draft {
  const draft = emptyDraft();
  const whole = { ...exportedVariables(documents), ...definedOnly(environment) };
  const credentials = readCredentials(documents, whole);
  for (const document of documents) {
    const file = { document, draft };
    const { root } = interpolate(document.root, whole, 'litellm');
    const top = new Section(file, [], root);
    for (const key of ['environment_variables', 'credential_list', 'include']) top.value(key);
    readModels(file, top, { environment: whole, locate, cortex, credentials });
    for (const name of SECTIONS) {
      const values = top.object(name);
      if (values === undefined) continue;
      const section = new Section(file, [name], values);
      READERS[name](draft, section);
      ignoreTheRest(section, name, HONOURED[name]);
    }
    ignoreTheRest(top, '', TOP_LEVEL);
  }
  return draft;
}

/** Of a router's answers: to their beginning, and amid them. */
const SILENCE_KEYS = ['ttft_timeout', 'stream_timeout', 'stream_idle_timeout'];

const HONOURED = {
  litellm_settings: ['drop_params', 'num_retries', 'request_timeout', ...SHARED_ROUTING_KEYS, ...TELEMETRY_KEYS],
  general_settings: ['master_key', ...LIMIT_KEYS],
  router_settings: ['num_retries', 'timeout', ...SILENCE_KEYS, 'model_group_alias', ...ROUTER_KEYS],
} as const;

const READERS: Record<(typeof SECTIONS)[number], (draft: Draft, section: Section) => void> = {
  litellm_settings(draft, section) {
    const dropParams = section.flag('drop_params');
    if (dropParams !== undefined) {
      draft.dropParams = dropParams;
      section.origin('dropParams', 'drop_params');
    }
    readRetries(draft, section);
    readRouting(draft, section);
    readTelemetry(draft, section);
    const silence = section.seconds('request_timeout');
    if (silence !== undefined) setSilence(draft, section, 'request_timeout', { firstByteMs: silence, idleMs: silence });
  },
  general_settings(draft, section) {
    readLimits(draft, section);
    const unset = section.findUnset(['master_key']);
    const key = section.text('master_key');
    section.origin('masterKey', 'master_key');
    if (unset !== undefined) draft.masterKeyProblem = section.describe(unsetText(unset.name), 'master_key');
    else if (key !== undefined) draft.masterKey = new Secret(key);
  },
  router_settings(draft, section) {
    readRetries(draft, section);
    readRouting(draft, section);
    const said = new Map(
      ['timeout', ...SILENCE_KEYS].flatMap((key) => {
        const silence = section.seconds(key);
        return silence === undefined ? [] : [[key, silence] as const];
      }),
    );
    const first = ['ttft_timeout', 'timeout'].find((key) => said.has(key));
    const idle = ['stream_idle_timeout', 'stream_timeout', 'timeout'].find((key) => said.has(key));
    if (first !== undefined) setSilence(draft, section, first, { firstByteMs: said.get(first)! });
    if (idle !== undefined) setSilence(draft, section, idle, { idleMs: said.get(idle)! });
    for (const [name, target] of Object.entries(section.object('model_group_alias') ?? {})) {
      if (typeof target === 'string') draft.aliases[name] = { model: target, hidden: false };
      else if (isObject(target) && typeof target['model'] === 'string') {
        draft.aliases[name] = { model: target['model'], hidden: target['hidden'] === true };
      } else
        section.problem('expected a model name, or a mapping with "model" and "hidden".', 'model_group_alias', name);
      section.origin(`aliases.${name}`, 'model_group_alias');
    }
  },
};

function readRetries(draft: Draft, section: Section): void {
  const retries = section.count('num_retries');
  if (retries === undefined) return;
  draft.retries = retries;
  section.origin('retries', 'num_retries');
}

/** See `litellm/deployment.ts`: LiteLLM's timeouts bound silence, not the whole answer. */
function setSilence(draft: Draft, section: Section, key: string, timeouts: NonNullable<Draft['timeouts']>): void {
  draft.timeouts = { ...draft.timeouts, ...timeouts };
  for (const name of Object.keys(timeouts)) section.origin(`timeouts.${name}`, key);
}

function readModels(
  file: ConstructorParameters<typeof Section>[0],
  top: Section,
  world: { environment: Environment; locate: Locate; cortex: CortexKnowledge; credentials: Map<string, JsonObject> },
): void {
  const list = top.value('model_list');
  if (list === undefined) return;
  if (!Array.isArray(list)) return top.problem('expected a list of models.', 'model_list');
  list.forEach((entry, index) => {
    const path = ['model_list', index] as const;
    if (!isObject(entry)) return top.problem('expected a mapping with model_name and litellm_params.', ...path);
    const model = new Section(file, path, entry);
    const modelName = model.text('model_name');
    const written = model.object('litellm_params');
    if (modelName === undefined) return model.problem('is missing: the name clients ask for.', 'model_name');
    if (written === undefined)
      return model.problem('is missing: what serves the model, at least "model".', 'litellm_params');
    const credentialName = written['litellm_credential_name'];
    const credential = typeof credentialName === 'string' ? world.credentials.get(credentialName) : undefined;
    const parameters = new Section(file, [...path, 'litellm_params'], { ...credential, ...written });
    if (parameters.text('litellm_credential_name') !== undefined && credential === undefined) {
      parameters.problem('is not in credential_list.', 'litellm_credential_name');
    }
    const information = new Section(file, [...path, 'model_info'], model.object('model_info') ?? {});
    readDeployment({
      draft: file.draft,
      modelName,
      parameters,
      information,
      environment: world.environment,
      locate: world.locate,
      cortex: world.cortex,
    });
    ignoreTheRest(model, 'model_list', ['model_name', 'litellm_params', 'model_info']);
  });
}

/** `credential_list`, by name. */
function readCredentials(documents: readonly ConfigDocument[], environment: Environment): Map<string, JsonObject> {
  const credentials = new Map<string, JsonObject>();
  for (const document of documents) {
    const list = interpolate(document.root, environment, 'litellm').root['credential_list'];
    for (const entry of Array.isArray(list) ? list : []) {
      if (!isObject(entry)) continue;
      const { credential_name: name, credential_values: values } = entry;
      if (typeof name === 'string' && isObject(values)) credentials.set(name, values);
    }
  }
  return credentials;
}

/** `environment_variables` of the file: they hold where the real environment has nothing. */
function exportedVariables(documents: readonly ConfigDocument[]): Record<string, string> {
  return Object.fromEntries(
    documents.flatMap(({ root }) => {
      const exported = root['environment_variables'];
      return isObject(exported)
        ? Object.entries(exported).flatMap(([name, value]) =>
            value === null || value === undefined || typeof value === 'object' ? [] : [[name, String(value)] as const],
          )
        : [];
    }),
  );
}

function definedOnly(environment: Environment): Record<string, string> {
  return Object.fromEntries(
    Object.entries(environment).flatMap(([name, value]) => (value ? [[name, value] as const] : [])),
  );
}
