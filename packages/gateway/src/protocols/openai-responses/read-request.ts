/** The request body, JSON → IR. */
import type { JsonObject } from '../../ir/json.ts';
import type { Note } from '../../ir/note.ts';
import type { GenerateRequest } from '../../ir/request.ts';
import { optionalBoolean, optionalObject, optionalString, requiredString, unknownFields } from '../validate.ts';
import { readInclude, readLimits, readReasoningOptions, readSampling, readText, refuseUnsupported } from './options.ts';
import { readInput } from './read-input.ts';
import { readToolChoice } from './tool-choice.ts';
import { ToolTable } from './tool-table.ts';
import { readTools } from './tools.ts';

/** What the IR has a place for, or the exchange sees to; everything else travels in `ext`. */
const TYPED = new Set([
  'model',
  'instructions',
  'input',
  'tools',
  'tool_choice',
  'parallel_tool_calls',
  'text',
  'reasoning',
  'max_output_tokens',
  'temperature',
  'top_p',
  'include',
  'store',
  'stream',
  'user',
  'previous_response_id',
  'conversation',
  'prompt',
]);

/**
 * Reads everything that clients of the Responses API send. A `previous_response_id` must have been
 * resolved before (see `expandPrevious`). Fields without a place in the IR are kept in
 * `ext['openai-responses']`, nested ones under their path (`reasoning.context`), `text.verbosity` as
 * `verbosity`, which is its name in chat completions.
 * @throws GatewayError `invalid-request` or `unsupported`, naming the field
 */
export function readRequest(body: JsonObject): { request: GenerateRequest; notes: Note[] } {
  const notes: Note[] = [];
  refuseUnsupported(body);
  optionalBoolean(body.store, 'store');
  optionalObject(body.metadata, 'metadata');
  optionalObject(body.stream_options, 'stream_options');
  const table = new ToolTable(body);
  const parallelTools = optionalBoolean(body.parallel_tool_calls, 'parallel_tool_calls');
  const text = readText(body.text);
  const reasoning = readReasoningOptions(body.reasoning);
  const endUser = optionalString(body.user, 'user') ?? optionalString(body.safety_identifier, 'safety_identifier');
  const own = { ...unknownFields(body, TYPED), ...readInclude(body.include), ...text.own, ...reasoning.own };
  const request: GenerateRequest = {
    model: requiredString(body.model, 'model'),
    ...readInput(body, table, notes),
    ...readToolChoice(body.tool_choice, table, readTools(table, notes), notes),
    ...(parallelTools === undefined ? {} : { parallelTools }),
    ...(text.value === undefined ? {} : { output: text.value }),
    limits: readLimits(body),
    sampling: readSampling(body),
    ...(reasoning.value === undefined ? {} : { reasoning: reasoning.value }),
    choices: 1,
    stream: optionalBoolean(body.stream, 'stream') ?? false,
    ...(endUser === undefined ? {} : { endUser }),
    ext: Object.keys(own).length === 0 ? {} : { 'openai-responses': own },
  };
  return { request, notes };
}
