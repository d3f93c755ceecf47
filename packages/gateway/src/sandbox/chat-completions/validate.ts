import { isObject, type Json, type JsonObject } from '../../ir/json.ts';
import type { Refusal } from '../errors.ts';
import type { SandboxModel } from '../model-table.ts';
import type { Switches } from '../switches.ts';
import type { ChatRequest } from './chat-request.ts';
import { REQUEST_CHART } from './request-chart.ts';
import { type Rule, refuseChat } from './rule.ts';
import { claudeRules } from './rules-claude.ts';
import { claudeEffort, openaiEffort } from './rules-effort.ts';
import { limitRules } from './rules-limits.ts';
import { openaiRules } from './rules-openai.ts';
import { otherRules } from './rules-other.ts';
import { openaiSamplingRules, samplingRules } from './rules-sampling.ts';
import { toolRules } from './rules-tools.ts';

const RULES: Record<SandboxModel['family'], readonly Rule[]> = {
  claude: [...toolRules, ...limitRules, ...samplingRules, claudeEffort, ...claudeRules],
  openai: [...toolRules, ...limitRules, ...openaiSamplingRules, openaiEffort, ...openaiRules],
  other: [...limitRules, ...samplingRules, ...otherRules],
};

/** The first thing Cortex would object to, if any: the chart, then the rules of the model's family. */
export function validate(request: ChatRequest, model: SandboxModel, switches: Switches): Refusal | undefined {
  const charted = walkChart(request.body, model) ?? unknownField(request.body, switches);
  if (charted !== undefined) return charted;
  for (const rule of RULES[model.family]) {
    const refusal = rule(request, model, switches);
    if (refusal !== undefined) return refusal;
  }
  return undefined;
}

function walkChart(body: JsonObject, model: SandboxModel): Refusal | undefined {
  for (const row of REQUEST_CHART) {
    const support = row[model.family];
    if (typeof support === 'object' && isPresent(body, row.field.split('.'))) return refuseChat(support.error);
  }
  return undefined;
}

/** `['messages[]', 'content[]', 'file']`: true when any element has it. Null and an empty list count as absent. */
function isPresent(value: Json | undefined, path: string[]): boolean {
  const [step, ...rest] = path;
  if (step === undefined) return value !== undefined && value !== null && !(Array.isArray(value) && value.length === 0);
  if (!isObject(value)) return false;
  if (!step.endsWith('[]')) return isPresent(value[step], rest);
  const elements = value[step.slice(0, -2)];
  return Array.isArray(elements) && elements.some((element) => isPresent(element, rest));
}

function unknownField(body: JsonObject, switches: Switches): Refusal | undefined {
  if (switches.unknownFields === 'ignore') return undefined;
  const field = Object.keys(body).find((key) => !KNOWN_FIELDS.has(key));
  return field === undefined ? undefined : refuseChat('unknown-field', { field });
}

const KNOWN_FIELDS: ReadonlySet<string> = new Set(REQUEST_CHART.map(({ field }) => field.replace(/[[.].*$/, '')));
