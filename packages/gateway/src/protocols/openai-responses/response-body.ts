import type { Json, JsonObject } from '../../ir/json.ts';
import type { WriterOptions } from '../codec.ts';
import { answerId } from './item-ids.ts';
import type { ResponseBody } from './wire.ts';

/**
 * The response as it begins. Of the request it repeats what the official SDK's types name, except
 * `instructions` and `tools`: they are most of an agent's request, would come three times with every
 * answer, and no captured client reads them.
 */
export function beginResponse({
  id,
  createdAt,
  model,
  body = {},
}: Pick<WriterOptions, 'id' | 'createdAt' | 'model' | 'body'>): ResponseBody {
  return {
    id: answerId(id),
    object: 'response',
    created_at: createdAt,
    status: 'in_progress',
    access_programs: null,
    background: false,
    error: null,
    incomplete_details: null,
    instructions: null,
    max_output_tokens: body.max_output_tokens ?? null,
    metadata: body.metadata ?? {},
    model,
    output: [],
    parallel_tool_calls: body.parallel_tool_calls ?? true,
    previous_response_id: body.previous_response_id ?? null,
    reasoning: { effort: null, summary: null, ...asObject(body.reasoning) },
    store: body.store !== false,
    temperature: body.temperature ?? null,
    text: { format: { type: 'text' }, ...asObject(body.text) },
    tool_choice: body.tool_choice ?? 'auto',
    tools: [],
    top_p: body.top_p ?? null,
    truncation: 'disabled',
    usage: null,
  };
}

function asObject(value: Json | undefined): JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : {};
}
