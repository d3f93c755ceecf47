// What becomes of the leaves of a conversation, in the words of every protocol and of Cursor's mixtures.
import { isObject, type Json, type JsonObject } from '../../../src/ir/json.ts';
import { objects, parse, type Side, wordOf } from '../told.ts';
import { anyOf, harmless, harmlessWhen, includes, type Rule, type Rules, sameJson } from './rule.ts';

/** The text is told, by whatever side. */
const said: Rule = ({ value }, { words }) => Object.values(words).some((each) => includes(each, value));

/** Also where marks of fill-in-the-middle tell what is before the gap and what after it: they become words. */
const prompt: Rule = (leaf, told) =>
  String(leaf.value)
    .split(/<fim_\w+>/)
    .every((value) => said({ ...leaf, value }, told));

/** All texts of the message are told by the side that said them. */
const role: Rule = ({ value, owners: [message] }, { words }) => {
  const side: Side = value === 'developer' ? 'system' : (value as Side);
  const texts =
    typeof message?.content === 'string' ? [message.content] : objects(message?.content).map(({ text }) => text);
  return texts.every((text) => typeof text !== 'string' || includes(words[side], text));
};

const thought: Rule = ({ value }, { thoughts }) => includes(thoughts, value);

const image: Rule = ({ value }, { images }) => {
  const data = String(value).replace(/^data:[^,]*,/, '');
  return images.some((each) => each.includes(data));
};

/** The kind of an image is found with it; that of a document which is told as text is not. */
const mediaType: Rule = (leaf, told) => anyOf(image, said)({ ...leaf, value: wordOf(leaf.owners[0]?.data) }, told);

const imageDetail: Rule = ({ value }, { body }) => JSON.stringify(body).includes(`"detail":${JSON.stringify(value)}`);

/** The name of one of several users; that of a tool is told with its call. */
const speaker: Rule = ({ value, owners: [message] }, { body }) =>
  message?.role === 'tool' || JSON.stringify(body).includes(`"name":${JSON.stringify(value)}`);

/** As JSON, as the raw text of a freeform tool, or in words where there are no calls. */
const callArguments: Rule = ({ value, owners: [call] }, { calls, words }) =>
  calls.length === 0
    ? includes(words.assistant, value) || includes(words.assistant, JSON.stringify({ input: value }))
    : calls.some(({ name, args }) => isCall(call!, name) && (sameJson(args, parse(value)) || rawInput(args) === value));

/** Of a call whose arguments came as an object: all of them together. */
const callObject: Rule = ({ owners }, { calls, words }) => {
  const call = owners.find(({ type }) => type === 'tool_use')!;
  if (calls.length === 0) return includes(words.assistant, JSON.stringify(call.input));
  return calls.some(({ name, args }) => isCall(call, name) && sameJson(args, call.input));
};

const callName: Rule = ({ owners: [call], value }, { calls, words }) =>
  calls.length === 0
    ? includes(words.assistant, `[Earlier tool call: ${String(value)} `)
    : calls.some(({ name }) => isCall(call!, name));

const callId: Rule = ({ value }, { calls }) => calls.some(({ id }) => id === value);

const resultId: Rule = ({ value }, { answered }) => answered.includes(value);

const seal: Rule = ({ value }, { seals }) => seals.some((each) => each === value);

/** Chat completions have no word for it and say it in the text. */
const failed: Rule = (_, { body, words }) =>
  JSON.stringify(body).includes('"is_error":true') ||
  /\[The tool call failed\]|\[Failed result/.test(words.tool + words.user);

/** That each mark stands where the client put it is for tests of the prompt cache. */
const cacheMark: Rule = (_, { cacheMarks }) => cacheMarks > 0;

export const CONVERSATION: Rules = [
  [/cache_control\.type$/, cacheMark],
  [/cache_control\.ttl$/, (_, { body }) => JSON.stringify(body).includes('"ttl"')],
  [/^(messages|input)\[\]\.role$/, role],
  // Each part is looked for in its kind.
  [/^(messages|input|system)\[\](\..+)?\.type$/, harmless],
  [/^messages\[\]\.content$|^messages\[\]\.content\[\]\.(text|content)$/, said],
  [/^messages\[\]\.content\[\]\.content\[\]\.(text|tool_name)$/, said],
  [/^input$|^input\[\]\.(content|output)$|^input\[\]\.(content|output)\[\]\.text$/, said],
  [/^(system|system\[\]\.text|instructions|suffix)$/, said],
  [/^prompt(\[\])?$/, prompt],
  [/^messages\[\]\.name$/, speaker],
  [/\.image_url(\.url)?$/, image],
  [/\.source\.(data|url)$/, anyOf(image, said)],
  [/\.source\.media_type$/, mediaType],
  [/\.source\.type$/, harmless],
  [/^messages\[\].*\.title$/, said],
  // `auto` is what a model does that is told nothing.
  [/^(messages|input)\[\].*\.detail$/, anyOf(imageDetail, harmlessWhen('auto'))],
  [/^messages\[\]\.(content\[\]\.thinking|reasoning_content)$|^input\[\]\.summary\[\]\.text$/, thought],
  [/^messages\[\].*\.signature$|^input\[\]\.encrypted_content$/, seal],
  [/^messages\[\].*\.arguments$|^input\[\]\.(arguments|input)$/, callArguments],
  [/^messages\[\]\.content\[\]\.input\./, callObject],
  [
    /^messages\[\]\.tool_calls\[\]\.function\.name$|^messages\[\]\.content\[\]\.name$|^input\[\]\.(name|namespace)$/,
    callName,
  ],
  [/^messages\[\]\.tool_calls\[\]\.id$|^messages\[\]\.content\[\]\.id$/, callId],
  // A position in a stream that has ended.
  [/^messages\[\]\.tool_calls\[\]\.index$/, harmless],
  [/^(messages|input)\[\].*\.(tool_call_id|tool_use_id)$/, resultId],
  [/^input\[\]\.call_id$/, anyOf(callId, resultId)],
  // What answers carry and clients send back.
  [/^input\[\]\.status$/, harmlessWhen('completed')],
  [/^messages\[\]\.content\[\]\.is_error$/, anyOf(failed, harmlessWhen(false))],
];

/** Whether a call of the client's goes by this name at Cortex, where the namespace is part of it. */
function isCall({ name, function: called, namespace }: JsonObject, sent: Json | undefined): boolean {
  const own = isObject(called) ? called.name : name;
  return sent === own || sent === `${wordOf(namespace)}__${wordOf(own)}`;
}

function rawInput(args: Json | undefined): Json | undefined {
  return isObject(args) ? args.input : undefined;
}
