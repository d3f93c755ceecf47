import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fold } from '../../src/ir/fold.ts';
import { checkGrammar } from '../../src/ir/grammar.ts';
import { repairHistory } from '../../src/ir/history.ts';
import { placeCacheMarks } from '../../src/ir/prompt-caching.ts';
import type { GenerateRequest, OutputFormat, Tool, ToolChoice } from '../../src/ir/request.ts';
import { anthropicMessages } from '../../src/protocols/anthropic-messages/index.ts';
import { messagesSurface } from '../../src/sandbox/messages/index.ts';
import { PromptCache } from '../../src/sandbox/prompt-cache.ts';
import type { SandboxWorld } from '../../src/sandbox/surface.ts';
import { DEFAULT_SWITCHES } from '../../src/sandbox/switches.ts';
import { describeModel } from '../../src/upstream/catalogue.ts';
import { historyRulesOf } from '../../src/upstream/history-rules.ts';
import { arbitraryTurns, requestOf } from '../arbitrary/request.ts';
import { signed } from '../arbitrary/signed.ts';
import { fakeClock } from '../support/fake-clock.ts';
import { STRICTEST } from '../support/strictest.ts';

/**
 * The sandbox refuses what Cortex refuses and knows nothing of the gateway's code, so it is the judge:
 * whatever a client sends, what is written for a Claude of any generation must be taken and answered.
 */
const MODELS = ['claude-opus-5-5', 'claude-opus-4-7', 'claude-opus-4-6', 'claude-sonnet-4-5', 'claude-4-sonnet'];

const clock = fakeClock();
const WORLD: SandboxWorld = {
  clock,
  cache: new PromptCache(clock),
  // Where the last word is the assistant's, older Claudes go on from it.
  switches: { ...DEFAULT_SWITCHES, ...STRICTEST, prefill: 'by-model' },
  seed: 'messages',
  attempt: () => 0,
};

const TOOLS: Tool[] = [
  {
    name: 'read_file',
    schema: { $schema: 'https://json-schema.org/draft/2020-12/schema', type: 'object', properties: {} },
  },
  { name: 'mcp:server/odd name', strict: true, schema: { anyOf: [{ properties: { a: { type: 'string' } } }] } },
  { name: 'bare' },
  {
    name: 'find',
    schema: {
      type: 'object',
      properties: { 'filter[id]': { type: 'string' }, deep: { type: 'object', properties: { 'x y': {} } } },
      required: ['filter[id]', 'deep'],
    },
  },
];

const output = fc.constantFrom<OutputFormat | undefined>(
  undefined,
  { format: 'json' },
  { format: 'json', schema: { type: 'object', properties: { n: { type: 'integer', minimum: 1 } }, required: ['n'] } },
  { format: 'json', schema: { type: 'object', additionalProperties: { type: 'string' } }, name: 'odd name' },
  { format: 'json', schema: { type: 'object', properties: { 'odd property': {} }, required: ['odd property'] } },
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
      { mode: 'named', name: 'find' },
    ),
    parallelTools: fc.boolean(),
    output,
    limits: fc.record({ maxOutputTokens: fc.integer({ min: 1, max: 300_000 }) }, { requiredKeys: [] }),
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
    stream: fc.boolean(),
  })
  .filter(({ tools, toolChoice }) => toolChoice.mode !== 'named' || tools.length > 0)
  .map(({ output: format, turns, ...fields }) =>
    requestOf({
      ...fields,
      turns: signed(turns, fields.model),
      system: [{ kind: 'text', text: 'You are an agent.', cache: { ttl: '1h' } }],
      ...(format === undefined ? {} : { output: format }),
    }),
  );

test('every request is taken, and its answer is read', () => {
  fc.assert(
    fc.property(request, (asked) => {
      const capabilities = describeModel(asked.model);
      const rules = historyRulesOf({ dialect: 'anthropic-messages', capabilities });
      const marked = placeCacheMarks(repairHistory(asked, rules).request, { minTokens: 1, maxMarks: 4 });
      const { body, headers, reading } = anthropicMessages.writeRequest(marked, { model: asked.model, capabilities });
      const reply = messagesSurface({ headers, body, requestId: 'r', bytes: 0 }, WORLD);

      expect(reply).toMatchObject(asked.stream ? { kind: 'stream' } : { kind: 'json', status: 200 });
      const reader = anthropicMessages.reader(reading);
      const events =
        reply.kind === 'stream'
          ? [...reply.events.flatMap((event) => reader.push(event)), ...reader.end()]
          : anthropicMessages.readMessage(reply.kind === 'json' ? reply.body : {}, reading);
      expect(checkGrammar(events)).toBeUndefined();
      const { stop, error, parts } = fold(events);
      expect(error).toBeUndefined();
      expect(stop).toBeDefined();
      const found = parts.filter((part) => part.kind === 'tool-call' && part.name === 'find');
      for (const call of found) expect(call).toMatchObject({ args: '{"filter[id]":"simulated","deep":{}}' });
    }),
    { numRuns: 1000 },
  );
});
