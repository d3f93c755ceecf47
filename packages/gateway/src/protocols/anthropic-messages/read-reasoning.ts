/** `thinking` and `output_config` of a client's request, and `output_format`, the older form of the latter. */
import type { JsonObject } from '../../ir/json.ts';
import type { Note } from '../../ir/note.ts';
import type { Effort, GenerateRequest, OutputFormat } from '../../ir/request.ts';
import { invalid, optionalNumber, optionalObject, optionalWord, requiredObject } from '../validate.ts';
import { noteUnknownFields } from './field-notes.ts';

const EFFORTS = ['minimal', 'low', 'medium', 'high', 'xhigh', 'max'] as const satisfies readonly Effort[];
const KINDS = ['adaptive', 'enabled', 'disabled', 'between_tools'] as const;
const DISPLAYS: Record<string, 'none' | 'summary'> = { omitted: 'none', summarized: 'summary', updates: 'summary' };
const THINKING_FIELDS = new Set(['type', 'budget_tokens', 'display']);
const CONFIG_FIELDS = new Set(['effort', 'format']);
const FORMAT_FIELDS = new Set(['type', 'schema', 'name']);

type Reasoning = NonNullable<GenerateRequest['reasoning']>;

/**
 * How much to think. An effort without `thinking` concerns the whole answer, so its thoughts are not
 * asked to be shown.
 * @throws GatewayError `invalid-request`, naming the field
 */
export function readReasoning(body: JsonObject, notes: Note[]): Reasoning | undefined {
  const config = optionalObject(body.output_config, 'output_config') ?? {};
  noteUnknownFields(config, CONFIG_FIELDS, 'output_config', notes);
  const effort = optionalWord(config.effort, 'output_config.effort', EFFORTS);
  const thinking = optionalObject(body.thinking, 'thinking');
  if (thinking === undefined) return effort === undefined ? undefined : { effort, show: 'none' };
  noteUnknownFields(thinking, THINKING_FIELDS, 'thinking', notes);
  const kind = optionalWord(thinking.type, 'thinking.type', KINDS);
  if (kind === undefined) throw invalid('thinking.type', 'must be "adaptive", "enabled" or "disabled"');
  if (kind === 'disabled') {
    if (effort !== undefined) {
      const because = 'thinking is disabled, and an effort is only told to models that think';
      notes.push({ code: 'dropped', path: 'output_config.effort', because, harmless: true });
    }
    return { effort: 'none' };
  }
  const budgetTokens = optionalNumber(thinking.budget_tokens, 'thinking.budget_tokens', { least: 1, whole: true });
  const show = readShow(thinking, notes);
  return {
    // What Anthropic takes as the default. A budget says it by itself.
    ...(effort === undefined && budgetTokens !== undefined ? {} : { effort: effort ?? 'high' }),
    ...(budgetTokens === undefined ? {} : { budgetTokens }),
    ...(show === undefined ? {} : { show }),
  };
}

function readShow({ display }: JsonObject, notes: Note[]): Reasoning['show'] {
  if (typeof display !== 'string') return undefined;
  if (Object.hasOwn(DISPLAYS, display)) return DISPLAYS[display];
  const because = 'only "summarized" and "omitted" are known, so the model decides';
  notes.push({ code: 'dropped', path: 'thinking.display', because, harmless: true });
  return undefined;
}

/** @throws GatewayError `invalid-request`, naming the field */
export function readOutput(body: JsonObject, notes: Note[]): OutputFormat | undefined {
  const config = optionalObject(body.output_config, 'output_config') ?? {};
  const [value, path] =
    config.format === undefined || config.format === null
      ? ([body.output_format, 'output_format'] as const)
      : ([config.format, 'output_config.format'] as const);
  const format = optionalObject(value, path);
  if (format === undefined) return undefined;
  if (format.type !== 'json_schema') throw invalid(`${path}.type`, 'must be "json_schema"');
  noteUnknownFields(format, FORMAT_FIELDS, path, notes);
  return {
    format: 'json',
    schema: requiredObject(format.schema, `${path}.schema`),
    ...(typeof format.name === 'string' ? { name: format.name } : {}),
  };
}
