import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { requestOf } from '../../test/arbitrary/request.ts';
import type { StreamEvent } from './event.ts';
import { fold } from './fold.ts';
import { lowerFreeform, raiseFreeform } from './freeform.ts';
import { checkGrammar } from './grammar.ts';
import type { Part } from './request.ts';

const PATCH = '*** Begin Patch\n*** Add File: "a\\b.ts"\n+é 😀\n*** End Patch';

describe('lowering', () => {
  test('a grammar is told in words, and calls of the history carry their text in an object', () => {
    const { request, names } = lowerFreeform(
      requestOf({
        tools: [
          { name: 'read', schema: { type: 'object' } },
          { name: 'apply_patch', description: 'Edits files.', freeform: { syntax: 'lark', definition: 'start: "x"' } },
          { name: 'say', freeform: {} },
          { name: 'digits', freeform: { syntax: 'regex', definition: '\\d+' } },
        ],
        turns: [
          { role: 'user', parts: [{ kind: 'text', text: 'go' }] },
          {
            role: 'assistant',
            parts: [
              { kind: 'tool-call', id: 'a', name: 'apply_patch', args: PATCH, freeform: true },
              { kind: 'tool-call', id: 'b', name: 'read', args: '{}' },
            ],
          },
        ],
      }),
    );
    const schema = {
      type: 'object',
      properties: { input: { type: 'string', description: 'The whole input of the tool, as raw text.' } },
      required: ['input'],
      additionalProperties: false,
    };
    expect(names).toEqual(new Set(['apply_patch', 'say', 'digits']));
    expect(request.tools).toEqual([
      { name: 'read', schema: { type: 'object' } },
      {
        name: 'apply_patch',
        description:
          'Edits files.\n\nPut the whole input of this tool, as raw text, into the string "input"; it must match this Lark grammar:\nstart: "x"',
        schema,
      },
      {
        name: 'say',
        description: 'Put the whole input of this tool, as raw text, into the string "input".',
        schema,
      },
      {
        name: 'digits',
        description:
          'Put the whole input of this tool, as raw text, into the string "input"; it must match this regular expression:\n\\d+',
        schema,
      },
    ]);
    expect(request.turns[1]?.parts).toEqual([
      { kind: 'tool-call', id: 'a', name: 'apply_patch', args: JSON.stringify({ input: PATCH }) },
      { kind: 'tool-call', id: 'b', name: 'read', args: '{}' },
    ]);
  });

  test('a request without such tools is left alone', () => {
    const request = requestOf({ tools: [{ name: 'read' }] });
    expect(lowerFreeform(request).request).toBe(request);
  });
});

/** Every way of JSON to write a character, chosen by `how`. */
function encode(text: string, how: number[]): string {
  return Array.from({ length: text.length }, (_, at) => {
    const unit = text.charAt(at);
    const choice = how[at % Math.max(1, how.length)] ?? 0;
    if (choice === 1) return `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
    if (choice === 2) return `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0').toUpperCase()}`;
    if (choice === 3 && unit === '/') return '\\/';
    return unit >= '\ud800' && unit <= '\udfff' ? unit : JSON.stringify(unit).slice(1, -1);
  }).join('');
}

const text = fc.oneof(
  fc.string(),
  fc.string({ unit: 'binary' }),
  fc.string({ unit: fc.constantFrom('"', '\\', '\n', '/', '😀', 'u', '0', '{', '\u0001') }),
);
const blank = fc.constantFrom('', ' ', '\n\t ');
const extra = fc.constantFrom('', '"a": {"input": "no, {\\"}"}', '"list": [1, "]", {"b": null}]', '"n": -1.5e3');
const object = fc
  .record({ text, how: fc.array(fc.nat(3)), before: extra, after: extra, blank })
  .map(({ text: meant, how, before, after, blank: space }) => {
    const members = [before, `"input"${space}:${space}"${encode(meant, how)}"`, after].filter((part) => part !== '');
    return { meant, json: `${space}{${space}${members.join(`${space},${space}`)}${space}}${space}` };
  });

describe('raising', () => {
  test('any split of any encoding of any text gives the text, and never half a character', () => {
    fc.assert(
      fc.property(object, fc.array(fc.nat(), { maxLength: 12 }), ({ meant, json }, cuts) => {
        const events = raise('apply_patch', split(json, cuts));
        expect(checkGrammar(events)).toBeUndefined();
        expect(fold(events).parts).toEqual([callOf(meant)]);
        if (meant.isWellFormed()) {
          for (const piece of piecesOf(events)) expect(piece.isWellFormed()).toBe(true);
        }
      }),
      { numRuns: 1000 },
    );
  });

  test('each character by itself gives the text, while it streams', () => {
    const pieces = Array.from(JSON.stringify({ input: PATCH }));
    const events = raise('apply_patch', pieces);
    expect(fold(events).parts).toEqual([callOf(PATCH)]);
    expect(piecesOf(events).length).toBeGreaterThan(40);
  });

  test('arguments that are whole when the call opens', () => {
    const events = raise('apply_patch', [], JSON.stringify({ input: PATCH }));
    expect(events[1]).toEqual({ type: 'open', at: 0, part: callOf(PATCH) });
  });

  test.each([
    ['raw text', PATCH, PATCH],
    ['a bare string', JSON.stringify(PATCH), PATCH],
    ['a property of another name', JSON.stringify({ patch: PATCH }), PATCH],
    ['nothing', '', ''],
    ['an empty object', ' {} ', ''],
    ['several properties, none of them the text', '{"a":1,"input":2}', '{"a":1,"input":2}'],
    ['an object that was cut before the text', '{"inp', '{"inp'],
    ['a text that was cut', '{"input":"*** Begin\\nPa\\u00', '*** Begin\nPa'],
    ['a text that was cut inside a character', '{"input":"a\\ud83d', 'a\ud83d'],
    ['unescaped line breaks', '{"input":"a\nb"}', 'a\nb'],
    ['escapes that are none', '{"input":"\\d\\u12"}', '\\d\\u12'],
  ])('%s', (_, args, meant) => {
    for (const pieces of [[args], Array.from(args)]) {
      expect(fold(raise('apply_patch', pieces)).parts).toEqual([callOf(meant)]);
    }
  });

  test('calls of other tools pass untouched', () => {
    const pieces = ['{"inp', 'ut":"x"}'];
    expect(fold(raise('read', pieces)).parts).toEqual([
      { kind: 'tool-call', id: 'call_1', name: 'read', args: '{"input":"x"}' },
    ]);
  });

  test('calls that interleave are kept apart', () => {
    const transducer = raiseFreeform(new Set(['apply_patch']));
    const open = (at: number): StreamEvent => ({
      type: 'open',
      at,
      part: { kind: 'tool-call', id: `call_${at}`, name: 'apply_patch', args: '' },
    });
    const delta = (at: number, args: string): StreamEvent => ({ type: 'delta', at, delta: { args } });
    const events: StreamEvent[] = [
      { type: 'start' },
      open(0),
      open(1),
      delta(0, '{"input":"a'),
      delta(1, '{"input":"b'),
      delta(0, 'a"}'),
      delta(1, 'b"}'),
      { type: 'close', at: 1 },
      { type: 'close', at: 0 },
      { type: 'stop', reason: 'tool-calls' },
      { type: 'end' },
    ];
    const parts = fold(events.flatMap((event) => transducer.push(event))).parts;
    expect(parts.map((part) => (part.kind === 'tool-call' ? part.args : ''))).toEqual(['aa', 'bb']);
  });
});

test('what was lowered is raised to the same call', () => {
  fc.assert(
    fc.property(text, (meant) => {
      const turns = [{ role: 'assistant' as const, parts: [callOf(meant)] }];
      const { request } = lowerFreeform(requestOf({ turns }));
      const lowered = request.turns[0]?.parts[0];
      const args = lowered?.kind === 'tool-call' ? lowered.args : '';
      expect(fold(raise('apply_patch', [args])).parts).toEqual([callOf(meant)]);
    }),
  );
});

function callOf(args: string): Part {
  return { kind: 'tool-call', id: 'call_1', name: 'apply_patch', args, freeform: true };
}

function raise(name: string, pieces: string[], args = ''): StreamEvent[] {
  const transducer = raiseFreeform(new Set(['apply_patch']));
  const events: StreamEvent[] = [
    { type: 'start' },
    { type: 'open', at: 0, part: { kind: 'tool-call', id: 'call_1', name, args } },
    ...pieces.map((piece): StreamEvent => ({ type: 'delta', at: 0, delta: { args: piece } })),
    { type: 'close', at: 0 },
    { type: 'stop', reason: 'tool-calls' },
    { type: 'end' },
  ];
  return [...events.flatMap((event) => transducer.push(event)), ...transducer.end()];
}

function piecesOf(events: StreamEvent[]): string[] {
  return events.flatMap((event) => (event.type === 'delta' && 'args' in event.delta ? [event.delta.args] : []));
}

function split(whole: string, cuts: number[]): string[] {
  const at = cuts.map((cut) => cut % (whole.length + 1)).toSorted((left, right) => left - right);
  return [0, ...at].map((start, index) => whole.slice(start, at[index] ?? whole.length));
}
