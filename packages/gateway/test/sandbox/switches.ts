/** For each switch of the sandbox: what shows how it stands, and what is seen at each of its readings. */
import type { JsonObject } from '../../src/ir/json.ts';
import type { CortexSandbox } from '../../src/sandbox/index.ts';
import { at, chat, CHAT_PATH, dataOf, parse, post, type RawAnswer } from './calls.ts';
import { askMessages, assistant, messagesBody, OPUS, SONNET_4_5, text, TOOL, user } from './messages-client.ts';

interface Proof {
  shows: (sandbox: CortexSandbox) => Promise<unknown>;
  /** What is seen, by the reading as text. */
  readings: Record<string, unknown>;
}

const CLAUDE = 'claude-sonnet-4-6';
const GPT = 'openai-gpt-5.5';
const LLAMA = 'llama3.1-8b';
const LOOK = { type: 'function', function: { name: 'look', parameters: { type: 'object' } } };
const HOUR = { type: 'ephemeral', ttl: '1h' };
const SAYS = 'sandbox> say One.';
const DOCUMENT = { type: 'document', source: { type: 'text', media_type: 'text/plain', data: 'x' } };

const says = (model: string, extra: JsonObject = {}, words = SAYS): JsonObject => ({
  model,
  messages: [user(words)],
  ...extra,
});
const prefilled = (model: string, extra: JsonObject = {}) => ({
  ...says(model, extra),
  messages: [user('Hello.'), { role: 'assistant', content: 'So' }],
});

/** The statuses of so many chat requests. */
const statuses =
  (...bodies: JsonObject[]) =>
  (sandbox: CortexSandbox) =>
    Promise.all(bodies.map(async (body) => (await chat(sandbox.url, body)).status));
/** The statuses of so many changes to a Messages request. */
const messagesStatuses =
  (...changes: JsonObject[]) =>
  (sandbox: CortexSandbox) =>
    Promise.all(changes.map(async (change) => (await askMessages(sandbox, messagesBody(change))).status));
const bothStatuses = (chatBody: JsonObject, messages: JsonObject) => async (sandbox: CortexSandbox) => [
  ...(await statuses(chatBody)(sandbox)),
  ...(await messagesStatuses(messages)(sandbox)),
];
const complete = (sandbox: CortexSandbox, body: JsonObject, authorization = 'Bearer sandbox-a'): Promise<RawAnswer> =>
  post(sandbox.url, '/api/v2/cortex/inference:complete', body, { authorization });

export const PROOFS: Record<string, Proof> = {
  toolIndexZero: {
    shows: async (sandbox) => {
      const body = says(CLAUDE, { tools: [LOOK], stream: true }, 'sandbox> call look {}\nsandbox> call look {}');
      const chunks = dataOf((await chat(sandbox.url, body)).text).filter((data) => data !== '[DONE]');
      const indices = chunks.map((data) => at(parse(data), 'choices[0].delta.tool_calls[0].index'));
      return indices.filter((index) => index !== undefined);
    },
    readings: { true: [0, 0], false: [0, 1] },
  },
  multiCallHistory: {
    shows: statuses({
      ...says(CLAUDE, { tools: [LOOK] }),
      messages: [
        user('Hello.'),
        {
          role: 'assistant',
          content: null,
          tool_calls: ['a', 'b'].map((id) => ({ id, type: 'function', function: { name: 'look', arguments: '{}' } })),
        },
        ...['a', 'b'].map((id) => ({ role: 'tool', tool_call_id: id, content: 'seen' })),
      ],
    }),
    readings: { refuse: [400], accept: [200] },
  },
  claudeJsonSchema: {
    shows: statuses(says(CLAUDE, { response_format: { type: 'json_schema', json_schema: { name: 'a', schema: {} } } })),
    readings: { accept: [200], refuse: [400] },
  },
  trailingAssistantWithTools: {
    shows: bothStatuses(prefilled(CLAUDE, { tools: [LOOK] }), {
      model: SONNET_4_5,
      tools: [TOOL],
      messages: [user('Hi'), assistant(text('I'))],
    }),
    readings: { refuse: [400, 400], accept: [200, 200] },
  },
  // Of an old Claude and a new one.
  prefill: {
    shows: statuses(prefilled('claude-sonnet-4-5'), prefilled(CLAUDE)),
    readings: { 'by-model': [200, 400], refuse: [400, 400], accept: [200, 200] },
  },
  ttl1h: {
    shows: bothStatuses(
      { ...says(CLAUDE), messages: [user([text('Rules.', { cache_control: HOUR })])] },
      { system: [text('Rules.', { cache_control: HOUR })] },
    ),
    readings: { refuse: [400, 400], accept: [200, 200] },
  },
  documentBlocks401: {
    shows: messagesStatuses({ messages: [user([DOCUMENT])] }),
    readings: { true: [401], false: [200] },
  },
  anthropicVersionRequired: { shows: messagesStatuses({}), readings: { false: [200], true: [400] } },
  outputCap: {
    shows: statuses(...[20_000, 70_000, 131_073].map((most) => says(CLAUDE, { max_completion_tokens: most }))),
    readings: { model: [200, 400, 400], 'rest-table': [400, 400, 400], none: [200, 200, 400] },
  },
  developerRole: {
    shows: statuses(
      ...[CLAUDE, LLAMA].map((model) => ({ model, messages: [{ role: 'developer', content: 'x' }, user('y')] })),
    ),
    readings: { refuse: [400, 400], accept: [200, 200] },
  },
  sampling: {
    shows: bothStatuses(says('claude-opus-4-7', { temperature: 0.2 }), { model: OPUS, temperature: 0.2 }),
    readings: { refuse: [400, 400], ignore: [200, 200] },
  },
  reasoningTemperature: {
    shows: statuses(says(CLAUDE, { reasoning: { effort: 'low' } })),
    readings: { refuse: [400], accept: [200] },
  },
  otherFinishReason: {
    shows: async (sandbox) => {
      const unary = await chat(sandbox.url, says(LLAMA));
      const streamed = await chat(sandbox.url, says(LLAMA, { stream: true }));
      const [first = ''] = dataOf(streamed.text);
      return [unary.text, first].map((data) => at(parse(data), 'choices[0].finish_reason'));
    },
    readings: { empty: ['', undefined], stop: ['stop', 'stop'] },
  },
  streamedSignature: {
    shows: async (sandbox) => {
      const body = says(
        CLAUDE,
        { stream: true, reasoning: { effort: 'low' }, temperature: 1 },
        `sandbox> think Hm.\n${SAYS}`,
      );
      return /"signature":"EvAB/.test((await chat(sandbox.url, body)).text);
    },
    readings: { false: false, true: true },
  },
  schemaKeyword: {
    shows: messagesStatuses({ tools: [{ name: 'f', input_schema: { type: 'object', $schema: 'x' } }] }),
    readings: { refuse: [400], accept: [200] },
  },
  // On Messages alone: chat says 401 either way.
  missingBearerStatus: {
    shows: (sandbox) =>
      Promise.all(
        ['/api/v2/cortex/v1/messages', CHAT_PATH].map(async (path) => {
          const { status, text: said } = await post(sandbox.url, path, messagesBody(), {});
          return [status, parse(said).message];
        }),
      ),
    readings: {
      400: [
        [400, 'Bearer token is missing'],
        [401, 'Bearer token is missing'],
      ],
      401: [
        [401, 'Bearer token is missing'],
        [401, 'Bearer token is missing'],
      ],
    },
  },
  unknownFields: {
    shows: statuses(says(CLAUDE, { banana: 1 }), says(GPT, { banana: 1 }), says(LLAMA, { banana: 1 })),
    readings: { ignore: [200, 200, 200], refuse: [400, 400, 400] },
  },
  // What Opus 4.8 tells of its thought where nobody says how, and what a request that says so gets.
  thinkingDisplay: {
    shows: async (sandbox) => {
      const thought = async (display: JsonObject) => {
        const thinking = { type: 'adaptive', ...display };
        const body = messagesBody({ model: OPUS, thinking, messages: [user(`sandbox> think Hm.\n${SAYS}`)] });
        return at((await askMessages(sandbox, body)).body, 'content[0].thinking');
      };
      return [await thought({}), await thought({ display: 'summarized' }), await thought({ display: 'omitted' })];
    },
    readings: { 'by-model': ['', 'Hm.', ''], summarized: ['Hm.', 'Hm.', ''] },
  },
  completeDelta: {
    shows: async (sandbox) => {
      const { text: streamed } = await complete(sandbox, says(CLAUDE, {}, 'sandbox> say One two.'));
      const [first = ''] = dataOf(streamed);
      return [Object.keys(at(parse(first), 'choices[0].delta') ?? {}), Object.keys(parse(first)).includes('usage')];
    },
    readings: {
      flat: [['type', 'content', 'content_list', 'text'], true],
      'content-list': [['content', 'content_list'], true],
    },
  },
  completePrettyJson: {
    shows: async (sandbox) => /^data: (\{.?)/s.exec((await complete(sandbox, says(CLAUDE))).text)?.[1],
    readings: { false: '{"', true: '{\n' },
  },
  sessionRefusalOnStream: {
    shows: async (sandbox) => {
      const { sessionToken } = sandbox.credentials.openSession(0);
      const answer = await complete(sandbox, says(CLAUDE, { stream: true }), `Snowflake Token="${sessionToken}"`);
      return [answer.status, answer.headers.get('content-type'), answer.text.includes('"code":"390112"')];
    },
    readings: { json: [200, 'application/json', true], event: [200, 'text/event-stream', true] },
  },
  openaiEfforts: {
    shows: statuses(
      says('openai-gpt-5', { reasoning_effort: 'none' }),
      says('openai-gpt-5.1', { reasoning_effort: 'minimal' }),
      says('openai-gpt-5.5', { reasoning_effort: 'xhigh' }),
    ),
    readings: { 'by-model': [400, 400, 200], documented: [200, 200, 400] },
  },
  mediaType: {
    shows: async (sandbox) => {
      const headers = { authorization: 'Bearer sandbox-a', 'content-type': 'text/plain' };
      return (await post(sandbox.url, CHAT_PATH, says(CLAUDE), headers)).status;
    },
    readings: { refuse: 415, accept: 200 },
  },
};
