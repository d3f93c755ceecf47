/**
 * Cursor posts bodies of three protocols, and mixtures of them, to the chat path, and which one depends
 * on the model's name and on the build (docs/cortex-quirks.md#cursor-body-shapes). Only the body tells.
 */
import type { Json } from '../../ir/json.ts';
import { OPEN_BRACE, OPEN_BRACKET, QUOTE, skipSpace } from '../../kit/json-scan.ts';
import type { Spans } from '../../kit/json-span.ts';
import { JsonView } from '../../kit/json-view.ts';
import { isForeignMessage, isForeignTool, isMessagesChoice } from './shape.ts';

const COLON = 0x3a;

/**
 * True for a body on the chat path that is not, or not everywhere, a plain chat completion. One that is
 * costs a few searches over its bytes and is not parsed.
 * @throws GatewayError `invalid-request` when a suspicious part is not valid JSON
 */
export function sniffCursor(body: Buffer, spans: Spans): boolean {
  const at = (field: string): JsonView | undefined => {
    const span = spans.get(field);
    return span === undefined ? undefined : new JsonView(body, span[0], span[1]);
  };
  const messages = at('messages');
  if (startsFilled(at('input')) && (messages?.items().length ?? 0) === 0) return true;
  if (startsFilled(at('system'))) return true;
  const choice = at('tool_choice');
  if (choice?.isObject === true && isMessagesChoice(choice.parse())) return true;
  return (
    someItem(at('tools'), looksForeignInTools, isForeignTool) ||
    someItem(messages, looksForeignInMessages, isForeignMessage)
  );
}

/** Whether the value begins as a string or a list does: null and the like mean that the field is not used. */
function startsFilled(value: JsonView | undefined): boolean {
  if (value === undefined) return false;
  const first = value.bytes[value.start];
  return first === QUOTE || first === OPEN_BRACKET;
}

/** Decides by the parsed elements, once their bytes look as if it could be so. */
function someItem(
  list: JsonView | undefined,
  suspect: (bytes: Buffer) => boolean,
  decide: (item: Json) => boolean,
): boolean {
  if (list?.isArray !== true || !suspect(list.bytes.subarray(list.start, list.end))) return false;
  const items = list.parse();
  return Array.isArray(items) && items.some(decide);
}

/** Words in quotes, sought by their common ending: a search is fastest for a few bytes that do not begin with a quote. */
interface Sought {
  ending: string;
  words: readonly string[];
}

const IN_TOOLS: readonly Sought[] = [
  { ending: 'chema"', words: ['"input_schema"'] },
  { ending: 'ustom"', words: ['"custom"'] },
];

const IN_MESSAGES: readonly Sought[] = [
  // And "tool_use_id", which every result has.
  { ending: '_use', words: ['"tool_use'] },
  { ending: '_id"', words: ['"call_id"'] },
  { ending: '_text"', words: ['"input_text"', '"output_text"'] },
  { ending: 'ment"', words: ['"document"'] },
  { ending: 'mage"', words: ['"image"', '"input_image"'] },
];

/** A nested function has the word twice, as type and as field; a flat one has it once, or not at all. */
function looksForeignInTools(bytes: Buffer): boolean {
  if (holdsAny(bytes, IN_TOOLS)) return true;
  const word = '"function"';
  let fields = 0;
  let values = 0;
  for (let at = bytes.indexOf(word); at !== -1; at = bytes.indexOf(word, at + 1)) {
    if (bytes[skipSpace(bytes, at + word.length)] === COLON) fields += 1;
    else values += 1;
  }
  return values > fields || (fields === 0 && bytes.includes(OPEN_BRACE));
}

function looksForeignInMessages(bytes: Buffer): boolean {
  return holdsAny(bytes, IN_MESSAGES);
}

/** Inside texts quotes are escaped, so a word in bare quotes is always a name or a value of the JSON itself. */
function holdsAny(bytes: Buffer, sought: readonly Sought[]): boolean {
  return sought.some(({ ending, words }) => holds(bytes, words, ending));
}

function holds(bytes: Buffer, words: readonly string[], ending: string): boolean {
  for (let at = bytes.indexOf(ending); at !== -1; at = bytes.indexOf(ending, at + 1)) {
    if (words.some((word) => endsAt(bytes, word, at + ending.length))) return true;
  }
  return false;
}

function endsAt(bytes: Buffer, word: string, end: number): boolean {
  return end >= word.length && bytes.toString('latin1', end - word.length, end) === word;
}
