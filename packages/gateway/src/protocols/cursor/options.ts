/** How to answer: length, form, reasoning, in the words of whichever protocol. */
import type { JsonObject } from '../../ir/json.ts';
import type { Note } from '../../ir/note.ts';
import type { GenerateRequest, OutputFormat } from '../../ir/request.ts';
import {
  readOutput as readMessagesOutput,
  readReasoning as readMessagesReasoning,
} from '../anthropic-messages/read-reasoning.ts';
import { readReasoning as readChatReasoning } from '../openai-chat/reasoning.ts';
import { readLimits as readChatLimits, readOutput as readChatOutput, readStop } from '../openai-chat/request.ts';
import { readLimits as readResponsesLimits, readText } from '../openai-responses/options.ts';
import { isMessagesShaped } from './shape.ts';

/** What Cursor puts into every Messages-shaped body, whatever the model could give. */
const CURSOR_MAX_TOKENS = 4096;

/**
 * The longest answer, and where it stops. Cursor's own limit on Messages-shaped bodies would cut its
 * edits off in the middle of a file: it is left out, so that the model's maximum applies
 * (docs/cortex-quirks.md#cursor-max-tokens).
 * @throws GatewayError `invalid-request`, naming the field
 */
export function readLimits(body: JsonObject, notes: Note[]): GenerateRequest['limits'] {
  const { max_tokens: limit, ...rest } = body;
  const lifted = limit === CURSOR_MAX_TOKENS && isMessagesShaped(body);
  if (lifted) {
    const because = `Cursor sends ${CURSOR_MAX_TOKENS} whatever the model, so the model's own maximum applies`;
    notes.push({ code: 'dropped', path: 'max_tokens', because, harmless: true });
  }
  const { maxOutputTokens, stop = [] } = readChatLimits(lifted ? rest : body, notes);
  const sequences = [...stop, ...readStop(body.stop_sequences, notes)];
  return {
    ...(maxOutputTokens === undefined ? readResponsesLimits(body) : { maxOutputTokens }),
    ...(sequences.length === 0 ? {} : { stop: sequences }),
  };
}

/** @throws GatewayError `invalid-request`, naming the field */
export function readReasoning(body: JsonObject, notes: Note[]): GenerateRequest['reasoning'] {
  const asked = readChatReasoning({ ...body, thinking: null });
  const { thinking, output_config } = body;
  const ofMessages = readMessagesReasoning({ thinking, output_config }, notes);
  return asked === undefined && ofMessages === undefined ? undefined : { ...ofMessages, ...asked };
}

/**
 * The form of the answer, and `text.verbosity` under the name that chat completions have for it.
 * @throws GatewayError `invalid-request`, naming the field
 */
export function readOutput(body: JsonObject, notes: Note[]): { output?: OutputFormat; own: JsonObject } {
  const { value, own } = readText(body.text);
  const output = value ?? readChatOutput(body.response_format) ?? readMessagesOutput(body, notes);
  return { ...(output === undefined ? {} : { output }), own };
}
