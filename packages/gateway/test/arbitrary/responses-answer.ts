/** Arbitrary answers for property tests: every legal sequence of IR events, however odd. */
import fc from 'fast-check';
import type { Delta, StopReason, StreamEvent } from '../../src/ir/event.ts';
import type { Part } from '../../src/ir/request.ts';

/** The events of one part, in order, without their position. */
interface Spoken {
  part: Part;
  deltas: Delta[];
}

const words = fc.oneof({ weight: 4, arbitrary: fc.string({ maxLength: 8 }) }, fc.constantFrom('', '😀', '\n"\\'));
const pieces = fc.array(words, { maxLength: 4 });
const seal = fc.constantFrom(
  { issuer: 'anthropic' as const, form: 'signature' as const, data: 'c2ln+/==' },
  { issuer: 'anthropic' as const, form: 'redacted' as const, data: 'cmVk' },
  { issuer: 'openai' as const, form: 'encrypted' as const, data: 'ZW5j' },
);

const text: fc.Arbitrary<Spoken> = fc.record({ said: words, pieces, refusal: fc.boolean() }).map((given) => ({
  part: {
    kind: 'text',
    text: given.said,
    ...(given.refusal ? { ext: { 'openai-chat': { refusal: true } } } : {}),
  },
  deltas: given.pieces.map((piece) => ({ text: piece })),
}));

const thinking: fc.Arbitrary<Spoken> = fc
  .record({ said: words, pieces, seal: fc.option(seal, { nil: undefined }), early: fc.boolean() })
  .map((given) => {
    const sealed = given.seal === undefined ? {} : { seal: given.seal };
    const late = given.seal === undefined || given.early ? [] : [{ seal: given.seal }];
    return {
      part: { kind: 'thinking', text: given.said, ...(given.early ? sealed : {}) },
      deltas: [...given.pieces.map((piece) => ({ thinking: piece })), ...late],
    };
  });

const args = fc.constantFrom([], ['{}'], ['{"path"', ':"a.ts"', '}'], ['{"command":["ls"', ',"-l"]}'], ['*** Begin']);

/** @param names tools that are called; of those in `freeform` the arguments are text */
function call(names: string[], freeform: string[]): fc.Arbitrary<Spoken> {
  return fc.record({ name: fc.constantFrom(...names), args, text: pieces }).map((given) => {
    const isFreeform = freeform.includes(given.name);
    return {
      part: {
        kind: 'tool-call',
        id: 'call',
        name: given.name,
        args: '',
        ...(isFreeform ? { freeform: true as const } : {}),
      },
      deltas: (isFreeform ? given.text : given.args).map((piece) => ({ args: piece })),
    };
  });
}

const stops: StopReason[] = [
  'end',
  'tool-calls',
  'length',
  'stop-sequence',
  'refusal',
  'filtered',
  'paused',
  'unknown',
];

interface AnswerOptions {
  /** Tools that may be called, and those of them whose arguments are text. */
  tools?: { names: string[]; freeform: string[] };
  /** Whether the deltas of different parts may be mixed. */
  interleaved?: boolean;
}

/** A whole, legal answer. */
export function arbitraryAnswer({
  tools = { names: ['read_file'], freeform: [] },
  interleaved = true,
}: AnswerOptions = {}): fc.Arbitrary<StreamEvent[]> {
  const opaque = fc.constant<Spoken>({
    part: { kind: 'opaque', dialect: 'anthropic-messages', value: { type: 'server_tool_use' } },
    deltas: [],
  });
  const spoken = fc.oneof(
    { weight: 3, arbitrary: text },
    { weight: 2, arbitrary: thinking },
    { weight: 3, arbitrary: call(tools.names, tools.freeform) },
    { weight: 1, arbitrary: opaque },
  );
  return fc
    .record({
      parts: fc.array(spoken, { maxLength: 6 }),
      picks: fc.array(fc.nat(), { maxLength: 60 }),
      usage: fc.option(fc.record({ input: fc.nat(1000), output: fc.nat(1000) }), { nil: undefined }),
      reason: fc.constantFrom(...stops),
    })
    .map(({ parts, picks, usage, reason }) => {
      const queues = parts.map(eventsOf);
      return [
        { type: 'start', id: 'upstream-1' },
        ...(interleaved ? interleave(queues, picks) : queues.flat()),
        { type: 'ping' },
        ...(usage === undefined ? [] : [{ type: 'usage' as const, usage: { ...usage, raw: [] } }]),
        { type: 'stop', reason },
        { type: 'end' },
      ];
    });
}

/** The ids of calls are made of their positions: no two are the same. */
function eventsOf({ part, deltas }: Spoken, at: number): StreamEvent[] {
  return [
    { type: 'open', at, part: part.kind === 'tool-call' ? { ...part, id: `call_${at}` } : part },
    ...deltas.map((delta): StreamEvent => ({ type: 'delta', at, delta })),
    { type: 'close', at },
  ];
}

/** Takes from the queues in the order of `picks`; what is left follows in order. */
function interleave(queues: StreamEvent[][], picks: number[]): StreamEvent[] {
  const left = queues.map((queue) => [...queue]);
  const mixed: StreamEvent[] = [];
  for (const pick of picks) {
    const open = left.filter((queue) => queue.length > 0);
    const next = open[pick % Math.max(1, open.length)]?.shift();
    if (next !== undefined) mixed.push(next);
  }
  return [...mixed, ...left.flat()];
}
