/** What a translation lost: each value of a body is looked for in what was sent, and in the notes. */
import { isObject, type Json, type JsonObject, parseObject } from '../../src/ir/json.ts';
import type { Note } from '../../src/ir/note.ts';

interface Leaf {
  /** Names of fields and indices of elements, from the outside in. */
  path: (string | number)[];
  value: string | number | boolean;
}

/** The values of a client's body that are neither in `sent` nor named by a note, as `path = value`. */
export function lostLeaves(body: JsonObject, sent: JsonObject, notes: readonly Note[]): string[] {
  const there = leavesOf(sent);
  return leavesOf(body)
    .filter((leaf) => !isExpressed(leaf, sent) && !isFound(leaf, there) && !isNamed(leaf, notes))
    .map(({ path, value }) => `${path.join('.')} = ${JSON.stringify(value)}`);
}

function leavesOf(value: Json | undefined, path: Leaf['path'] = []): Leaf[] {
  if (value === undefined || value === null) return [];
  if (Array.isArray(value)) return value.flatMap((each, index) => leavesOf(each, [...path, index]));
  if (isObject(value)) return Object.entries(value).flatMap(([key, each]) => leavesOf(each, [...path, key]));
  return [{ path, value }];
}

/**
 * Texts are unique, so that they are found wherever they stand; other values under a field of the same name, or in
 * JSON that a text holds. JSON text is found when what it says is.
 */
function isFound({ path, value }: Leaf, there: Leaf[]): boolean {
  if (typeof value === 'string' && isUnique(value)) {
    const forms = [value, JSON.stringify(value).slice(1, -1), value.replace(/^data:image\/png;base64,/, '')];
    if (there.some((leaf) => typeof leaf.value === 'string' && forms.some((form) => String(leaf.value).includes(form))))
      return true;
    const inner = parseObject(value);
    return inner !== undefined && leavesOf(inner, ['arguments']).every((leaf) => isFound(leaf, there));
  }
  const name = nameOf(path);
  const element = typeof path.at(-1) === 'number';
  const fragment = element ? JSON.stringify(value) : `${JSON.stringify(name)}:${JSON.stringify(value)}`;
  return there.some((leaf) => {
    if (leaf.value === value && nameOf(leaf.path) === name) return true;
    return typeof leaf.value === 'string' && leaf.value.includes('{') && leaf.value.includes(fragment);
  });
}

const isUnique = (text: string) => /\d{4}/.test(text);
const nameOf = (path: Leaf['path']) => path.findLast((step) => typeof step === 'string');

/**
 * A note names a field, or the element that all of it stood in: `input[3]`. Positions in a conversation that was taken
 * apart and joined anew are left open.
 */
function isNamed({ path }: Leaf, notes: readonly Note[]): boolean {
  const names = path.filter((step) => typeof step === 'string');
  const whole = path
    .map((step) => (typeof step === 'number' ? `[${step}]` : `.${step}`))
    .join('')
    .slice(1);
  return notes.some((note) => {
    if (whole.startsWith(note.path)) return true;
    if (note.code === 'seal-dropped' && /\.(thinking|signature)$/.test(whole)) return true;
    const last = note.path
      .replace(/\[\d*\]/g, '')
      .split('.')
      .at(-1)!;
    // Without tools there is nothing to choose.
    if (note.path === 'tools' && /^(tool_choice|parallel_tool_calls)/.test(whole)) return true;
    if (/^(turns|messages|input)\[\d*\](\.(parts|content)\[\d*\])?$/.test(note.path)) return isPartOfTurn(whole);
    return !LISTS.has(last) && names.includes(last);
  });
}

/** Too wide to name what is in them. */
const LISTS = new Set(['messages', 'input', 'content', 'tools', 'turns', 'parts', 'system']);

/** An image that was left out, or a call that was told as text: without the fields that made it a call. */
function isPartOfTurn(whole: string): boolean {
  return /(image_url|\.source\.|\.id$|call_id$|tool_use_id$|brand_new|is_error)/.test(whole);
}

/** How a value is said in another dialect, where that is not by the same value under the same name. */
const EXPRESSIONS: [RegExp, (value: Leaf['value'], sent: JsonObject) => boolean][] = [
  // What the gateway decides: the deployment's name of the model, and that it is always asked to stream.
  [/^(model|stream)$/, () => true],
  // The gateway keeps answers itself.
  [/^store$/, (value) => value === true],
  // Where a value stands says what it is; what stands there is looked for by itself.
  [/^(messages|input|system)\.[\d.a-z_]*\b(type|role)$|^tools\.\d+\.type$/, () => true],
  [/^response_format\.type$|^(text|output_config)\.format\.type$/, () => true],
  // A label that no model sees.
  [/^(response_format\.json_schema|text\.format)\.name$/, () => true],
  // Elsewhere the schema of an answer is always enforced.
  [
    /^(response_format\.json_schema|text\.format)\.strict$/,
    (_value, sent) =>
      at(sent, 'output_config', 'format') !== undefined || at(sent, 'response_format', 'schema') !== undefined,
  ],
  [
    /^max_(completion_|output_)?tokens$/,
    (value, sent) => [sent.max_tokens, sent.max_completion_tokens].some((limit) => limit === value),
  ],
  [
    /^(reasoning_effort|reasoning\.effort|output_config\.effort)$/,
    (value, sent) =>
      effortIn(sent) === value ||
      at(sent, 'thinking', 'budget_tokens') !== undefined ||
      at(sent, 'anthropic', 'thinking') !== undefined,
  ],
  [/^tool_choice(\.type)?$/, (value, sent) => isChoice(CHOICES[String(value)] ?? '', sent)],
  [/^parallel_tool_calls$/, (value, sent) => isChoice('none', sent) || allowsOneCall(sent) === (value === false)],
  [/^tool_choice\.disable_parallel_tool_use$/, (_value, sent) => allowsOneCall(sent)],
  // Tools that may not be called need not be told where nothing tells that they may not.
  [/^tools\./, (_value, sent) => sent.tools === undefined],
  // Chat and the text of a conversation have no field for it and say it in words.
  [/\.is_error$/, (_value, sent) => /\[The tool call failed\]|"status":"error"/.test(JSON.stringify(sent))],
  // A data URL carries it in its head.
  [
    /\.media_type$/,
    (value, sent) =>
      [`data:${String(value)};base64,`, `"content_type":"${String(value)}"`].some((form) =>
        JSON.stringify(sent).includes(form),
      ),
  ],
];

/** The words of every dialect for who decides about calls. */
const CHOICES: Record<string, string> = {
  auto: 'auto',
  none: 'none',
  any: 'any',
  required: 'any',
  tool: 'named',
  function: 'named',
};

/** What is not said is left to the model; a choice between a tool and the tool that takes the answer is one. */
function isChoice(mode: string, sent: JsonObject): boolean {
  const choice = sent.tool_choice;
  const said = isObject(choice) ? choice.type : choice;
  const word = CHOICES[typeof said === 'string' ? said : 'auto'];
  if (mode === 'none') return word === 'none' || sent.tools === undefined || answersByTool(sent);
  return word === mode || (mode === 'auto' && word === 'any' && answersByTool(sent));
}

const answersByTool = (sent: JsonObject) => JSON.stringify(sent.tools ?? []).includes('Gives the final answer');
const allowsOneCall = (sent: JsonObject) =>
  at(sent, 'tool_choice', 'disable_parallel_tool_use') === true || sent.parallel_tool_calls === false;

function effortIn(sent: JsonObject): Json | undefined {
  return (
    sent.reasoning_effort ??
    at(sent, 'output_config', 'effort') ??
    at(sent, 'reasoning', 'effort') ??
    at(sent, 'openai', 'reasoning', 'effort')
  );
}

function at(value: JsonObject, ...path: string[]): Json | undefined {
  return path.reduce<Json | undefined>((inner, step) => (isObject(inner) ? inner[step] : undefined), value);
}

function isExpressed({ path, value }: Leaf, sent: JsonObject): boolean {
  const whole = path.join('.');
  return EXPRESSIONS.some(([pattern, holds]) => pattern.test(whole) && holds(value, sent));
}
