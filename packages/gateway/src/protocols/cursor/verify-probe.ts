import { GatewayError } from '../../errors/error.ts';
import { isObject, type Json } from '../../ir/json.ts';

/** What the button's request says, in every build that has it. */
const PROBE = 'Testing. Just say hi and nothing else.';
/** Names that fit into the dialog that shows the error. */
const MOST_NAMES = 12;

/**
 * The error for Cursor's "Verify" when it asks for a model that is not served: the button tries the
 * first model in the user's list, which is one of Cursor's own unless the user unticks them
 * (docs/cortex-quirks.md#cursor-verify-button). Undefined for requests that are no such probe.
 * @param messages the parsed `messages` of the body
 * @param names names of models to offer, the best first
 */
export function explainProbe(
  messages: Json | undefined,
  model: string,
  names: readonly string[],
): GatewayError | undefined {
  if (!isProbe(messages)) return undefined;
  const offered = names.slice(0, MOST_NAMES).join(', ');
  return new GatewayError(
    'invalid-request',
    `The connection works, but the model "${model.slice(0, 100)}" is not served here. In Cursor's model list add one of these and untick the others: ${offered}.`,
    { param: 'model' },
  );
}

function isProbe(messages: Json | undefined): boolean {
  if (!Array.isArray(messages) || messages.length > 2) return false;
  const last = messages.at(-1);
  return isObject(last) && last.role === 'user' && textOf(last.content) === PROBE;
}

function textOf(content: Json | undefined): string {
  if (typeof content === 'string') return content.trim();
  const [only, second] = Array.isArray(content) ? content : [];
  return isObject(only) && second === undefined && typeof only.text === 'string' ? only.text.trim() : '';
}
