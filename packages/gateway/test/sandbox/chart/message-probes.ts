/** A probe for each row of the request chart that is a part of a message. */
import type { JsonObject } from '../../../src/ir/json.ts';
import { contentOf, member, refusalOf, usageOf } from './ask.ts';
import type { Family } from './documented.ts';
import {
  assistant,
  type Facts,
  history,
  LONG,
  LOOK,
  MODELS,
  type Probe,
  type ProbeOf,
  SAY,
  text,
  user,
} from './probe.ts';

const PIXEL = 'data:image/png;base64,iVBORw0KGgo=';
const CALL = { id: 'call_1', type: 'function', function: { name: 'look', arguments: '{}' } };
const SCRIPT = 'sandbox> call look {}\nsandbox> then\nsandbox> say Seen.';

/** The model reads it: the prompt is larger by so many tokens, at four bytes each. */
const reads =
  (tokens: number): Facts =>
  (answer, without) => [[usageOf(answer, 'prompt_tokens') - usageOf(without, 'prompt_tokens'), tokens]];

/** The same user turn with one more content part. */
const part = (extra: JsonObject, facts?: Facts) => history([user([text(SAY), extra])], [user([text(SAY)])], facts);
const withAssistant = (extra: JsonObject, facts?: Facts) =>
  history([user('Hello.'), assistant(extra), user(SAY)], [user('Hello.'), assistant(), user(SAY)], facts);
const withUser = (extra: JsonObject, facts?: Facts) => history([user(SAY, extra)], [user(SAY)], facts);
const oneOrTwo: Facts = (answer, without) => [
  [contentOf(answer), 'one'],
  [contentOf(without), 'two'],
];

export const MESSAGE_PROBES: Record<string, ProbeOf> = {
  'messages[].audio': withAssistant({ audio: { id: 'audio_1' } }),
  // A script counts where a user says it, and nowhere else.
  'messages[].role': history(
    [user('sandbox> say one'), { role: 'system', content: 'sandbox> say two' }],
    [user('sandbox> say one'), { role: 'user', content: 'sandbox> say two' }],
    oneOrTwo,
  ),
  'messages[].content': history([user('sandbox> say one')], [user('sandbox> say two')], oneOrTwo),
  'messages[].content[].text': history(
    [user([text('sandbox> say one')])],
    [user([text('sandbox> say two')])],
    oneOrTwo,
  ),
  'messages[].content[].type': history(
    [user([text('sandbox> say one')])],
    [user([{ type: 'note', text: 'sandbox> say one' }])],
    (answer, without) => [
      [contentOf(answer), 'one'],
      [without.text.includes('"one"'), false],
    ],
  ),
  'messages[].content[].image_url': part({ type: 'image_url', image_url: { url: PIXEL } }, reads(1_600)),
  'messages[].content[].cache_control': history(
    [user([text(LONG, { cache_control: { type: 'ephemeral' } }), text(SAY)])],
    [user([text(LONG), text(SAY)])],
    (answer, without) => [
      [usageOf(answer, 'prompt_tokens_details.cached_tokens') > 2_000, true],
      [usageOf(without, 'prompt_tokens_details.cached_tokens'), 0],
    ],
  ),
  'messages[].content[].file': part({ type: 'file', file: { file_id: 'file_1' } }),
  'messages[].content[].input_audio': part({ type: 'input_audio', input_audio: { data: 'AAAA', format: 'wav' } }),
  'messages[].content[].refusal': history(
    [user('Hello.'), assistant({ content: [text('Before.'), { type: 'refusal', refusal: 'I will not.' }] }), user(SAY)],
    [user('Hello.'), assistant({ content: [text('Before.')] }), user(SAY)],
    reads(3),
  ),
  'messages[].function_call': withAssistant({ function_call: { name: 'look', arguments: '{"at":"it"}' } }, reads(4)),
  'messages[].name': withUser({ name: 'ada_lovelace' }, reads(3)),
  'messages[].refusal': withAssistant({ refusal: 'I will not.' }, reads(3)),
  'messages[].tool_call_id': (family) =>
    family === 'other' ? withUser({ tool_call_id: 'call_1' })(family) : resultById(family),
  'messages[].tool_calls': (family) =>
    family === 'other' ? withAssistant({ tool_calls: [CALL] })(family) : callAndResult(family),
  'messages[].reasoning_details': withAssistant(
    {
      reasoning_details: [{ type: 'reasoning.text', text: 'I should look.', format: 'anthropic-claude-v1', index: 0 }],
    },
    reads(4),
  ),
};

const result = (extra: JsonObject) => ({ role: 'tool', content: 'a cat', ...extra });
const calling = assistant({ content: null, tool_calls: [CALL] });

/** A result that does not say whose it is belongs to no call. */
function resultById(family: Family): Probe {
  return history(
    [user(SCRIPT), calling, result({ tool_call_id: 'call_1' })],
    [user(SCRIPT), calling, result({})],
    (answer, without) => [
      [contentOf(answer), 'Seen.'],
      [refusalOf(without)[0], 400],
    ],
    () => ({ tools: [LOOK] }),
  )(family);
}

/** A call and its result: the second turn of the script answers. */
function callAndResult(family: Family): Probe {
  return {
    with: {
      model: MODELS[family],
      messages: [user(SCRIPT), calling, result({ tool_call_id: 'call_1' })],
      tools: [LOOK],
    },
    without: { model: MODELS[family], messages: [user(SCRIPT)], tools: [LOOK] },
    facts: (answer, without) => [
      [contentOf(answer), 'Seen.'],
      [member(without, 'choices[0].message.tool_calls[0].type'), 'function'],
    ],
  };
}
