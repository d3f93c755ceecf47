/** Arbitrary valid conversations, to be written in any client's dialect: the same things said, called and asked for. */
import fc from 'fast-check';
import type { Json, JsonObject } from '../../src/ir/json.ts';

/** Every text holds this mark, which `marked` replaces by a number of its own: what is lost on the way can be named. */
const MARK = '<§>';

interface SketchedCall {
  id: string;
  tool: string;
  args: JsonObject;
  result: string;
  failed: boolean;
}

interface SketchedTurn {
  /** Texts and images, in order. */
  asks: ({ text: string } | { image: string })[];
  thought?: string | undefined;
  calls: SketchedCall[];
  says: string;
}

export interface Sketch {
  system: string[];
  turns: SketchedTurn[];
  tools: { name: string; description: string; schema: JsonObject }[];
  choice?: 'auto' | 'none' | 'any' | 'named' | undefined;
  parallel?: boolean | undefined;
  maxTokens?: number | undefined;
  temperature?: number | undefined;
  topP?: number | undefined;
  stop: string[];
  effort?: 'low' | 'medium' | 'high' | undefined;
  /** JSON Schema of the answer. */
  schema?: JsonObject | undefined;
  user?: string | undefined;
  stream: boolean;
  /** Which of a dialect's rarer fields are sent, by their place in its list. */
  rare: number[];
  /** A field that nobody here knows yet, and where it stands. */
  novel?: 'request' | 'message' | 'part' | 'tool' | 'call' | undefined;
}

const text = fc.constantFrom(`say ${MARK}`, `${MARK} größer 😀 "x"\n`, `{not json ${MARK}`);
const args = fc.constantFrom<JsonObject>({ path: MARK }, { path: MARK, deep: [{ lines: [1, 2.5, true, null] }] });
const optional = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined });

const turn: fc.Arbitrary<SketchedTurn> = fc.record({
  asks: fc.array(
    fc.oneof({ weight: 4, arbitrary: text.map((words) => ({ text: words })) }, fc.constant({ image: 'iVBORw0KGgo§=' })),
    { minLength: 1, maxLength: 3 },
  ),
  thought: optional(text),
  calls: fc.array(
    fc.record({
      id: fc.constant('call_§'),
      tool: fc.constantFrom('read_1001', 'edit_1002'),
      args,
      result: text,
      failed: fc.boolean(),
    }),
    { maxLength: 2 },
  ),
  says: text,
});

const SCHEMA: JsonObject = {
  type: 'object',
  properties: { path: { type: 'string', description: MARK } },
  required: ['path'],
  additionalProperties: false,
};

export const sketch: fc.Arbitrary<Sketch> = fc
  .record({
    system: fc.array(text, { maxLength: 2 }),
    turns: fc.array(turn, { minLength: 1, maxLength: 3 }),
    choice: optional(fc.constantFrom('auto' as const, 'none' as const, 'any' as const, 'named' as const)),
    parallel: optional(fc.boolean()),
    maxTokens: optional(fc.integer({ min: 2_001, max: 4_000 })),
    temperature: optional(fc.constantFrom(0, 0.25, 1)),
    topP: optional(fc.constantFrom(0.125, 1)),
    stop: fc.array(fc.constant(`stop ${MARK}`), { maxLength: 2 }),
    effort: optional(fc.constantFrom('low' as const, 'medium' as const, 'high' as const)),
    schema: optional(fc.constant(SCHEMA)),
    user: optional(fc.constant(`user-${MARK}`)),
    stream: fc.boolean(),
    novel: optional(
      fc.constantFrom('request' as const, 'message' as const, 'part' as const, 'tool' as const, 'call' as const),
    ),
    rare: fc.uniqueArray(fc.nat({ max: 19 }), { maxLength: 4 }),
    withTools: fc.boolean(),
  })
  .map(({ withTools, ...rest }): Sketch => {
    const called = rest.turns.some(({ calls }) => calls.length > 0);
    const tools = ['read_1001', 'edit_1002'].map((name) => ({ name, description: `does ${MARK}`, schema: SCHEMA }));
    return marked({ ...rest, tools: withTools || called ? tools : [] });
  });

/** Each mark a number of its own; fields that are undefined are left out. */
function marked(conversation: Sketch): Sketch {
  let count = 0;
  const numbered = JSON.stringify(conversation).replaceAll('§', () => String((count += 1)).padStart(4, '0'));
  return JSON.parse(numbered) as Sketch;
}

/** The last thing asked for has no answer yet. */
export function isLast(all: readonly SketchedTurn[], index: number): boolean {
  return index === all.length - 1;
}

/** The field that nobody knows, where the sketch wants it. */
export function novelIn(place: Sketch['novel'], here: NonNullable<Sketch['novel']>): JsonObject {
  return place === here ? { brand_new: { deep: ['new <9999>', 7_777] } } : {};
}

/** Fields that hold something. */
export function said(fields: Record<string, Json | undefined>): JsonObject {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}

/** The rarer fields that the sketch picks of those its dialect has. */
export function rareOf({ rare }: Sketch, fields: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(fields).filter((_, index) => rare.includes(index)));
}
