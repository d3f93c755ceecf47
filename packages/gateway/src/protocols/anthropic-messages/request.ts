import { isHarmless, noteForeignFields } from '../../ir/ext.ts';
import type { JsonObject } from '../../ir/json.ts';
import type { Note } from '../../ir/note.ts';
import { MOST_CACHE_MARKS, keepCacheMarks } from '../../ir/prompt-caching.ts';
import type { GenerateRequest } from '../../ir/request.ts';
import type { ModelCapabilities, ReaderOptions, WriteTarget, WrittenRequest } from '../codec.ts';
import { writeMessages, writeSystem } from './blocks.ts';
import { writeSampling } from './sampling.ts';
import { planOutput } from './structured-output.ts';
import { planThinking } from './thinking.ts';
import { keepThoughts } from '../../ir/claude-thoughts.ts';
import { lowerPropertyNames } from '../../ir/property-names.ts';
import { renamedTools } from '../../ir/tool-names.ts';
import { settleToolChoice, writeToolChoice, writeTools } from './tools.ts';
import type { MessagesRequest, WireOutputConfig } from './wire.ts';
import { ANTHROPIC_VERSION } from './version.ts';

const HEADERS = { 'anthropic-version': ANTHROPIC_VERSION };
/** Fields of our own dialect without a place in the IR that Cortex takes; `service_tier` and betas it refuses. */
const OWN_FIELDS_TAKEN = new Set(['metadata']);

/**
 * The request as Cortex's Messages API takes it. Expects a history that `repairHistory` has seen and
 * images that are inside the request, and no freeform tools (`ir/freeform.ts` lowers them).
 * @throws GatewayError `invalid-request` or `unsupported`, naming what Claude cannot be sent
 */
export function writeRequest(asked: GenerateRequest, target: WriteTarget): WrittenRequest {
  const { capabilities } = target;
  const notes = [...noteForeignFields(asked, 'anthropic-messages'), ...noteUnsupported(asked)];
  const output = planOutput(withoutUnusableTools(asked, capabilities, notes), capabilities, notes);
  const { request: named, renamed } = lowerPropertyNames(output.request);
  const settled = settleToolChoice(named, capabilities, notes);
  const plan = planThinking(settled, capabilities, notes);
  const request = keepCacheMarks(
    { ...settled, turns: keepThoughts(settled.turns, plan.replays, notes) },
    MOST_CACHE_MARKS,
  );

  const system = writeSystem(request.system);
  const tools = writeTools(request.tools, notes);
  const toolChoice = writeToolChoice(request);
  const stop = writeStop(request.limits.stop ?? [], notes);
  const outputConfig: WireOutputConfig = {
    ...(plan.effort === undefined ? {} : { effort: plan.effort }),
    ...(output.format === undefined ? {} : { format: output.format }),
  };
  const body: MessagesRequest = {
    model: target.model,
    max_tokens: plan.maxTokens,
    ...(system.length === 0 ? {} : { system }),
    messages: writeMessages(request.turns, {
      model: target.model,
      vision: capabilities.vision,
      imageUrls: capabilities.imageUrls === true,
      notes,
    }),
    ...(tools.length === 0 ? {} : { tools }),
    ...(toolChoice === undefined ? {} : { tool_choice: toolChoice }),
    ...(stop.length === 0 ? {} : { stop_sequences: stop }),
    ...writeSampling(request.sampling, { accepted: capabilities.sampling, thinks: plan.thinking !== undefined }, notes),
    ...(plan.thinking === undefined ? {} : { thinking: plan.thinking }),
    ...(Object.keys(outputConfig).length === 0 ? {} : { output_config: outputConfig }),
    ...ownFields(request.ext['anthropic-messages'] ?? {}, notes),
    ...(request.stream ? { stream: true } : {}),
  };
  return {
    body,
    headers: { ...HEADERS },
    notes,
    reading: readingOf(request, { ...output.reading, ...(renamed.size === 0 ? {} : { propertyNames: renamed }) }),
  };
}

function readingOf(request: GenerateRequest, output: ReaderOptions): ReaderOptions {
  const toolNames = renamedTools(request);
  return toolNames.size === 0 ? output : { ...output, toolNames };
}

function withoutUnusableTools(
  request: GenerateRequest,
  capabilities: ModelCapabilities,
  notes: Note[],
): GenerateRequest {
  if (capabilities.tools || request.tools.length === 0) return request;
  notes.push({ code: 'dropped', path: 'tools', because: 'this model cannot call tools' });
  return { ...request, tools: [], toolChoice: { mode: 'auto' } };
}

function noteUnsupported(request: GenerateRequest): Note[] {
  const notes: Note[] = [];
  if (request.choices > 1) {
    const because = `Claude gives one answer to a request, so ${request.choices} requests are made`;
    notes.push({ code: 'simulated', path: 'n', because });
  }
  if (request.endUser !== undefined && request.ext['anthropic-messages']?.metadata === undefined) {
    // Anthropic refuses ids that look like an e-mail address, which this field often is.
    notes.push({
      code: 'dropped',
      path: 'user',
      because: 'it is for bookkeeping and Claude does not need it',
      harmless: true,
    });
  }
  const citations = request.turns.some((turn) =>
    turn.parts.some((part) => part.kind === 'text' && (part.citations?.length ?? 0) > 0),
  );
  if (citations) {
    const because = 'citations point into documents that this request does not hold';
    notes.push({ code: 'dropped', path: 'turns[].parts[].citations', because, harmless: true });
  }
  return notes;
}

/** Claude refuses sequences of white space alone. */
function writeStop(sequences: string[], notes: Note[]): string[] {
  const usable = Array.from(new Set(sequences)).filter((sequence) => sequence.trim() !== '');
  if (sequences.some((sequence) => sequence.trim() === '')) {
    notes.push({ code: 'dropped', path: 'stop', because: 'Claude refuses stop sequences of white space alone' });
  }
  return usable;
}

function ownFields(own: JsonObject, notes: Note[]): Pick<MessagesRequest, 'metadata'> {
  const taken = Object.entries(own).filter(([key, value]) => {
    if (OWN_FIELDS_TAKEN.has(key)) return true;
    if (value !== undefined && value !== null) {
      const harmless = isHarmless('anthropic-messages', key, value) ? { harmless: true } : {};
      const because = 'Cortex does not take this field of the Messages API';
      notes.push({ code: 'dropped', path: key, because, ...harmless });
    }
    return false;
  });
  return Object.fromEntries(taken);
}
