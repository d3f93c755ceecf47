/** A probe for each row of the request chart that is a field of the body. */
import { isObject, type JsonObject } from '../../../src/ir/json.ts';
import { dataOf } from '../calls.ts';
import { contentOf, member, usageOf } from './ask.ts';
import type { Family } from './documented.ts';
import { type Fact, type Facts, field, LONG, LOOK, MODELS, type ProbeOf, says, user } from './probe.ts';

const unscripted = (family: Family) => says(family, 'Anything.');
const streamed = (family: Family) => says(family, undefined, { stream: true });
const thinking = (family: Family) =>
  says(family, 'sandbox> think Let me see.\nsandbox> say Seen.', family === 'claude' ? { temperature: 1 } : {});
/** Families without tools refuse them: there the script's calls become text. */
const offering = (family: Family, words: string) => says(family, words, family === 'other' ? {} : { tools: [LOOK] });

const firstCall: Facts = (answer) => [[member(answer, 'choices[0].message.tool_calls[0].function.name'), 'look']];

/** The simulated model has nothing to sample: it repeats what it was told. */
const repeats =
  (words: string): Facts =>
  (answer, without) => [
    [contentOf(answer).endsWith(` The request sets ${words}.`), true],
    [contentOf(without).includes('The request sets'), false],
  ];

const thought: Facts = (answer, without) => [
  [member(answer, 'choices[0].message.reasoning_details[0].text'), 'Let me see.'],
  [member(without, 'choices[0].message.reasoning_details'), undefined],
];

const reasoned =
  (withIt: number, without: number): Facts =>
  (answer, other): Fact[] => [
    [usageOf(answer, 'completion_tokens_details.reasoning_tokens'), withIt],
    [usageOf(other, 'completion_tokens_details.reasoning_tokens'), without],
  ];

export const FIELD_PROBES: Record<string, ProbeOf> = {
  model: (family) => ({
    with: unscripted(family),
    without: {
      ...unscripted(family),
      model: { openai: 'openai-gpt-4.1', claude: 'claude-haiku-4-5', other: 'llama3.1-8b' }[family],
    },
    facts: (answer, without) => [
      [contentOf(answer).includes(` in place of ${MODELS[family]}.`), true],
      [contentOf(without).includes(` in place of ${MODELS[family]}.`), false],
    ],
  }),
  audio: field({ audio: { voice: 'alloy', format: 'wav' } }),
  frequency_penalty: field({ frequency_penalty: 1 }, repeats('frequency_penalty 1'), unscripted),
  logit_bias: field({ logit_bias: { '50256': -100 } }, repeats('logit_bias {"50256":-100}'), unscripted),
  logprobs: field({ logprobs: true }, (answer) => [[member(answer, 'choices[0].logprobs.content[0].token'), 'Alpha ']]),
  max_tokens: field({ max_tokens: 100 }),
  max_completion_tokens: field({ max_completion_tokens: 2 }, (answer, without) => [
    [usageOf(answer, 'completion_tokens'), 2],
    [contentOf(without).startsWith(contentOf(answer)), true],
    [member(answer, 'choices[0].finish_reason'), answer.text.includes('chatcmpl-') ? 'length' : ''],
  ]),
  metadata: field({ metadata: { team: 'a' } }),
  modalities: field({ modalities: ['text'] }),
  n: field({ n: 3 }, (answer, without) => [
    [member(answer, 'choices[2].index'), 2],
    [member(answer, 'choices[3]'), undefined],
    [usageOf(answer, 'completion_tokens'), 3 * usageOf(without, 'completion_tokens')],
  ]),
  parallel_tool_calls: field(
    { parallel_tool_calls: false },
    (answer, without) => [
      [member(answer, 'choices[0].message.tool_calls[1]'), undefined],
      [member(without, 'choices[0].message.tool_calls[1].function.arguments'), '{"at":"that"}'],
    ],
    (family) => offering(family, 'sandbox> call look {"at":"this"}\nsandbox> call look {"at":"that"}'),
  ),
  prediction: field({ prediction: { type: 'content', content: 'Alpha beta' } }, (answer) => [
    [usageOf(answer, 'completion_tokens_details.accepted_prediction_tokens') > 0, true],
  ]),
  presence_penalty: field({ presence_penalty: -1.5 }, repeats('presence_penalty -1.5'), unscripted),
  // The prompt was seen twice and is in the cache, but not under this key.
  prompt_cache_key: (family) => {
    const body: JsonObject = { model: MODELS[family], messages: [user(LONG), user('sandbox> say ok')] };
    return {
      before: [body, body],
      with: { ...body, prompt_cache_key: 'session-1' },
      without: body,
      facts: (answer, without) => [
        [usageOf(answer, 'prompt_tokens_details.cached_tokens'), 0],
        [usageOf(without, 'prompt_tokens_details.cached_tokens') > 2_000, true],
      ],
    };
  },
  reasoning_effort: field({ reasoning_effort: 'none' }, reasoned(0, 3), thinking),
  'reasoning.effort': (family) =>
    family === 'openai'
      ? field({ reasoning: { effort: 'none' } }, reasoned(0, 3), thinking)(family)
      : field({ reasoning: { effort: 'low' } }, thought, thinking)(family),
  'reasoning.max_tokens': field({ reasoning: { max_tokens: 2_000 } }, thought, thinking),
  response_format: field(
    {
      response_format: { type: 'json_schema', json_schema: { name: 'a', schema: { type: 'object', properties: {} } } },
    },
    (answer) => [[isObject(JSON.parse(contentOf(answer))), true]],
    unscripted,
  ),
  safety_identifier: field({ safety_identifier: 'user-1' }),
  service_tier: field({ service_tier: 'auto' }),
  stop: field({ stop: ['gamma'] }, (answer) => [[contentOf(answer), 'Alpha beta ']]),
  store: field({ store: false }),
  stream: field({ stream: true }, (answer) => [[dataOf(answer.text).at(-1), '[DONE]']]),
  'stream_options.include_obfuscation': field({ stream_options: { include_obfuscation: true } }, undefined, streamed),
  'stream_options.include_usage': field(
    { stream_options: { include_usage: true } },
    (answer, without) => [[dataOf(answer.text).length, dataOf(without.text).length + 1]],
    streamed,
  ),
  temperature: field({ temperature: 0.5 }, repeats('temperature 0.5'), unscripted),
  tool_choice: field({ tool_choice: { type: 'function', function: { name: 'look' } } }, firstCall, (family) =>
    offering(family, 'sandbox> say No call.'),
  ),
  tools: field({ tools: [LOOK] }, firstCall, (family) => says(family, 'sandbox> call look {}')),
  top_logprobs: field(
    { top_logprobs: 2 },
    (answer) => [[member(answer, 'choices[0].logprobs.content[0].top_logprobs[1].token'), 'Alpha 1']],
    (family) => says(family, undefined, { logprobs: true }),
  ),
  top_p: field({ top_p: 0.5 }, repeats('top_p 0.5'), unscripted),
  verbosity: field(
    { verbosity: 'low' },
    (answer, without) => [[contentOf(answer), contentOf(without).replace(/ Begin .*$/, '')]],
    unscripted,
  ),
  web_search_options: field({ web_search_options: {} }),
};
