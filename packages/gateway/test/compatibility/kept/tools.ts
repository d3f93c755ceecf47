// What becomes of the tools a client offers, in the words of every protocol.
import { isObject, type JsonObject } from '../../../src/ir/json.ts';
import type { Leaf } from '../leaves.ts';
import { type Told, type ToldTool, wordOf } from '../told.ts';
import { anyOf, harmless, harmlessWhen, includes, type Rule, type Rules, sameJson, valueAt } from './rule.ts';

/** A tool of that name has it. Captures whose names are blacked out have several. */
const ofTool =
  (has: (tool: ToldTool, leaf: Leaf) => boolean): Rule =>
  (leaf, told) =>
    toolsOf(leaf, told).some((tool) => has(tool, leaf));

const toolName = ofTool(() => true);
const toolDescription = ofTool(({ description }, { value }) => includes(description, value));
const toolStrict = ofTool(({ definition }, { value }) => definition.strict === value);

/** At the same place in the schema that was sent. */
const toolSchema = ofTool(({ schema }, { path, value }) => {
  const [, inner = ''] = /\.(?:parameters|input_schema)\.(.*)/.exec(path) ?? [];
  return sameJson(valueAt(schema, inner), value);
});

/** What the words of one dialect are in the others. */
const CHOICES: Record<string, string[]> = {
  auto: ['auto', 'absent'],
  required: ['required', 'any'],
  any: ['required', 'any'],
  none: ['none'],
};

const toolChoice: Rule = ({ value }, { body }) => {
  const choice = isObject(body.tool_choice) ? body.tool_choice.type : body.tool_choice;
  return CHOICES[String(value)]?.includes(wordOf(choice ?? 'absent')) ?? false;
};

const chosenTool: Rule = ({ value }, { body }) => {
  const choice = isObject(body.tool_choice) ? body.tool_choice : {};
  return [isObject(choice.function) ? choice.function.name : choice.name].flat().includes(value);
};

/** The tools that are not allowed are not offered. */
const allowedTool: Rule = ({ value, owners }, { tools }) => {
  const allowed = valueAt(owners.at(-1), 'tool_choice.tools');
  return tools.length === (allowed as JsonObject[]).length && tools.some(({ name }) => name === value);
};

const parallelCalls: Rule = ({ value, pattern }, { body }) => {
  const asked = pattern.endsWith('disable_parallel_tool_use') ? value !== true : value === true;
  const disabled = isObject(body.tool_choice) && body.tool_choice.disable_parallel_tool_use === true;
  return (body.parallel_tool_calls ?? !disabled) === asked;
};

/** A choice among no tools. */
const withoutTools: Rule = ({ owners }) => {
  const { tools } = owners.at(-1) ?? {};
  return !Array.isArray(tools) || tools.length === 0;
};

export const TOOLS: Rules = [
  [/(^|\.)tools\[\]\.(function\.|custom\.)?name$/, toolName],
  [/(^|\.)tools\[\]\.(function\.|custom\.)?description$/, toolDescription],
  // Cortex refuses the name of the schema's own language, and no model is helped by it.
  [/(^|\.)tools\[\]\..*\.\$schema$/, harmless],
  [/(^|\.)tools\[\]\.(function\.)?(parameters|input_schema)\./, toolSchema],
  // Tools of the client's own machine are all that there are.
  [/(^|\.)tools\[\]\.execution$/, harmlessWhen('client')],
  // A grammar is told in words, which name its kind.
  [/(^|\.)tools\[\]\.(custom\.)?format\.definition$/, toolDescription],
  [/(^|\.)tools\[\]\.(custom\.)?format\.(type|syntax)$/, harmless],
  [/(^|\.)tools\[\]\.(function\.)?strict$/, anyOf(toolStrict, harmlessWhen(false))],
  // A deferred tool is offered once a search has named it; left out before.
  [/^tools\[\]\.defer_loading$/, harmless],
  // Functions and freeform tools are told as what they are; of a tool of another type the name is looked for.
  [/(^|\.)tools\[\]\.type$/, anyOf(harmlessWhen('function', 'custom', 'namespace'), toolName)],
  [/^tool_choice\.tools\[\]\.name$/, allowedTool],
  [/^tool_choice\.tools\[\]\.type$/, harmless],
  [/^tool_choice(\.mode)?$/, anyOf(toolChoice, withoutTools)],
  [/^tool_choice\.type$/, anyOf(toolChoice, harmlessWhen('tool', 'function', 'allowed_tools'))],
  [/^tool_choice(\.function)?\.name$/, chosenTool],
  [/^parallel_tool_calls$|^tool_choice\.disable_parallel_tool_use$/, anyOf(parallelCalls, withoutTools)],
];

/** They have no name but their type. */
const BUILT_IN = new Set<unknown>(['tool_search', 'local_shell', 'shell', 'apply_patch']);

function toolsOf({ owners }: Leaf, { tools }: Told): ToldTool[] {
  const sent = nameAtCortex(owners);
  return tools.filter(({ name }) => name === sent || (sent.endsWith('__') && name.startsWith(sent)));
}

/** Of a namespace: how the names of its tools begin, where they say it. `functions` is OpenAI's word for none. */
function nameAtCortex(owners: JsonObject[]): string {
  const namespace = owners.find(({ type }) => type === 'namespace');
  const prefix = namespace === undefined || namespace.name === 'functions' ? '' : `${wordOf(namespace.name)}__`;
  const tool = owners.find(({ name, type }) => typeof name === 'string' || BUILT_IN.has(type));
  return tool === namespace ? prefix : prefix + wordOf(tool?.name ?? tool?.type);
}
