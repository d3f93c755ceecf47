/** For each field of the request chart: a request with it, one without it, and what it must change where it counts. */
import { isObject, type Json, type JsonObject } from '../../src/ir/json.ts';
import { at, dataOf, parse } from './calls.ts';

export type Family = 'openai' | 'claude' | 'other';

type Fact = [actual: unknown, expected: unknown];

export interface Probe {
  with: JsonObject;
  without: JsonObject;
  /** What must hold of both answers' bodies where the field is supported: pairs of what is and what should be. */
  effect?: (answer: string, without: string) => Fact[];
}

const MODELS: Record<Family, string> = {
  openai: 'openai-gpt-5',
  claude: 'claude-sonnet-4-5',
  other: 'llama3.1-70b',
};

const SAY = 'sandbox> say Alpha beta gamma delta epsilon zeta eta theta.';
const TOOL = { type: 'function', function: { name: 'look', parameters: { type: 'object', properties: {} } } };
const PIXEL = 'data:image/png;base64,iVBORw0KGgo=';
const LONG = 'Rules of the house. '.repeat(600);

export function baseBody(family: Family, text = SAY): JsonObject {
  return { model: MODELS[family], messages: [{ role: 'user', content: text }] };
}

/** A field of the body. */
function field(
  extra: JsonObject,
  effect?: Probe['effect'],
  base: (family: Family) => JsonObject = (family) => baseBody(family),
): (family: Family) => Probe {
  return (family) => ({
    with: { ...base(family), ...extra },
    without: base(family),
    ...(effect === undefined ? {} : { effect }),
  });
}

/** A history that differs in one message. */
function history(
  withIt: JsonObject[],
  without: JsonObject[],
  effect?: Probe['effect'],
  extra: (family: Family) => JsonObject = () => ({}),
): (family: Family) => Probe {
  return (family) => ({
    with: { model: MODELS[family], messages: withIt, ...extra(family) },
    without: { model: MODELS[family], messages: without, ...extra(family) },
    ...(effect === undefined ? {} : { effect }),
  });
}

const user = (content: Json): JsonObject => ({ role: 'user', content });
const assistant = (extra: JsonObject = {}): JsonObject => ({ role: 'assistant', content: 'Before.', ...extra });
const text = (words: string, extra: JsonObject = {}): JsonObject => ({ type: 'text', text: words, ...extra });
/** The same user turn with one more content part. */
const part = (extra: JsonObject, effect?: Probe['effect']) =>
  history([user([text(SAY), extra])], [user([text(SAY)])], effect);

const ASSISTANT_TURN = [user('Hello.'), assistant(), user(SAY)];
const withAssistant = (extra: JsonObject) => history([user('Hello.'), assistant(extra), user(SAY)], ASSISTANT_TURN);
const withUser = (extra: JsonObject) => history([{ ...user(SAY), ...extra }], [user(SAY)]);

const content = (answer: string) => at(parse(answer), 'choices[0].message.content');
const usage = (answer: string, path: string) => Number(at(parse(answer), `usage.${path}`));
const CALL = { id: 'call_1', type: 'function', function: { name: 'look', arguments: '{}' } };
const THOUGHT = (family: Family) => ({
  ...baseBody(family, 'sandbox> think Let me see.\nsandbox> say Seen.'),
  ...(family === 'claude' ? { temperature: 1 } : {}),
});

export const PROBES: Record<string, (family: Family) => Probe> = {
  model: (family) => ({
    with: baseBody(family, 'Who are you?'),
    without: baseBody(family, 'Who are you?'),
    effect: (answer) => [[String(content(answer)).includes(MODELS[family]), true]],
  }),
  'messages[].audio': withAssistant({ audio: { id: 'audio_1' } }),
  'messages[].role': history([{ role: 'system', content: 'Be brief.' }, user(SAY)], [user(SAY)], (answer, without) => [
    [usage(answer, 'prompt_tokens') > usage(without, 'prompt_tokens'), true],
  ]),
  'messages[].content': history([user('sandbox> say one')], [user('sandbox> say two')], (answer, without) => [
    [content(answer), 'one'],
    [content(without), 'two'],
  ]),
  'messages[].content[].text': history([user([text('sandbox> say one')])], [user([text('x')])], (answer) => [
    [content(answer), 'one'],
  ]),
  'messages[].content[].type': history([user([text('sandbox> say one')])], [user([text('x')])], (answer) => [
    [content(answer), 'one'],
  ]),
  'messages[].content[].image_url': part({ type: 'image_url', image_url: { url: PIXEL } }, (answer, without) => [
    [usage(answer, 'prompt_tokens') > usage(without, 'prompt_tokens') + 100, true],
  ]),
  'messages[].content[].cache_control': history(
    [user([text(LONG, { cache_control: { type: 'ephemeral' } }), text(SAY)])],
    [user([text(LONG), text(SAY)])],
    (answer, without) => [
      [usage(answer, 'prompt_tokens_details.cached_tokens') > 2000, true],
      [usage(without, 'prompt_tokens_details.cached_tokens'), 0],
    ],
  ),
  'messages[].content[].file': part({ type: 'file', file: { file_id: 'file_1' } }),
  'messages[].content[].input_audio': part({ type: 'input_audio', input_audio: { data: 'AAAA', format: 'wav' } }),
  'messages[].content[].refusal': history(
    [user('Hello.'), assistant({ content: [text('Before.'), { type: 'refusal', refusal: 'No.' }] }), user(SAY)],
    [user('Hello.'), assistant({ content: [text('Before.')] }), user(SAY)],
  ),
  'messages[].function_call': withAssistant({ function_call: { name: 'look', arguments: '{}' } }),
  'messages[].name': withUser({ name: 'ada' }),
  'messages[].refusal': withAssistant({ refusal: 'No.' }),
  'messages[].tool_call_id': (family) =>
    family === 'other' ? withUser({ tool_call_id: 'call_1' })(family) : toolHistory(family),
  'messages[].tool_calls': (family) =>
    family === 'other' ? withAssistant({ tool_calls: [CALL] })(family) : toolHistory(family),
  'messages[].reasoning_details': withAssistant({
    reasoning_details: [{ type: 'reasoning.text', text: 'Hm.', format: 'anthropic-claude-v1', index: 0 }],
  }),
  audio: field({ audio: { voice: 'alloy', format: 'wav' } }),
  frequency_penalty: field({ frequency_penalty: 1 }),
  logit_bias: field({ logit_bias: { '50256': -100 } }),
  logprobs: field({ logprobs: true }, (answer) => [
    [at(parse(answer), 'choices[0].logprobs.content[0].token'), 'Alpha '],
  ]),
  max_tokens: field({ max_tokens: 100 }),
  max_completion_tokens: field({ max_completion_tokens: 2 }, (answer, without) => [
    [usage(answer, 'completion_tokens'), 2],
    [String(content(without)).startsWith(String(content(answer))), true],
    [at(parse(answer), 'choices[0].finish_reason'), answer.includes('chatcmpl-') ? 'length' : ''],
  ]),
  metadata: field({ metadata: { team: 'a' } }),
  modalities: field({ modalities: ['text'] }),
  n: field({ n: 3 }, (answer) => [
    [at(parse(answer), 'choices[2].index'), 2],
    [at(parse(answer), 'choices[3]'), undefined],
  ]),
  parallel_tool_calls: field({ parallel_tool_calls: false }),
  prediction: field({ prediction: { type: 'content', content: 'Alpha beta' } }, (answer) => [
    [usage(answer, 'completion_tokens_details.accepted_prediction_tokens') > 0, true],
  ]),
  presence_penalty: field({ presence_penalty: 1 }),
  prompt_cache_key: field({ prompt_cache_key: 'session-1' }),
  reasoning_effort: field(
    { reasoning_effort: 'none' },
    (answer, without) => [
      [usage(answer, 'completion_tokens_details.reasoning_tokens'), 0],
      [usage(without, 'completion_tokens_details.reasoning_tokens') > 0, true],
    ],
    THOUGHT,
  ),
  'reasoning.effort': (family) =>
    family === 'openai'
      ? field(
          { reasoning: { effort: 'none' }, reasoning_effort: 'high' },
          (answer) => [[usage(answer, 'completion_tokens_details.reasoning_tokens'), 0]],
          THOUGHT,
        )(family)
      : field({ reasoning: { effort: 'low' } }, thoughtFacts, THOUGHT)(family),
  'reasoning.max_tokens': field({ reasoning: { max_tokens: 2000 } }, thoughtFacts, THOUGHT),
  response_format: field(
    {
      response_format: { type: 'json_schema', json_schema: { name: 'a', schema: { type: 'object', properties: {} } } },
    },
    (answer) => [[isObject(JSON.parse(String(content(answer)))), true]],
    (family) => baseBody(family, 'Anything.'),
  ),
  safety_identifier: field({ safety_identifier: 'user-1' }),
  service_tier: field({ service_tier: 'auto' }),
  stop: field({ stop: ['gamma'] }, (answer) => [[content(answer), 'Alpha beta ']]),
  store: field({ store: false }),
  stream: field({ stream: true }, (answer) => [[dataOf(answer).at(-1), '[DONE]']]),
  'stream_options.include_obfuscation': field(
    { stream_options: { include_obfuscation: true } },
    undefined,
    (family) => ({ ...baseBody(family), stream: true }),
  ),
  'stream_options.include_usage': field(
    { stream_options: { include_usage: true } },
    (answer, without) => [[dataOf(answer).length, dataOf(without).length + 1]],
    (family) => ({ ...baseBody(family), stream: true }),
  ),
  temperature: field({ temperature: 0.5 }),
  tool_choice: (family) =>
    field(
      { tool_choice: { type: 'function', function: { name: 'look' } } },
      (answer) => [[at(parse(answer), 'choices[0].message.tool_calls[0].function.name'), 'look']],
      () => ({ ...baseBody(family), ...(family === 'other' ? {} : { tools: [TOOL] }) }),
    )(family),
  tools: field(
    { tools: [TOOL] },
    (answer) => [[at(parse(answer), 'choices[0].message.tool_calls[0].function.name'), 'look']],
    (family) => baseBody(family, 'sandbox> call look {}'),
  ),
  top_logprobs: (family) =>
    field(
      { top_logprobs: 2 },
      (answer) => [[at(parse(answer), 'choices[0].logprobs.content[0].top_logprobs[1].token'), 'Alpha 1']],
      () => ({ ...baseBody(family), logprobs: true }),
    )(family),
  top_p: field({ top_p: 0.5 }),
  verbosity: field({ verbosity: 'low' }),
  web_search_options: field({ web_search_options: {} }),
};

function thoughtFacts(answer: string, without: string): Fact[] {
  return [
    [at(parse(answer), 'choices[0].message.reasoning_details[0].text'), 'Let me see.'],
    [at(parse(without), 'choices[0].message.reasoning_details'), undefined],
  ];
}

/** A call and its result: the second turn of the script answers. */
function toolHistory(family: Family): Probe {
  const script = 'sandbox> call look {}\nsandbox> then\nsandbox> say Seen.';
  const done = [
    assistant({ content: null, tool_calls: [CALL] }),
    { role: 'tool', tool_call_id: 'call_1', content: 'a cat' },
  ];
  return history(
    [user(script), ...done],
    [user(script)],
    (answer, without) => [
      [content(answer), 'Seen.'],
      [at(parse(without), 'choices[0].message.tool_calls[0].type'), 'function'],
    ],
    () => ({ tools: [TOOL] }),
  )(family);
}
