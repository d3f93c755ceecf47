/** Arbitrary bodies of Chat Completions: what clients and agents plausibly send, legal at OpenAI or not quite. */
import fc from 'fast-check';
import type { Json, JsonObject } from '../../src/ir/json.ts';

/** Every text holds this mark, which `numbered` replaces: what is lost on the way can be named. */
const MARK = '<§>';

const words = fc.constantFrom(`say ${MARK}`, `${MARK} — größer 😀`, `{not json ${MARK}`, `ends in space ${MARK} `);
const blank = fc.constantFrom('', ' ', '\n\t');
const text = fc.oneof({ weight: 8, arbitrary: words }, { weight: 1, arbitrary: blank });
const textPart = fc.oneof(
  { weight: 6, arbitrary: fc.record({ type: fc.constant('text'), text }) },
  { weight: 1, arbitrary: words },
  { weight: 1, arbitrary: fc.record({ type: fc.constantFrom('input_text', 'output_text'), text: words }) },
  {
    weight: 1,
    arbitrary: fc.record({ type: fc.constant('text'), text: words, cache_control: fc.constant({ type: 'ephemeral' }) }),
  },
);
const PIXEL = 'data:image/png;base64,iVBORw0KGgo§=';
const image = fc.constantFrom<JsonObject>(
  { type: 'image_url', image_url: { url: PIXEL } },
  { type: 'image_url', image_url: { url: PIXEL, detail: 'high' } },
  { type: 'input_image', image_url: PIXEL },
);
const said = fc.oneof(text, fc.array(textPart, { maxLength: 3 }));
const shown = fc.oneof(
  { weight: 4, arbitrary: said },
  { weight: 1, arbitrary: fc.array(fc.oneof(textPart, image), { maxLength: 3 }) },
  { weight: 1, arbitrary: fc.constant(null) },
);

/** A small pool, so that calls and results often meet or collide, with ids that strict targets refuse. */
const callId = fc.constantFrom('call_1', 'call_2', 'call_3', 'functions.edit:3', 'x'.repeat(70), 'a|b\nc', '');
const toolName = fc.constantFrom('read_file', 'edit', 'mcp.server/odd name', 'gone');
const args = fc.constantFrom('{}', `{"path":"${MARK}"}`, '', `*** Begin ${MARK}`, `["${MARK}"]`);
const call = fc.record({
  id: callId,
  type: fc.constant('function'),
  function: fc.record({ name: toolName, arguments: args }),
});

const result = fc.record({ role: fc.constant('tool'), tool_call_id: callId, content: shown });
const aside = fc.record({ role: fc.constantFrom('system', 'developer'), content: said });
const user = fc.record(
  { role: fc.constant('user'), content: shown, name: fc.constant('ann'), foo: fc.constant(1) },
  { requiredKeys: ['role', 'content'] },
);
const thoughts = fc.constantFrom<JsonObject>(
  { reasoning_content: 'hm' },
  { reasoning: 'hm' },
  { reasoning_details: [{ type: 'reasoning.text', text: 'hm' }] },
  { reasoning_details: [{ type: 'reasoning.encrypted', format: 'openai-responses-v1', data: 'ZW5j' }] },
  { reasoning_details: [{ a: 1 }] },
  { thinking_blocks: [{ type: 'thinking', thinking: 'hm' }] },
);
const assistant = fc
  .tuple(
    fc.oneof({ weight: 3, arbitrary: said }, { weight: 1, arbitrary: fc.constantFrom(null, undefined) }),
    fc.oneof(
      { weight: 2, arbitrary: fc.constant<JsonObject[]>([]) },
      { weight: 1, arbitrary: fc.array(call, { maxLength: 3 }) },
    ),
    fc.oneof({ weight: 3, arbitrary: fc.constant({}) }, { weight: 1, arbitrary: thoughts }),
    fc.constantFrom<JsonObject>({}, {}, {}, { refusal: null }, { audio: null, annotations: [] }),
  )
  .map(([content, calls, thought, extra]): JsonObject => {
    const spoken = content === undefined ? {} : { content };
    return { role: 'assistant', ...spoken, ...(calls.length > 0 ? { tool_calls: calls } : {}), ...thought, ...extra };
  });

/** Calls with their results in order; or some of them missing, doubled, in another order. A word may stand between. */
const toolUse = fc
  .record({
    calls: fc.uniqueArray(call, { minLength: 1, maxLength: 3, selector: ({ id }) => id }),
    order: fc.oneof(fc.constant(undefined), fc.array(fc.nat(2), { maxLength: 4 })),
    content: shown,
    between: fc.option(fc.oneof(aside, user), { nil: undefined }),
    place: fc.nat(4),
  })
  .map(({ calls, order, content, between, place }): JsonObject[] => {
    const results = (order ?? calls.map((_, at) => at)).map((at): JsonObject => {
      return { role: 'tool', tool_call_id: calls[at % calls.length]!.id, content };
    });
    return [
      { role: 'assistant', content: null, tool_calls: calls },
      ...(between === undefined ? results : results.toSpliced(place, 0, between)),
    ];
  });
const legacyUse = fc.tuple(args, words).map(([given, content]): JsonObject[] => [
  { role: 'assistant', content: null, function_call: { name: 'edit', arguments: given } },
  { role: 'function', name: 'edit', content },
]);
/** A look at the screen after every step. */
const screenshots = fc.integer({ min: 15, max: 34 }).map((count): JsonObject[] =>
  Array.from({ length: count }, (_, at): JsonObject[] => [
    {
      role: 'assistant',
      content: null,
      tool_calls: [{ id: `shot_${at}`, type: 'function', function: { name: 'edit', arguments: '{}' } }],
    },
    { role: 'tool', tool_call_id: `shot_${at}`, content: [{ type: 'image_url', image_url: { url: PIXEL } }] },
  ]).flat(),
);

/** Whatever may go wrong in a history, often several things at once. */
const untidy = fc
  .array(
    fc.oneof(
      { weight: 6, arbitrary: user.map((each): JsonObject[] => [each]) },
      { weight: 4, arbitrary: assistant.map((each) => [each]) },
      { weight: 2, arbitrary: aside.map((each): JsonObject[] => [each]) },
      { weight: 2, arbitrary: result.map((each): JsonObject[] => [each]) },
      { weight: 6, arbitrary: toolUse },
      { weight: 1, arbitrary: legacyUse },
      { weight: 1, arbitrary: screenshots },
    ),
    { minLength: 1, maxLength: 7 },
  )
  .map((groups) => groups.flat());

/** A proper history of an agent, but for what stands in one place: most of it goes out as it came. */
const tidy = fc
  .tuple(
    fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 1, maxLength: 4 }),
    fc.oneof(fc.constant(undefined), user, aside, assistant, result),
    fc.nat(20),
    shown,
  )
  .map(([turns, intruder, place, content]): JsonObject[] => {
    const history = turns.flatMap((calls, turn): JsonObject[] => {
      const ids = Array.from({ length: calls }, (_, at) => `call_${turn}_${at}`);
      if (ids.length === 0)
        return [
          { role: 'user', content: `do ${MARK}` },
          { role: 'assistant', content: `did ${MARK}` },
        ];
      const asked = ids.map((id): JsonObject => ({
        id,
        type: 'function',
        function: { name: 'edit', arguments: '{}' },
      }));
      return [
        { role: 'assistant', content: null, tool_calls: asked },
        ...ids.map((id): JsonObject => ({ role: 'tool', tool_call_id: id, content })),
      ];
    });
    const whole = [{ role: 'user', content: `go ${MARK}` }, ...history];
    return intruder === undefined ? whole : whole.toSpliced(place, 0, intruder);
  });

const messages = fc.oneof(untidy, tidy);

const SCHEMA = { type: 'object', properties: { path: { type: 'string' } }, required: ['path'] };
const tool = (definition: JsonObject): JsonObject => ({ type: 'function', function: definition });
const TOOLS: JsonObject[] = [
  tool({
    name: 'read_file',
    description: 'Reads',
    parameters: { ...SCHEMA, $schema: 'http://json-schema.org/draft-07/schema#' },
  }),
  tool({ name: 'edit', parameters: { ...SCHEMA, additionalProperties: false }, strict: true }),
  tool({ name: 'mcp.server/odd name', parameters: { anyOf: [SCHEMA, { properties: { 'filter[id]': {} } }] } }),
  tool({ name: 'find', parameters: { type: 'object', properties: { 'a b': { type: 'string' } }, required: ['a b'] } }),
  { type: 'function', name: 'flat', parameters: SCHEMA },
  tool({ name: 'bare' }),
];

const tooling = fc.oneof(
  { weight: 2, arbitrary: fc.constant({}) },
  {
    weight: 1,
    arbitrary: fc.constantFrom<JsonObject>({ tools: [] }, { tools: [], tool_choice: 'auto' }, { tools: null }),
  },
  {
    weight: 5,
    arbitrary: fc.subarray(TOOLS, { minLength: 1 }).chain((tools) =>
      fc.record(
        {
          tools: fc.constant<Json>(tools),
          tool_choice: fc.oneof(
            fc.constantFrom('auto', 'none', 'required'),
            fc.constantFrom(...tools).map(({ function: named, name }): JsonObject => {
              return { type: 'function', function: { name: (named as JsonObject | undefined)?.name ?? name } };
            }),
          ),
          parallel_tool_calls: fc.boolean(),
        },
        { requiredKeys: ['tools'] },
      ),
    ),
  },
  {
    weight: 1,
    arbitrary: fc.record(
      {
        functions: fc.constant<Json>([{ name: 'edit', parameters: SCHEMA }]),
        function_call: fc.constantFrom<Json>('auto', 'none', { name: 'edit' }),
      },
      { requiredKeys: ['functions'] },
    ),
  },
);

const schema = (name: string, of: JsonObject, more: JsonObject = {}): JsonObject => ({
  type: 'json_schema',
  json_schema: { name, schema: of, ...more },
});
const format = fc.constantFrom<JsonObject>(
  { type: 'text' },
  { type: 'json_object' },
  schema('x', SCHEMA),
  schema('x', { ...SCHEMA, additionalProperties: false }, { strict: true }),
  schema('free', { type: 'object', additionalProperties: { type: 'string' } }),
  schema('odd', { type: 'object', properties: { 'a b': { type: 'string', minLength: 1 } }, required: ['a b'] }),
);
const EFFORTS = ['none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max'] as const;
const tokens = fc.oneof(fc.integer({ min: 1, max: 50 }), fc.integer({ min: 1_000, max: 300_000 }));

const options = fc.record(
  {
    stream: fc.boolean(),
    stream_options: fc.constantFrom<Json>({ include_usage: true }, { include_usage: false }, null),
    response_format: format,
    max_tokens: tokens,
    max_completion_tokens: tokens,
    stop: fc.constantFrom<Json>('END', ['a', 'b', 'c', 'd', 'e'], [''], null),
    temperature: fc.constantFrom(0, 0.7, 1, 1.5, 2),
    top_p: fc.constantFrom(0.1, 1),
    top_k: fc.constantFrom(0, 5),
    seed: fc.constantFrom(-1, 7),
    reasoning_effort: fc.constantFrom(...EFFORTS),
    reasoning: fc.constantFrom<Json>({ effort: 'low' }, { max_tokens: 500 }, { enabled: true }, { summary: 'auto' }),
    thinking: fc.constantFrom<Json>(
      { type: 'enabled', budget_tokens: 1_024 },
      { type: 'adaptive' },
      { type: 'disabled' },
    ),
    n: fc.constantFrom(1, 2),
    logprobs: fc.boolean(),
    top_logprobs: fc.constantFrom(0, 2),
    logit_bias: fc.constantFrom<Json>({}, { 50: 10 }),
    presence_penalty: fc.constantFrom(0, 1),
    store: fc.boolean(),
    service_tier: fc.constantFrom('auto', 'priority'),
    user: fc.constant('u1'),
    metadata: fc.constantFrom<Json>({ a: 'b' }, 'words'),
    verbosity: fc.constant('low'),
    prediction: fc.constant<Json>({ type: 'content', content: 'x' }),
    modalities: fc.constant<Json>(['text']),
    prompt_cache_key: fc.constant('k'),
    safety_identifier: fc.constant('s'),
    web_search_options: fc.constant<Json>({}),
    enable_thinking: fc.boolean(),
  },
  { requiredKeys: [] },
);

/** Few options at a time: most clients send two or three. */
const fewOptions = fc
  .tuple(options, fc.uniqueArray(fc.nat(40), { maxLength: 6 }), fc.boolean())
  .map(([all, picks, stream]): JsonObject => {
    const entries = Object.entries(all).filter((_, at) => picks.includes(at));
    return { ...(Object.fromEntries(entries) as JsonObject), stream };
  });

export interface ChatBody extends JsonObject {
  model: string;
  messages: JsonObject[];
}

/** Bodies for one of these models. Each text in them is marked by a number of its own: `<12>`. */
export function arbitraryChatBody(models: readonly string[]): fc.Arbitrary<ChatBody> {
  return fc
    .record({ model: fc.constantFrom(...models), messages, tooling, options: fewOptions })
    .map(({ tooling: tools, options: chosen, ...rest }) => numbered({ ...rest, ...tools, ...chosen }) as ChatBody);
}

function numbered(body: JsonObject): Json {
  let count = 0;
  return JSON.parse(JSON.stringify(body).replaceAll('§', () => String((count += 1)))) as Json;
}

/** The images in a value, each by its mark. */
export function imagesIn(value: Json | undefined): string[] {
  return JSON.stringify(value ?? null).match(/iVBORw0KGgo\d+=/g) ?? [];
}

/** The marks of the texts in a value, in order. */
export function marksIn(value: Json | undefined): string[] {
  return JSON.stringify(value ?? null).match(/<\d+>/g) ?? [];
}
