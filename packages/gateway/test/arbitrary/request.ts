/** Arbitrary conversations for property tests: everything a client may send, however odd. */
import fc from 'fast-check';
import type { GenerateRequest, Part, Turn } from '../../src/ir/request.ts';

/** A small pool, so that calls and results often meet, with ids that strict targets refuse. */
const callId = fc.constantFrom('call_1', 'call_2', 'toolu_bdrk_01', 'functions.edit:3', 'x'.repeat(70), 'a|b\nc', '');
const words = fc.oneof(
  { weight: 4, arbitrary: fc.stringMatching(/^[a-zé😀 ]{1,12}$/u) },
  { weight: 1, arbitrary: fc.constantFrom('', ' ', '\n\t', 'ends in space ') },
);
const text = fc.record({ kind: fc.constant('text' as const), text: words });
const media = fc.constant<Part>({ kind: 'media', mime: 'image/png', source: { base64: 'iVBORw0KGgo=' } });
const thinking = fc.oneof(
  fc.record({ kind: fc.constant('thinking' as const), text: words }),
  fc.record({
    kind: fc.constant('thinking' as const),
    text: words,
    seal: fc.constantFrom(
      { issuer: 'anthropic' as const, form: 'signature' as const, data: 'c2ln' },
      { issuer: 'openai' as const, form: 'encrypted' as const, data: 'ZW5j' },
    ),
  }),
);
const call = fc.record({
  kind: fc.constant('tool-call' as const),
  id: callId,
  name: fc.constantFrom('read_file', 'edit', 'mcp:server/odd name'),
  args: fc.constantFrom('{}', '{"path":"a.ts"}', '', '*** Begin Patch', '[1]'),
});
const result = fc.record({
  kind: fc.constant('tool-result' as const),
  callId,
  parts: fc.array(fc.oneof({ weight: 5, arbitrary: text }, { weight: 1, arbitrary: media }), { maxLength: 2 }),
  failed: fc.boolean(),
});
const opaque = fc.constant<Part>({ kind: 'opaque', dialect: 'openai-responses', value: { type: 'compaction' } });

const part: fc.Arbitrary<Part> = fc.oneof(
  { weight: 4, arbitrary: text },
  { weight: 3, arbitrary: call },
  { weight: 3, arbitrary: result },
  { weight: 1, arbitrary: thinking },
  { weight: 1, arbitrary: media },
  { weight: 1, arbitrary: opaque },
);

export const arbitraryTurns: fc.Arbitrary<Turn[]> = fc.array(
  fc.record({ role: fc.constantFrom('user' as const, 'assistant' as const), parts: fc.array(part, { maxLength: 5 }) }),
  { maxLength: 8 },
);

/** A request with nothing but the given parts set. */
export function requestOf(fields: Partial<GenerateRequest>): GenerateRequest {
  return {
    model: 'claude-sonnet-4-5',
    system: [],
    turns: [{ role: 'user', parts: [{ kind: 'text', text: 'Hello' }] }],
    tools: [],
    toolChoice: { mode: 'auto' },
    limits: {},
    sampling: {},
    choices: 1,
    stream: false,
    ext: {},
    ...fields,
  };
}
