import { isObject } from '../../ir/json.ts';
import { DEFAULTS } from '../defaults.ts';
import type { Draft } from '../draft.ts';
import type { FailureClass, RetryPolicy, RoutingSettings, RoutingStrategy } from '../settings.ts';
import type { Section } from './section.ts';

/** What `litellm_settings` may say of routing; `router_settings` says the same and more. */
export const SHARED_ROUTING_KEYS = [
  'fallbacks',
  'default_fallbacks',
  'context_window_fallbacks',
  'content_policy_fallbacks',
  'max_fallbacks',
  'allowed_fails',
  'cooldown_time',
] as const;

export const ROUTER_KEYS = [
  ...SHARED_ROUTING_KEYS,
  'routing_strategy',
  'allowed_fails_policy',
  'disable_cooldowns',
  'retry_policy',
  'model_group_retry_policy',
  'enable_pre_call_checks',
  'optional_pre_call_checks',
  'enable_tag_filtering',
  'tag_filtering_match_any',
] as const;

/** LiteLLM's names of strategies; its two usage-based ones are one here. */
const STRATEGIES: Record<string, RoutingStrategy> = {
  'simple-shuffle': 'simple-shuffle',
  'least-busy': 'least-busy',
  'latency-based-routing': 'latency-based',
  'latency-based': 'latency-based',
  'usage-based-routing': 'usage-based',
  'usage-based-routing-v2': 'usage-based',
  'usage-based': 'usage-based',
  'cost-based-routing': 'cost-based',
  'cost-based': 'cost-based',
};

/** LiteLLM's exception names, as they stand in `retry_policy` (`…Retries`) and `allowed_fails_policy` (`…AllowedFails`). */
const EXCEPTIONS: Record<string, FailureClass> = {
  TimeoutError: 'timeout',
  RateLimitError: 'rate-limit',
  ServiceUnavailableError: 'overloaded',
  InternalServerError: 'server-error',
  AuthenticationError: 'authentication',
  ContentPolicyViolationError: 'content-policy',
  BadRequestError: 'bad-request',
};

/** Routing as `litellm_settings` or `router_settings` say it; what both say, the later section wins. */
export function readRouting(draft: Draft, section: Section): void {
  const routing: Partial<RoutingSettings> = { ...draft.routing };
  const set = <Key extends keyof RoutingSettings>(key: Key, value: RoutingSettings[Key] | undefined, said: string) => {
    if (value === undefined) return;
    routing[key] = value;
    section.origin(`routing.${key}`, said);
  };
  set('fallbacks', readTable(section, 'fallbacks'), 'fallbacks');
  set('contextWindowFallbacks', readTable(section, 'context_window_fallbacks'), 'context_window_fallbacks');
  set('contentPolicyFallbacks', readTable(section, 'content_policy_fallbacks'), 'content_policy_fallbacks');
  set('defaultFallbacks', readNames(section, 'default_fallbacks'), 'default_fallbacks');
  set('maxFallbacks', section.count('max_fallbacks'), 'max_fallbacks');
  readCooldown(routing, section);
  if (section.path[0] === 'router_settings') {
    set('strategy', readStrategy(section), 'routing_strategy');
    set('contextChecks', section.flag('enable_pre_call_checks'), 'enable_pre_call_checks');
    set('tagFiltering', section.flag('enable_tag_filtering'), 'enable_tag_filtering');
    const matchAny = section.flag('tag_filtering_match_any');
    if (matchAny !== undefined) set('tagMatch', matchAny ? 'any' : 'all', 'tag_filtering_match_any');
    set('retryPolicy', readPolicy(section, ['retry_policy'], 'Retries'), 'retry_policy');
    set('modelRetryPolicy', readModelPolicies(section), 'model_group_retry_policy');
    readOptionalChecks(section);
  }
  if (Object.keys(routing).length > 0) draft.routing = routing;
}

/** `[{"a": ["b", "c"]}]`; `{"a": ["b"]}` is understood too. */
function readTable(section: Section, key: string): Record<string, string[]> | undefined {
  const value = section.value(key);
  if (value === undefined) return undefined;
  const rows = Array.isArray(value) ? value : [value];
  const table: Record<string, string[]> = {};
  for (const row of rows) {
    if (!isObject(row)) return section.problem('expected a list like [{"a-model": ["another-model"]}].', key);
    for (const [name, names] of Object.entries(row)) {
      const list = typeof names === 'string' ? [names] : names;
      if (!Array.isArray(list) || !list.every((one) => typeof one === 'string')) {
        return section.problem(`expected a list of model names for "${name}".`, key);
      }
      table[name] = list;
    }
  }
  return table;
}

function readNames(section: Section, key: string): string[] | undefined {
  const value = section.value(key);
  if (value === undefined) return undefined;
  if (Array.isArray(value) && value.every((name) => typeof name === 'string')) return value;
  return section.problem('expected a list of model names.', key);
}

function readStrategy(section: Section): RoutingStrategy | undefined {
  const word = section.text('routing_strategy');
  if (word === undefined) return undefined;
  const known = STRATEGIES[word];
  if (known === undefined) {
    return section.problem(`expected one of ${Object.keys(STRATEGIES).join(', ')}.`, 'routing_strategy');
  }
  return known;
}

function readCooldown(routing: Partial<RoutingSettings>, section: Section): void {
  const cooldown = { ...DEFAULTS.routing.cooldown, ...routing.cooldown };
  const before = JSON.stringify(cooldown);
  const timeMs = section.number('cooldown_time');
  if (timeMs !== undefined) cooldown.timeMs = Math.max(0, timeMs * 1000);
  const allowedFails = section.count('allowed_fails');
  if (allowedFails !== undefined) cooldown.allowedFails = allowedFails;
  if (section.path[0] === 'router_settings') {
    const policy = readPolicy(section, ['allowed_fails_policy'], 'AllowedFails');
    if (policy !== undefined) cooldown.allowedFailsPolicy = policy;
    const disabled = section.flag('disable_cooldowns');
    if (disabled !== undefined) cooldown.enabled = !disabled;
  }
  if (cooldown.timeMs === 0) cooldown.enabled = false;
  if (JSON.stringify(cooldown) === before) return;
  routing.cooldown = cooldown;
  for (const key of ['cooldown_time', 'allowed_fails', 'allowed_fails_policy', 'disable_cooldowns']) {
    if (section.keys.includes(key)) section.origin('routing.cooldown', key);
  }
}

/** `model_group_retry_policy`: a retry policy by model. */
function readModelPolicies(section: Section): Record<string, RetryPolicy> | undefined {
  const models = section.object('model_group_retry_policy');
  if (models === undefined) return undefined;
  const names = Object.keys(models);
  return Object.fromEntries(
    names.map((name) => [name, readPolicy(section, ['model_group_retry_policy', name], 'Retries') ?? {}]),
  );
}

/** @param at the key of the policy, and within it the name of the model where it has one for each */
function readPolicy(
  section: Section,
  [key, model]: readonly [key: string, model?: string],
  ending: string,
): RetryPolicy | undefined {
  const whole = section.object(key);
  const policy = model === undefined ? whole : whole?.[model];
  if (policy === undefined) return undefined;
  const path = model === undefined ? [key] : [key, model];
  if (!isObject(policy)) return section.problem('expected a mapping of kinds of failure to numbers.', ...path);
  const known: RetryPolicy = {};
  for (const [name, count] of Object.entries(policy)) {
    const kind = EXCEPTIONS[name.replace(new RegExp(`${ending}$`), '')];
    if (kind === undefined)
      section.problem(
        `is not one of ${Object.keys(EXCEPTIONS)
          .map((one) => one + ending)
          .join(', ')}.`,
        ...path,
        name,
      );
    else if (typeof count !== 'number' || !Number.isInteger(count) || count < 0) {
      section.problem('expected a whole number, 0 or more.', ...path, name);
    } else known[kind] = count;
  }
  return known;
}

/** Affinity is what this gateway does of itself; the other checks belong to parts it does not have. */
function readOptionalChecks(section: Section): void {
  const checks = section.value('optional_pre_call_checks');
  if (checks === undefined) return;
  const own = [
    'prompt_caching',
    'session_affinity',
    'deployment_affinity',
    'responses_api_deployment_check',
    'encrypted_content_affinity',
  ];
  const others = (Array.isArray(checks) ? checks : [checks]).filter(
    (check): check is string => typeof check === 'string' && !own.includes(check),
  );
  if (others.length > 0) section.ignore('optional_pre_call_checks', `has no effect for ${others.join(', ')}.`);
}
