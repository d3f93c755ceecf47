/** One conversation as each client writes it: valid bodies of every dialect, from the same sketch. */
import type { JsonObject } from '../../src/ir/json.ts';
import { isLast, novelIn, rareOf, said, type Sketch } from './conversation.ts';

const RARE_IN_CHAT: JsonObject = {
  seed: 7_001,
  n: 2,
  presence_penalty: 0.375,
  frequency_penalty: 0.875,
  logit_bias: { '50256': -3 },
  logprobs: true,
  top_logprobs: 2,
  service_tier: 'priority',
  store: true,
  metadata: { team: 'team <9001>' },
  verbosity: 'low',
  top_k: 9,
  prompt_cache_key: 'key <9002>',
  safety_identifier: 'person <9003>',
  web_search_options: { search_context_size: 'low' },
  prediction: { type: 'content', content: 'guess <9004>' },
};
const RARE_IN_RESPONSES: JsonObject = {
  truncation: 'auto',
  metadata: { team: 'team <9001>' },
  store: true,
  max_tool_calls: 3,
  top_logprobs: 2,
  service_tier: 'priority',
  prompt_cache_key: 'key <9002>',
  safety_identifier: 'person <9003>',
  include: ['message.output_text.logprobs'],
};
const RARE_IN_MESSAGES: JsonObject = {
  top_k: 9,
  service_tier: 'auto',
  inference_geo: 'us',
  context_management: { edits: [{ type: 'clear_tool_uses_20250919', keep: { type: 'tool_uses', value: 5 } }] },
  cache_control: { type: 'ephemeral', ttl: '1h' },
};

const dataUrl = (base64: string) => `data:image/png;base64,${base64}`;

/** Chat Completions. Images stand in user messages, thoughts nowhere. */
export function writeChatBody(model: string, sketch: Sketch): JsonObject {
  const { novel } = sketch;
  const messages = [
    ...sketch.system.map((content): JsonObject => ({ role: 'system', content })),
    ...sketch.turns.flatMap((turn, index): JsonObject[] => {
      const content = turn.asks.map((ask): JsonObject =>
        'text' in ask
          ? { type: 'text', text: ask.text, ...novelIn(novel, 'part') }
          : { type: 'image_url', image_url: { url: dataUrl(ask.image) } },
      );
      const calls = turn.calls.map(({ id, tool, args }): JsonObject => ({
        id,
        type: 'function',
        function: { name: tool, arguments: JSON.stringify(args) },
        ...novelIn(novel, 'call'),
      }));
      const results = turn.calls.map(({ id, result }): JsonObject => ({
        role: 'tool',
        tool_call_id: id,
        content: result,
      }));
      const called: JsonObject[] = calls.length === 0 ? [] : [{ role: 'assistant', content: null, tool_calls: calls }];
      const answered: JsonObject[] = isLast(sketch.turns, index) ? [] : [{ role: 'assistant', content: turn.says }];
      return [{ role: 'user', content, ...novelIn(novel, 'message') }, ...called, ...results, ...answered];
    }),
  ];
  const tools = sketch.tools.map(({ name, description, schema }): JsonObject => ({
    type: 'function',
    function: { name, description, parameters: schema, strict: true },
    ...novelIn(novel, 'tool'),
  }));
  const choices = {
    auto: 'auto',
    none: 'none',
    any: 'required',
    named: { type: 'function', function: { name: 'edit_1002' } },
  };
  const { schema } = sketch;
  return {
    ...openaiOptions(model, sketch),
    ...rareOf(sketch, RARE_IN_CHAT),
    messages,
    ...(tools.length === 0 ? {} : said({ tools, tool_choice: sketch.choice && choices[sketch.choice] })),
    ...said({
      max_completion_tokens: sketch.maxTokens,
      stop: sketch.stop.length === 0 ? undefined : sketch.stop,
      reasoning_effort: sketch.effort,
      response_format: schema && { type: 'json_schema', json_schema: { name: 'shape', schema, strict: true } },
    }),
  };
}

/** Responses: the same in items. */
export function writeResponsesBody(model: string, sketch: Sketch): JsonObject {
  const { novel, schema, effort, system } = sketch;
  const input = [
    ...system.slice(1).map((text): JsonObject => ({ role: 'developer', content: [{ type: 'input_text', text }] })),
    ...sketch.turns.flatMap((turn, index): JsonObject[] => {
      const content = turn.asks.map((ask): JsonObject =>
        'text' in ask
          ? { type: 'input_text', text: ask.text, ...novelIn(novel, 'part') }
          : { type: 'input_image', image_url: dataUrl(ask.image) },
      );
      const calls = turn.calls.map(({ id, tool, args }): JsonObject => ({
        type: 'function_call',
        call_id: id,
        name: tool,
        arguments: JSON.stringify(args),
        ...novelIn(novel, 'call'),
      }));
      const results = turn.calls.map(({ id, result }): JsonObject => ({
        type: 'function_call_output',
        call_id: id,
        output: result,
      }));
      const answer: JsonObject = {
        type: 'message',
        role: 'assistant',
        content: [{ type: 'output_text', text: turn.says }],
      };
      return [
        { role: 'user', content, ...novelIn(novel, 'message') },
        ...calls,
        ...results,
        ...(isLast(sketch.turns, index) ? [] : [answer]),
      ];
    }),
  ];
  const tools = sketch.tools.map(({ name, description, schema: parameters }): JsonObject => ({
    type: 'function',
    name,
    description,
    parameters,
    strict: true,
    ...novelIn(novel, 'tool'),
  }));
  const choices = { auto: 'auto', none: 'none', any: 'required', named: { type: 'function', name: 'edit_1002' } };
  return {
    ...openaiOptions(model, sketch),
    ...rareOf(sketch, RARE_IN_RESPONSES),
    input,
    ...(tools.length === 0 ? {} : said({ tools, tool_choice: sketch.choice && choices[sketch.choice] })),
    ...said({
      instructions: system[0],
      max_output_tokens: sketch.maxTokens,
      reasoning: effort && { effort },
      text: schema && { format: { type: 'json_schema', name: 'shape', schema, strict: true } },
    }),
  };
}

/** Messages: thoughts are echoed with their seals, results stand in user turns. */
export function writeMessagesBody(model: string, sketch: Sketch): JsonObject {
  const { novel, schema, effort } = sketch;
  const messages = sketch.turns.flatMap((turn, index): JsonObject[] => {
    const content = turn.asks.map((ask): JsonObject =>
      'text' in ask
        ? { type: 'text', text: ask.text, ...novelIn(novel, 'part') }
        : { type: 'image', source: { type: 'base64', media_type: 'image/png', data: ask.image } },
    );
    const calls = turn.calls.map(({ id, tool, args }): JsonObject => ({
      type: 'tool_use',
      id,
      name: tool,
      input: args,
      ...novelIn(novel, 'call'),
    }));
    const results = turn.calls.map(({ id, result, failed }): JsonObject => ({
      type: 'tool_result',
      tool_use_id: id,
      content: result,
      ...(failed ? { is_error: true } : {}),
    }));
    const thought: JsonObject[] =
      turn.thought === undefined ? [] : [{ type: 'thinking', thinking: turn.thought, signature: 'c2ln9005' }];
    const answer: JsonObject[] = isLast(sketch.turns, index)
      ? []
      : [{ role: 'assistant', content: [...thought, { type: 'text', text: turn.says }] }];
    return [
      { role: 'user', content, ...novelIn(novel, 'message') },
      ...(calls.length === 0
        ? []
        : [
            { role: 'assistant', content: calls },
            { role: 'user', content: results },
          ]),
      ...answer,
    ];
  });
  const tools = sketch.tools.map(({ name, description, schema: input_schema }): JsonObject => ({
    name,
    description,
    input_schema,
    ...novelIn(novel, 'tool'),
  }));
  const type = sketch.choice === 'named' ? 'tool' : sketch.choice;
  const named = sketch.choice === 'named' ? { name: 'edit_1002' } : {};
  const alone = sketch.parallel === false && sketch.choice !== 'none' ? { disable_parallel_tool_use: true } : {};
  const choice: JsonObject | undefined = type === undefined ? undefined : { type, ...named, ...alone };
  return {
    model,
    max_tokens: sketch.maxTokens ?? 2_000,
    ...novelIn(novel, 'request'),
    ...rareOf(sketch, RARE_IN_MESSAGES),
    messages,
    ...(tools.length === 0 ? {} : said({ tools, tool_choice: choice })),
    ...said({
      system: sketch.system.length === 0 ? undefined : sketch.system.map((text) => ({ type: 'text', text })),
      temperature: sketch.temperature,
      top_p: sketch.topP,
      stop_sequences: sketch.stop.length === 0 ? undefined : sketch.stop,
      metadata: sketch.user && { user_id: sketch.user },
      stream: sketch.stream,
      output_config:
        effort === undefined && schema === undefined
          ? undefined
          : said({ effort, format: schema && { type: 'json_schema', schema } }),
    }),
  };
}

/** Cursor's mixtures on the chat path: items of Responses with tools of chat, or blocks of Messages with options of chat. */
export function writeCursorBody(model: string, sketch: Sketch, form: 'items' | 'blocks'): JsonObject {
  const chat = writeChatBody(model, sketch);
  if (form === 'items') return { ...writeResponsesBody(model, sketch), ...(chat.tools ? { tools: chat.tools } : {}) };
  const { messages, system, tools } = writeMessagesBody(model, { ...sketch, novel: undefined });
  const spoken = (system as JsonObject[] | undefined)?.map(({ text }): JsonObject => ({
    role: 'system',
    content: text,
  }));
  const { tool_choice: _choice, ...options } = chat;
  return { ...options, messages: [...(spoken ?? []), ...(messages as JsonObject[])], ...(tools ? { tools } : {}) };
}

function openaiOptions(model: string, sketch: Sketch): JsonObject {
  return {
    model,
    ...novelIn(sketch.novel, 'request'),
    ...said({
      temperature: sketch.temperature,
      top_p: sketch.topP,
      parallel_tool_calls: sketch.tools.length === 0 ? undefined : sketch.parallel,
      user: sketch.user,
      stream: sketch.stream,
    }),
  };
}
