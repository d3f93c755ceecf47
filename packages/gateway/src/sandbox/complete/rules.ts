/** What the endpoint demands of a payload that is valid: roles, content, tools, thinking, sizes. */
import { isObject, type JsonObject } from '../../ir/json.ts';
import { type Refusal, refuse } from '../errors.ts';
import type { SandboxModel } from '../model-table.ts';
import { verifyThought } from '../script/signature.ts';
import { refuseComplete } from './complete-errors.ts';
import { type CompleteRequest, stringOf } from './complete-request.ts';

type Rule = (request: CompleteRequest, model: SandboxModel) => Refusal | undefined;

const ROLES = ['system', 'user', 'assistant'];
const MAX_IMAGES = 5;
const LEAST_BUDGET = 1024;
const EFFORTS = ['low', 'medium', 'high'];

/** The first rule the request breaks, if any. */
export function firstBroken(request: CompleteRequest, model: SandboxModel): Refusal | undefined {
  for (const rule of RULES) {
    const refusal = rule(request, model);
    if (refusal !== undefined) return refusal;
  }
  return undefined;
}

/** docs/cortex-quirks.md#complete-role-rules */
const knownRoles: Rule = ({ messages }) => {
  const stranger = messages.find(({ role }) => !ROLES.includes(role));
  return stranger === undefined ? undefined : refuseComplete('role-unknown', { role: stranger.role });
};

const sequence: Rule = ({ messages, tools }) => {
  const spoken = messages[0]?.role === 'system' ? messages.slice(1) : messages;
  if (spoken.length === 0 || spoken.some(({ role }) => role === 'system')) return refuseComplete('role-sequence');
  const repeats = spoken.some(({ role }, index) => role === spoken[index - 1]?.role);
  if (repeats) return refuse('payload-invalid');
  if (spoken.at(-1)?.role === 'user') return undefined;
  return refuseComplete(tools.length > 0 ? 'assistant-last-with-tools' : 'role-sequence');
};

/** docs/cortex-quirks.md#complete-empty-content */
const content: Rule = ({ messages }) => {
  for (const [index, { content: text = '', items }] of messages.entries()) {
    if (text !== '') continue;
    if (items.length === 0) return refuseComplete('content-missing');
    const speaks = items.some(({ type }) => type === 'tool_use' || type === 'tool_results');
    if (!speaks) return refuseComplete('content-empty', { index });
  }
  return undefined;
};

const toolSupport: Rule = ({ messages, tools, toolChoice }, model) => {
  const used = messages.some(({ items }) => items.some(({ type }) => type === 'tool_use' || type === 'tool_results'));
  if (!model.tools && (tools.length > 0 || used)) return refuseComplete('tools-unsupported');
  if (toolChoice === undefined || ['auto', 'required', 'tool'].includes(toolChoice.type)) return undefined;
  return refuseComplete('choice-form');
};

/** Bedrock Converse stands behind it: every call has its result in the next message, whatever the order. */
const pairing: Rule = ({ messages, tools }) => {
  const idsOf = (index: number, kind: 'tool_use' | 'tool_results') =>
    (messages[index]?.items ?? []).flatMap(({ [kind]: held }) => (isObject(held) ? [stringOf(held.tool_use_id)] : []));
  for (const index of messages.keys()) {
    const calls = idsOf(index, 'tool_use');
    const results = idsOf(index + 1, 'tool_results');
    const same = calls.length === results.length && calls.every((id) => results.includes(id));
    if (!same || (calls.length > 0 && tools.length === 0)) return refuseComplete('pairing');
  }
  return idsOf(0, 'tool_results').length > 0 ? refuseComplete('pairing') : undefined;
};

const schema: Rule = ({ schema: wanted }) => {
  if (wanted === undefined) return undefined;
  if (!isObject(wanted)) return refuseComplete('schema-invalid', { problem: 'schema must be an object' });
  const { type } = wanted;
  const known = type === undefined || Array.isArray(type) || TYPES.includes(stringOf(type));
  return known ? undefined : refuseComplete('schema-invalid', { problem: `${stringOf(type)} is no type` });
};

const TYPES = ['object', 'array', 'string', 'number', 'integer', 'boolean', 'null'];

const limits: Rule = ({ body }, model) => {
  const { max_tokens: most, top_p: topP, temperature } = body;
  if (typeof most === 'number' && most > model.maxOutput) {
    return refuseComplete('output-limit', { limit: model.maxOutput });
  }
  for (const [field, value, least, greatest] of [
    ['max_tokens', most, 0, Number.POSITIVE_INFINITY],
    ['temperature', temperature, 0, model.family === 'openai' ? 2 : 1],
    ['top_p', topP, 0, 1],
  ] as const) {
    if (value === undefined || value === null) continue;
    const fits = typeof value === 'number' && value >= least && value <= greatest;
    if (!fits) return refuseComplete('range', { field, range: `from ${least} to ${greatest}` });
    if (field !== 'max_tokens' && !model.sampling) return refuseComplete('sampling', { field });
  }
  return undefined;
};

const images: Rule = ({ messages }, model) => {
  const count = messages.flatMap(({ items }) => items.filter(({ type }) => type === 'image')).length;
  if (count > 0 && !model.vision) return refuseComplete('image-unsupported');
  return count > MAX_IMAGES ? refuseComplete('image-count', { count }) : undefined;
};

/** docs/cortex-quirks.md#complete-reasoning */
const thinking: Rule = ({ body, thinkingBudget, reasoningEffort, toolChoice, messages }, model) => {
  const refuseThinking = (problem: string) => refuseComplete('thinking', { problem });
  if (reasoningEffort !== undefined && !EFFORTS.includes(reasoningEffort)) {
    return refuseComplete('range', { field: 'openai.reasoning.effort', range: 'low, medium or high' });
  }
  if (thinkingBudget !== undefined && model.family === 'claude') {
    const most = typeof body.max_tokens === 'number' ? body.max_tokens : 4096;
    if (!(thinkingBudget >= LEAST_BUDGET))
      return refuseThinking('budget_tokens: Input should be greater than or equal to 1024');
    if (thinkingBudget >= most) return refuseThinking('`max_tokens` must be greater than `thinking.budget_tokens`.');
    if (model.sampling && body.temperature !== 1)
      return refuseThinking('`temperature` may only be set to 1 when thinking is enabled.');
    if (toolChoice !== undefined && toolChoice.type !== 'auto') {
      return refuseThinking('Thinking may not be enabled when tool_choice forces tool use.');
    }
  }
  const forged = messages.some(({ items }) => items.some((item) => isForged(item, model)));
  return forged ? refuseThinking('Invalid `signature` in `thinking` block') : undefined;
};

function isForged(item: JsonObject, model: SandboxModel): boolean {
  if (item.type !== 'anthropic') return false;
  const outer = isObject(item.anthropic) ? item.anthropic : item;
  if (!isObject(outer.thinking)) return true;
  return !verifyThought(model.name, stringOf(outer.thinking.thinking), stringOf(outer.thinking.signature));
}

const RULES: readonly Rule[] = [knownRoles, content, sequence, toolSupport, pairing, schema, limits, images, thinking];
