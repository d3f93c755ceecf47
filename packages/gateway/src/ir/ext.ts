import { isObject, type Json } from './json.ts';
import type { Note } from './note.ts';
import type { Dialect, Ext, GenerateRequest, Part } from './request.ts';

const NAMES: Record<Dialect, string> = {
  'anthropic-messages': 'the Messages API',
  'openai-chat': 'chat completions',
  'openai-responses': 'the Responses API',
  'openai-completions': 'legacy completions',
  'cortex-complete': 'inference:complete',
};

const always = () => true;
const only =
  (...values: Json[]) =>
  (value: Json) =>
    values.includes(value);
const empty = (value: Json) =>
  Array.isArray(value) ? value.length === 0 : isObject(value) && Object.keys(value).length === 0;

/** Claude Code's standing edit of the context, which keeps everything. */
const editsNothing = (edit: Json) => isObject(edit) && edit.type === 'clear_thinking_20251015' && edit.keep === 'all';

/** Labels, hints and bookkeeping that every OpenAI dialect has: none of them changes an answer. */
const OPENAI_BOOKKEEPING = {
  user: always,
  safety_identifier: always,
  metadata: always,
  prompt_cache_key: always,
  prompt_cache_retention: always,
  prompt_cache_options: always,
  stream_options: always,
  store: only(false),
  service_tier: only('auto', 'default'),
  parallel_tool_calls: only(true),
  top_logprobs: only(0),
  verbosity: only('medium'),
};

/** When a field can be dropped and the answer stays the same: its value is the default, or it is no business of the model. */
const HARMLESS: Record<Dialect, Record<string, (value: Json) => boolean>> = {
  'openai-chat': {
    ...OPENAI_BOOKKEEPING,
    logprobs: only(false),
    presence_penalty: only(0),
    frequency_penalty: only(0),
    logit_bias: empty,
    n: only(1),
    temperature: only(1),
    top_p: only(1),
    client_metadata: always,
    // A guess at the answer that only makes it faster.
    prediction: always,
    modalities: (value) => Array.isArray(value) && value.every((entry) => entry === 'text'),
    functions: empty,
    function_call: only('auto', 'none'),
    // What answers carry and clients send back: position and emptiness.
    index: always,
    refusal: only('', true),
    // How the reader marks a system message that it told as a reminder.
    role: only('system'),
    annotations: empty,
    reasoning_content: always,
    detail: only('auto'),
  },
  'openai-responses': {
    ...OPENAI_BOOKKEEPING,
    include: always,
    background: only(false),
    truncation: only('disabled'),
    status: always,
    id: always,
    detail: only('auto'),
    client_metadata: always,
    internal_chat_message_metadata_passthrough: always,
    // All thoughts that a client sends back are told, whichever turns it means.
    'reasoning.context': always,
    // Tools that are to be searched for are all offered at once.
    defer_loading: always,
    // What answers carry and clients send back.
    annotations: always,
    logprobs: always,
    phase: always,
    caller: always,
    refusal: only(true),
  },
  'openai-completions': OPENAI_BOOKKEEPING,
  'anthropic-messages': {
    metadata: always,
    cache_control: always,
    service_tier: only('auto', 'standard_only'),
    context_management: (value) => isObject(value) && (!Array.isArray(value.edits) || value.edits.every(editsNothing)),
    caller: always,
    // Flags that clients put into the body, and whose work a request is.
    anthropic_beta: always,
    anthropic_version: always,
    betas: always,
    user_profile_id: always,
    workspace_id: always,
    speed: only('standard'),
    // Answers can be had without streaming the arguments of a call, and every tool is called directly.
    eager_input_streaming: always,
    allowed_callers: (value) => Array.isArray(value) && value.every((caller) => caller === 'direct'),
    tags: always,
    custom: empty,
    strict: only(false),
    mcp_servers: empty,
  },
  'cortex-complete': {
    guardrails: (value) => isObject(value) && value.enabled === false,
  },
};

/** True when an answer is the same without this field of `dialect`, whatever its value or with the value given. */
export function isHarmless(dialect: Dialect, field: string, value: Json): boolean {
  return Object.hasOwn(HARMLESS[dialect], field) && HARMLESS[dialect][field]?.(value) === true;
}

/**
 * A note for every field that only other dialects understand and that a request in the dialect `own`
 * therefore loses. A null field counts as not sent.
 * @param within path of the object that carried the fields, ending in a dot: `tools[2].`
 */
export function noteForeign(ext: Ext | undefined, own: Dialect, within = ''): Note[] {
  if (ext === undefined) return [];
  return (Object.keys(NAMES) as Dialect[]).flatMap((dialect) => {
    if (dialect === own) return [];
    return Object.entries(ext[dialect] ?? {}).flatMap(([key, value]): Note[] => {
      if (value === undefined || value === null) return [];
      const harmless = isHarmless(dialect, key, value);
      const because = `it is a field of ${NAMES[dialect]} that ${NAMES[own]} does not have`;
      return [{ code: 'dropped', path: within + key, because, ...(harmless ? { harmless } : {}) }];
    });
  });
}

/**
 * The notes of a whole request: its own fields, its tools' and its history's. A field that many turns
 * carry is noted once, with an open index: `turns[].index`.
 */
export function noteForeignFields(request: GenerateRequest, own: Dialect): Note[] {
  const notes: Note[] = [];
  const add = (ext: Ext | undefined, within?: string) => {
    if (ext !== undefined) notes.push(...noteForeign(ext, own, within));
  };
  const addParts = (parts: Part[]) => {
    for (const part of parts) {
      if (part.kind === 'opaque') continue;
      add(part.ext, 'turns[].parts[].');
      if (part.kind === 'tool-result') addParts(part.parts);
    }
  };
  add(request.ext);
  for (const { ext } of request.tools) add(ext, 'tools[].');
  for (const { ext } of request.system) add(ext, 'system[].');
  for (const { ext, parts } of request.turns) {
    add(ext, 'turns[].');
    addParts(parts);
  }
  // The same field may be harmless in one place and not in another: both are worth a note.
  return Array.from(new Map(notes.map((note) => [`${note.path} ${note.harmless === true}`, note])).values());
}
