/** What the chart's cells say besides yes and no, each with what proves it. */
import type { JsonObject } from '../../../src/ir/json.ts';
import { ask, bytesOf, contentOf, member, refusalOf, usageOf } from './ask.ts';
import type { Family } from './documented.ts';
import { assistant, type Fact, LONG, LOOK, MODELS, says, text, user } from './probe.ts';
import { dataOf, parse } from '../calls.ts';

type Proof = (family: Family) => Promise<Fact[]>;

const CUSTOM = { type: 'custom', custom: { name: 'look' } };
const ONLY_FUNCTIONS = [400, 'only tools of type "function" are supported for this model'];
const calls = (call: JsonObject) => assistant({ content: null, tool_calls: [call] });
const result = { role: 'tool', tool_call_id: 'call_1', content: 'a cat' };
const thinks = (extra: JsonObject, words = 'Let me see.') =>
  says('claude', `sandbox> think ${words}\nsandbox> say Seen.`, { temperature: 1, ...extra });
const looks = (family: Family, extra: JsonObject = {}) =>
  says(family, 'sandbox> call look {}', { tools: [LOOK], ...extra });
const messages = (family: Family, history: JsonObject[], extra: JsonObject = {}) => ({
  model: MODELS[family],
  messages: history,
  ...extra,
});

/** By table, field and qualifier. */
export const PROOFS: Record<string, Proof> = {
  'request messages[].role: Only user/assistant/system': async (family) => {
    const taken = [{ role: 'system', content: 'Be brief.' }, user('Hello.'), assistant(), user('sandbox> say ok')];
    const withRole = (role: string) => ask(messages(family, [user('Hello.'), { role, content: 'x' }, user('Go on.')]));
    return [
      [contentOf(await ask(messages(family, taken))), 'ok'],
      [refusalOf(await withRole('developer')), [400, 'unknown role "developer"']],
      [refusalOf(await withRole('function')), [400, 'unknown role "function"']],
    ];
  },
  'request messages[].content[].cache_control: ephemeral only': async (family) => {
    const marked = (type: string) =>
      ask(messages(family, [user([text(LONG, { cache_control: { type } }), text('sandbox> say ok')])]));
    return [
      [usageOf(await marked('ephemeral'), 'prompt_tokens_details.cached_tokens') > 2_000, true],
      [refusalOf(await marked('persistent')), [400, 'cache_control type must be "ephemeral"']],
    ];
  },
  // Its successor is read alike.
  'request messages[].function_call: deprecated': async (family) => {
    const call = { name: 'look', arguments: '{"at":"it"}' };
    const old = await ask(
      messages(family, [user('Hello.'), assistant({ function_call: call }), user('sandbox> say ok')]),
    );
    const successor = [calls({ id: 'call_1', type: 'function', function: call }), result];
    const now = await ask(
      messages(family, [user('sandbox> call look {}\nsandbox> then\nsandbox> say ok'), ...successor], {
        tools: [LOOK],
      }),
    );
    return [
      [contentOf(old), 'ok'],
      [contentOf(now), 'ok'],
    ];
  },
  'request messages[].tool_calls: Only function tools': async (family) => {
    const custom = { id: 'call_1', type: 'custom', function: { name: 'look', arguments: '{}' } };
    const answer = await ask(messages(family, [user('Hello.'), calls(custom), result], { tools: [LOOK] }));
    return [[refusalOf(answer), ONLY_FUNCTIONS]];
  },
  'request messages[].reasoning_details: OpenRouter format reasoning.text': async (family) => {
    const withDetail = (detail: JsonObject) =>
      ask(messages(family, [user('Hello.'), assistant({ reasoning_details: [detail] }), user('sandbox> say ok')]));
    const tokens = async (detail: JsonObject) => usageOf(await withDetail(detail), 'prompt_tokens');
    const none = await tokens({});
    return [
      [(await tokens({ type: 'reasoning.text', text: 'I should look.' })) - none, 4],
      [(await tokens({ type: 'reasoning.summary', text: 'I should look.' })) - none, 0],
    ];
  },
  'request max_tokens: deprecated': async (family) => [
    [
      refusalOf(await ask(says(family, undefined, { max_tokens: 10 }))),
      [400, 'max_tokens is deprecated in favor of max_completion_tokens'],
    ],
    [(await ask(says(family, undefined, { max_completion_tokens: 10 }))).status, 200],
  ],
  'request max_completion_tokens: 4096 default, 131072 max': async (family) => {
    // Models have limits of their own below that: the switch takes them away.
    const asking = (most: number) =>
      ask(says(family, undefined, { max_completion_tokens: most }), { switches: { outputCap: 'none' } });
    const endless = await ask(says(family, 'sandbox> repeat 6000 word'));
    return [
      [usageOf(endless, 'completion_tokens'), 4_096],
      [(await asking(131_072)).status, 200],
      [refusalOf(await asking(131_073)), [400, 'max tokens of 131072 exceeded']],
    ];
  },
  'request reasoning_effort: use reasoning object': async () => {
    const ignored = await ask(thinks({ reasoning_effort: 'high' }));
    const heard = await ask(thinks({ reasoning: { effort: 'high' } }));
    return [
      [bytesOf(ignored), bytesOf(await ask(thinks({})))],
      [member(heard, 'choices[0].message.reasoning_details[0].text'), 'Let me see.'],
    ];
  },
  'request reasoning.effort: overrides reasoning_effort': async (family) => {
    const reasoned = async (inObject: string, beside: string) => {
      const body = says(family, 'sandbox> think Hm, hm.\nsandbox> say ok', {
        reasoning: { effort: inObject },
        reasoning_effort: beside,
      });
      return usageOf(await ask(body), 'completion_tokens_details.reasoning_tokens');
    };
    return [
      [await reasoned('none', 'high'), 0],
      [await reasoned('high', 'none'), 2],
    ];
  },
  'request reasoning.effort: Converted to reasoning.max_tokens': async () => {
    const long = 'word '.repeat(8_000);
    const thought = (reasoning: JsonObject) => ask(thinks({ reasoning, max_completion_tokens: 10_000 }, long));
    const tokensOf = async (reasoning: JsonObject) =>
      String(member(await thought(reasoning), 'choices[0].message.reasoning_details[0].text')).length / 4;
    return [
      [bytesOf(await thought({ effort: 'low' })), bytesOf(await thought({ max_tokens: 2_000 }))],
      [
        [await tokensOf({ effort: 'low' }), await tokensOf({ max_tokens: 3_000 })],
        [2_000, 3_000],
      ],
      [await tokensOf({ effort: 'high' }), 8_000],
    ];
  },
  'request response_format: Only json_schema and text': async (family) => {
    const schema = { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] };
    const asking = (format?: JsonObject) =>
      ask(says(family, 'Anything.', format === undefined ? {} : { response_format: format }));
    const shaped = await asking({ type: 'json_schema', json_schema: { name: 'a', schema } });
    return [
      [bytesOf(await asking({ type: 'text' })), bytesOf(await asking())],
      [Object.keys(parse(contentOf(shaped))), ['city']],
      [
        refusalOf(await asking({ type: 'json_object' })),
        [400, 'response_format type "json_object" is not supported for this model'],
      ],
    ];
  },
  'request tool_choice: Only function tools': async (family) => [
    [refusalOf(await ask(looks(family, { tool_choice: CUSTOM }))), ONLY_FUNCTIONS],
  ],
  'request tools: Only function tools': async (family) => [
    [refusalOf(await ask(looks(family, { tools: [CUSTOM] }))), ONLY_FUNCTIONS],
  ],
  'response choices[].index: Single choice only': async (family) => {
    const answer = await ask(says(family, undefined, { n: 3 }));
    return [
      [member(answer, 'choices[0].index'), 0],
      [member(answer, 'choices[1]'), undefined],
    ];
  },
  // Where the chart is believed against the recording, in which it is empty.
  'response choices[].finish_reason: Only stop': async (family) => {
    const reasons = async (extra: JsonObject, otherFinishReason: 'stop' | 'empty') =>
      member(
        await ask(says(family, undefined, extra), { switches: { otherFinishReason } }),
        'choices[0].finish_reason',
      );
    return [
      [await reasons({}, 'stop'), 'stop'],
      [await reasons({ max_completion_tokens: 2 }, 'stop'), 'stop'],
      [await reasons({}, 'empty'), ''],
    ];
  },
  'response choices[].message.tool_calls: Only function tools': async (family) => [
    [member(await ask(looks(family)), 'choices[0].message.tool_calls[0].type'), 'function'],
  ],
  'response choices[].delta.tool_calls: Only function tools': async (family) => {
    const { text: streamed } = await ask(looks(family, { stream: true }));
    return [[/"tool_calls":\[\{[^\]]*"type":"(\w*)"/.exec(streamed)?.[1], 'function']];
  },
  'response choices[].message.reasoning: OpenRouter format': async () => {
    const answer = await ask(thinks({ reasoning: { effort: 'low' } }));
    const detail = (name: string) => member(answer, `choices[0].message.reasoning_details[0].${name}`);
    return [
      [['type', 'format', 'id', 'index'].map(detail), ['reasoning.text', 'anthropic-claude-v1', 'reasoning-text-1', 0]],
    ];
  },
  'response choices[].delta.reasoning: OpenRouter format': async () => {
    const { text: streamed } = await ask(thinks({ reasoning: { effort: 'low' }, stream: true }));
    const [first = ''] = dataOf(streamed);
    const detail =
      '"reasoning_details":[{"format":"anthropic-claude-v1","id":"reasoning-text-1","index":0,"text":"Let ","type":"reasoning.text"}]';
    return [[first.includes(detail), true]];
  },
  'response usage.prompt_tokens_details.cached_tokens: Only cache reads': (family) =>
    cachedTokens(messages(family, [user(LONG), user('sandbox> say ok')]), [0, 0, 2_944]),
  'response usage.prompt_tokens_details.cached_tokens: Cache read + write': (family) =>
    cachedTokens(
      messages(family, [user([text(LONG, { cache_control: { type: 'ephemeral' } }), text('sandbox> say ok')])]),
      [3_011, 3_011, 3_011],
    ),
};

/** Of the first, second and third time that the same is asked. */
async function cachedTokens(body: JsonObject, expected: number[]): Promise<Fact[]> {
  const asked = expected.map((_tokens, earlier) => ask(body, { before: Array.from({ length: earlier }, () => body) }));
  const answers = await Promise.all(asked);
  return [[answers.map((answer) => usageOf(answer, 'prompt_tokens_details.cached_tokens')), expected]];
}
