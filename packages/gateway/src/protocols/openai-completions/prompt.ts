/** The prompts of a body, of which one request can hold several. */
import { GatewayError } from '../../errors/error.ts';
import type { Json, JsonObject } from '../../ir/json.ts';
import { invalid } from '../validate.ts';

/** Each prompt is a request of its own to the model. */
const MOST_PROMPTS = 20;

/**
 * One body for each prompt, in the order of their choices: with `n` answers to each, the answers to
 * prompt `i` are the choices `i·n` to `i·n + n - 1`. A body with one prompt is its own only member.
 * @throws GatewayError `invalid-request` or `unsupported`, naming the field
 */
export function splitPrompts(body: JsonObject): JsonObject[] {
  const { prompt } = body;
  if (!Array.isArray(prompt)) return [body];
  if (prompt.length === 0) throw invalid('prompt', 'must hold at least one text');
  refuseTokens(prompt);
  if (prompt.length > MOST_PROMPTS) {
    throw invalid('prompt', `holds ${prompt.length} prompts, and at most ${MOST_PROMPTS} are answered in one request`);
  }
  return prompt.map((text) => ({ ...body, prompt: text }));
}

/**
 * The one prompt of a body. It may be empty: an editor asks so at the beginning of a file.
 * @throws GatewayError `invalid-request` or `unsupported`, naming the field
 */
export function readPrompt(value: Json | undefined): string {
  if (typeof value === 'string') return value;
  if (!Array.isArray(value)) throw invalid('prompt', 'must be a string or an array of strings');
  refuseTokens(value);
  const [only, second] = value;
  if (typeof only === 'string' && second === undefined) return only;
  throw invalid('prompt', value.length === 0 ? 'must hold at least one text' : 'must be an array of strings');
}

function refuseTokens(prompts: Json[]): void {
  const first = prompts[0];
  if (typeof first !== 'number' && !Array.isArray(first)) return;
  throw new GatewayError(
    'unsupported',
    '"prompt" is an array of token ids, which mean something to one tokenizer only. Send the text itself.',
    { param: 'prompt' },
  );
}
