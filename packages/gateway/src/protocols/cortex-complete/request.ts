import { noteForeignFields } from '../../ir/ext.ts';
import type { JsonObject } from '../../ir/json.ts';
import type { Note } from '../../ir/note.ts';
import { MOST_CACHE_MARKS, keepCacheMarks } from '../../ir/prompt-caching.ts';
import type { Ext, GenerateRequest } from '../../ir/request.ts';
import { renamedTools } from '../../ir/tool-names.ts';
import type { ModelCapabilities, WriteTarget, WrittenRequest } from '../codec.ts';
import { noteLostMarks, writeMessages } from './messages.ts';
import { planOutput } from './structured-output.ts';
import { planThinking } from './thinking.ts';
import { settleToolChoice, writeTooling } from './tools.ts';
import type { CompleteRequest } from './wire.ts';

/** Fields that only this endpoint has. Clients of any dialect may send them, and they travel as they came. */
const OWN_FIELDS = ['guardrails', 'provisioned_throughput_id'] as const;

/**
 * The request as `inference:complete` takes it. Expects a history that `repairHistory` has seen, images
 * that are inside the request and no freeform tools.
 * @throws GatewayError `invalid-request` or `unsupported`, naming what cannot be sent
 */
export function writeRequest(asked: GenerateRequest, target: WriteTarget): WrittenRequest {
  const { model, capabilities } = target;
  const own = ownFields(asked.ext);
  const notes = [
    ...noteForeignFields({ ...asked, ext: withoutOwnFields(asked.ext) }, 'cortex-complete'),
    ...noteUnsupported(asked),
  ];
  const output = planOutput(settleToolChoice(asked, capabilities, notes), capabilities, notes);
  const plan = planThinking(output.request, capabilities, notes);
  const marks = capabilities.cacheMinTokens > 0 ? MOST_CACHE_MARKS : 0;
  noteLostMarks([...asked.system, ...asked.turns.flatMap((turn) => turn.parts)], notes);
  const request = keepCacheMarks({ ...output.request, turns: plan.turns }, marks);
  const body: CompleteRequest = {
    model,
    messages: writeMessages(request.system, request.turns, { model, vision: capabilities.vision, notes }),
    max_tokens: plan.maxTokens,
    ...writeSampling(request.sampling, capabilities, plan.fields.anthropic !== undefined, notes),
    ...writeTooling(request, notes),
    ...(output.format === undefined ? {} : { response_format: output.format }),
    ...plan.fields,
    ...own,
    stream: request.stream,
  };
  const toolNames = renamedTools(request);
  const stop = request.limits.stop ?? [];
  return {
    body,
    headers: {},
    notes,
    reading: {
      ...output.reading,
      ...(toolNames.size === 0 ? {} : { toolNames }),
      ...(stop.length === 0 ? {} : { stopSequences: stop }),
      outputLimit: plan.maxTokens,
    },
  };
}

function writeSampling(
  { temperature, topP, topK, seed }: GenerateRequest['sampling'],
  { family, sampling }: ModelCapabilities,
  thinks: boolean,
  notes: Note[],
): Pick<CompleteRequest, 'temperature' | 'top_p'> {
  const drop = (path: string, because: string, harmless = false) =>
    notes.push({ code: 'dropped', path, because, ...(harmless ? { harmless } : {}) });
  if (seed !== undefined) drop('seed', 'inference:complete has no such field');
  if (topK !== undefined) drop('top_k', 'inference:complete has no such field', topK === 0);
  if (!sampling || thinks) {
    const because = thinks ? 'Claude thinks only with default sampling' : 'this model refuses sampling parameters';
    if (temperature !== undefined) drop('temperature', because, temperature === 1);
    if (topP !== undefined) drop('top_p', because, topP === 1);
    // Sent although it is Anthropic's default, because Snowflake's is another: docs/cortex-quirks.md#thinking-temperature
    return sampling ? { temperature: 1 } : {};
  }
  const most = family === 'openai' ? 2 : 1;
  if (temperature !== undefined && temperature > most) {
    const because = `the temperature of this model goes from 0 to ${most}, so it became ${most}`;
    notes.push({ code: 'coerced', path: 'temperature', because });
  }
  return {
    ...(temperature === undefined ? {} : { temperature: Math.min(temperature, most) }),
    ...(topP === undefined ? {} : { top_p: topP }),
  };
}

function noteUnsupported(request: GenerateRequest): Note[] {
  const notes: Note[] = [];
  if ((request.limits.stop ?? []).length > 0) {
    const because = 'inference:complete has no such field, so the answer is cut here';
    notes.push({ code: 'simulated', path: 'stop', because });
  }
  if (request.choices > 1) {
    const because = `inference:complete gives one answer at a time, so ${request.choices} requests are made`;
    notes.push({ code: 'simulated', path: 'n', because });
  }
  if (request.endUser !== undefined) {
    notes.push({ code: 'dropped', path: 'user', because: 'it is for bookkeeping', harmless: true });
  }
  return notes;
}

/** Its own dialect's word counts first. */
function ownFields(ext: Ext): JsonObject {
  const carriers = [ext['cortex-complete'], ...Object.values(ext)].filter((fields) => fields !== undefined);
  return Object.fromEntries(
    OWN_FIELDS.flatMap((field) => {
      const value = carriers.map((fields) => fields[field]).find((each) => each !== undefined && each !== null);
      return value === undefined ? [] : [[field, value]];
    }),
  );
}

function withoutOwnFields(ext: Ext): Ext {
  const rest = Object.entries(ext).map(([dialect, fields]): [string, JsonObject] => [
    dialect,
    Object.fromEntries(Object.entries(fields).filter(([key]) => !OWN_FIELDS.some((field) => field === key))),
  ]);
  return Object.fromEntries(rest);
}
