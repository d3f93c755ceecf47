import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fold } from '../../src/ir/fold.ts';
import { lowerFreeform } from '../../src/ir/freeform.ts';
import { checkGrammar } from '../../src/ir/grammar.ts';
import { repairHistory } from '../../src/ir/history.ts';
import { placeCacheMarks } from '../../src/ir/prompt-caching.ts';
import type { GenerateRequest, OutputFormat, Tool, ToolChoice } from '../../src/ir/request.ts';
import { compose } from '../../src/ir/transducer.ts';
import { openaiChatUpstream } from '../../src/protocols/openai-chat/upstream.ts';
import { chatCompletionsSurface } from '../../src/sandbox/chat-completions/index.ts';
import { PromptCache } from '../../src/sandbox/prompt-cache.ts';
import type { SandboxWorld } from '../../src/sandbox/surface.ts';
import { DEFAULT_SWITCHES } from '../../src/sandbox/switches.ts';
import { describeModel } from '../../src/upstream/catalogue.ts';
import { historyRulesOf } from '../../src/upstream/history-rules.ts';
import { mendMessage, mendRequest, mendStream } from '../../src/upstream/mends/index.ts';
import { arbitraryTurns, requestOf } from '../arbitrary/request.ts';
import { signed } from '../arbitrary/signed.ts';
import { WRITER_OPTIONS } from '../support/chat-answers.ts';
import { fakeClock } from '../support/fake-clock.ts';
import { STRICTEST } from '../support/strictest.ts';

/**
 * The sandbox refuses what Cortex refuses and knows nothing of the gateway's code, so it is the judge:
 * whatever a client of another dialect sends, what is written and mended for a model of any family must
 * be taken and answered.
 */
const MODELS = [
  'openai-gpt-5',
  'openai-gpt-5.4',
  'openai-gpt-5.6-sol',
  'openai-gpt-4.1',
  'llama3.1-8b',
  'deepseek-r1',
  'claude-sonnet-4-5',
  'claude-opus-4-6',
  'claude-opus-4-7',
];

const clock = fakeClock();
const WORLD: SandboxWorld = {
  clock,
  cache: new PromptCache(clock),
  // What Claude is known to take here is sent: a text of its own to go on from, and a schema for the answer.
  switches: { ...DEFAULT_SWITCHES, ...STRICTEST, prefill: 'by-model', claudeJsonSchema: 'accept' },
  seed: 'chat',
  attempt: () => 0,
};

const TOOLS: Tool[] = [
  { name: 'read_file', schema: { type: 'object', properties: { path: { type: 'string' } } }, cache: {} },
  { name: 'mcp:server/odd name', strict: true, schema: { type: 'object', properties: { a: { type: 'string' } } } },
  { name: 'bare' },
  { name: 'patch', freeform: {} },
];

const output = fc.constantFrom<OutputFormat | undefined>(
  undefined,
  { format: 'json' },
  { format: 'json', schema: { type: 'object', properties: { n: { type: 'integer' } }, required: ['n'] } },
  {
    format: 'json',
    schema: { type: 'object', additionalProperties: { type: 'string' } },
    name: 'odd name',
    strict: true,
  },
);

const request: fc.Arbitrary<GenerateRequest> = fc
  .record({
    model: fc.constantFrom(...MODELS),
    turns: arbitraryTurns,
    tools: fc.constantFrom<Tool[]>([], TOOLS),
    toolChoice: fc.constantFrom<ToolChoice>(
      { mode: 'auto' },
      { mode: 'any' },
      { mode: 'none' },
      { mode: 'named', name: 'bare' },
    ),
    parallelTools: fc.boolean(),
    output,
    limits: fc.record(
      {
        maxOutputTokens: fc.integer({ min: 1, max: 300_000 }),
        stop: fc.constantFrom<string[]>(['END'], ['a', 'b', 'c', 'd', 'e']),
      },
      { requiredKeys: [] },
    ),
    sampling: fc.record(
      { temperature: fc.constantFrom(0, 0.5, 1, 2), topP: fc.constantFrom(0.1, 1), topK: fc.constantFrom(0, 5) },
      { requiredKeys: [] },
    ),
    reasoning: fc.record(
      {
        effort: fc.constantFrom('none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max'),
        budgetTokens: fc.integer({ min: 1, max: 200_000 }),
        show: fc.constantFrom('none', 'summary'),
      },
      { requiredKeys: [] },
    ),
    endUser: fc.constant('somebody'),
    choices: fc.constantFrom(1, 2),
    stream: fc.boolean(),
  })
  .filter(({ tools, toolChoice }) => (toolChoice.mode !== 'named' && toolChoice.mode !== 'any') || tools.length > 0)
  .map(({ output: format, turns, ...fields }) =>
    requestOf({
      ...fields,
      turns: signed(turns, fields.model),
      system: [{ kind: 'text', text: 'You are an agent.', cache: { ttl: '1h' } }],
      ext: {
        'openai-responses': { prompt_cache_key: 'k', service_tier: 'auto' },
        'anthropic-messages': { metadata: {} },
      },
      ...(format === undefined ? {} : { output: format }),
    }),
  );

test('every request is taken, and its answer is read', () => {
  fc.assert(
    fc.property(request, (asked) => {
      const { model } = asked;
      const capabilities = describeModel(model);
      const target = { provider: 'cortex' as const, model, capabilities, disabledMends: [] };
      const repaired = repairHistory(asked, historyRulesOf({ dialect: 'openai-chat', capabilities })).request;
      const { cacheMinTokens } = capabilities;
      const marked = cacheMinTokens > 0 ? placeCacheMarks(repaired, { minTokens: 1, maxMarks: 4 }) : repaired;
      const written = openaiChatUpstream.writeRequest(lowerFreeform(marked).request, { model, capabilities });
      const mended = mendRequest(written.body, target);
      const reply = chatCompletionsSurface({ headers: {}, body: mended.body, requestId: 'r', bytes: 0 }, WORLD);

      expect(reply).toMatchObject(asked.stream ? { kind: 'stream' } : { kind: 'json', status: 200 });
      const options = { ...WRITER_OPTIONS, reading: mended.reading };
      const reader = compose(mendStream(target, options), openaiChatUpstream.reader(written.reading));
      const events =
        reply.kind === 'stream'
          ? [...reply.events.flatMap((event) => reader.push(event)), ...reader.end()]
          : openaiChatUpstream.readMessage(
              mendMessage(reply.kind === 'json' ? structuredClone(reply.body) : {}, target, options),
              written.reading,
            );
      expect(checkGrammar(events)).toBeUndefined();
      const { stop, error, parts } = fold(events);
      expect(error).toBeUndefined();
      expect(stop).toBeDefined();
      const offered = asked.tools.map(({ name }) => name);
      const called = parts.flatMap((part) => (part.kind === 'tool-call' ? [part.name] : []));
      expect(called.filter((name) => !offered.includes(name))).toEqual([]);
    }),
    { numRuns: 1000 },
  );
});
