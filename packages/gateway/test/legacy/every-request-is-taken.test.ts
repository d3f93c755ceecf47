import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fold } from '../../src/ir/fold.ts';
import { checkGrammar } from '../../src/ir/grammar.ts';
import { repairHistory } from '../../src/ir/history.ts';
import { placeCacheMarks } from '../../src/ir/prompt-caching.ts';
import type { GenerateRequest, OutputFormat, Part, Tool, ToolChoice, Turn } from '../../src/ir/request.ts';
import { cortexComplete } from '../../src/protocols/cortex-complete/index.ts';
import { completeSurface } from '../../src/sandbox/complete/index.ts';
import { PromptCache } from '../../src/sandbox/prompt-cache.ts';
import { signThought } from '../../src/sandbox/script/signature.ts';
import type { SandboxWorld } from '../../src/sandbox/surface.ts';
import { DEFAULT_SWITCHES } from '../../src/sandbox/switches.ts';
import { describeModel } from '../../src/upstream/catalogue.ts';
import { historyRulesOf } from '../../src/upstream/history-rules.ts';
import { arbitraryTurns, requestOf } from '../arbitrary/request.ts';
import { fakeClock } from '../support/fake-clock.ts';

/**
 * The sandbox refuses what Cortex refuses and knows nothing of the gateway's code, so it is the judge: whatever a
 * client sends, what is written for the legacy endpoint must be taken, and its answer read in every form.
 */
const MODELS = ['claude-sonnet-4-5', 'claude-opus-4-7', 'openai-gpt-5', 'openai-gpt-4.1', 'llama3.1-8b', 'mistral-7b'];

const TOOLS: Tool[] = [
  { name: 'read_file', schema: { type: 'object', properties: { path: { type: 'string' } } }, cache: {} },
  { name: 'mcp:server/odd name', strict: true, schema: { anyOf: [{ type: 'object' }] } },
  { name: 'bare' },
];

const worlds = fc
  .record({ completeDelta: fc.constantFrom('flat', 'content-list'), completePrettyJson: fc.boolean() } as const)
  .map((switches): SandboxWorld => {
    const clock = fakeClock();
    const cache = new PromptCache({ now: () => clock.now() });
    return { clock, cache, switches: { ...DEFAULT_SWITCHES, ...switches }, seed: 'legacy', attempt: () => 0 };
  });

const requests: fc.Arbitrary<GenerateRequest> = fc
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
    output: fc.constantFrom<OutputFormat | undefined>(
      undefined,
      { format: 'json' },
      {
        format: 'json',
        schema: {
          type: 'object',
          properties: { n: { type: 'integer' } },
          required: ['n'],
          additionalProperties: false,
        },
      },
    ),
    limits: fc.record(
      { maxOutputTokens: fc.integer({ min: 1, max: 300_000 }), stop: fc.constantFrom<string[]>(['END'], ['e']) },
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
      },
      { requiredKeys: [] },
    ),
    stream: fc.boolean(),
  })
  .filter(({ tools, toolChoice }) => toolChoice.mode !== 'named' || tools.length > 0)
  .map(({ output, turns, ...fields }) =>
    requestOf({
      ...fields,
      turns: ownThoughts(turns, fields.model),
      system: [{ kind: 'text', text: 'You are an agent.', cache: {} }],
      ...(output === undefined ? {} : { output }),
    }),
  );

/** The arbitrary seals replaced by the sandbox's own, and no more images than the endpoint takes. */
function ownThoughts(turns: Turn[], model: string): Turn[] {
  let images = 0;
  const fit = (part: Part): Part[] => {
    if (part.kind === 'tool-result') return [{ ...part, parts: part.parts.flatMap(fit) }];
    if (part.kind === 'media') {
      images += 1;
      return images > 5 ? [] : [part];
    }
    if (part.kind !== 'thinking' || part.seal?.issuer !== 'anthropic') return [part];
    return [{ ...part, seal: { ...part.seal, data: signThought(model, part.text) } }];
  };
  return turns.map((turn) => ({ ...turn, parts: turn.parts.flatMap(fit) }));
}

test('every request is taken, and its answer is read', () => {
  fc.assert(
    fc.property(requests, worlds, (asked, world) => {
      const { model } = asked;
      const capabilities = describeModel(model);
      const repaired = repairHistory(asked, historyRulesOf({ dialect: 'cortex-complete', capabilities })).request;
      const marked =
        capabilities.cacheMinTokens > 0 ? placeCacheMarks(repaired, { minTokens: 1, maxMarks: 4 }) : repaired;
      const { body, reading } = cortexComplete.writeRequest(marked, { model, capabilities });
      const reply = completeSurface({ headers: {}, body, requestId: 'r', bytes: 0 }, world);

      expect(reply).toMatchObject(asked.stream ? { kind: 'stream' } : { kind: 'json', status: 200 });
      const reader = cortexComplete.reader(reading);
      const events =
        reply.kind === 'stream'
          ? [
              ...reply.events.flatMap(({ data }) => reader.push({ data: data.replaceAll('\ndata: ', '\n') })),
              ...reader.end(),
            ]
          : cortexComplete.readMessage(reply.kind === 'json' ? structuredClone(reply.body) : {}, reading);
      expect(checkGrammar(events)).toBeUndefined();
      const { error, usage, stop } = fold(events);
      expect(error).toBeUndefined();
      expect(usage).toMatchObject({ input: expect.any(Number), output: expect.any(Number) });
      expect(stop?.reason).toMatch(/^(end|length|tool-calls|stop-sequence)$/);
    }),
    { numRuns: 400 },
  );
});
