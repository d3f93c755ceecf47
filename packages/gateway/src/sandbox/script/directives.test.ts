import { describe, expect, test } from 'vitest';
import { directivesOf, parseScript } from './directives.ts';

const parse = (...lines: string[]) => parseScript(directivesOf(lines.map((line) => `sandbox> ${line}`).join('\n')));

describe('finding directives', () => {
  test.each([
    ['plain', 'sandbox> say hi', ['say hi']],
    ['indented', '   \tsandbox> say hi', ['say hi']],
    ['after a tag on its own line', '<user_query>\nsandbox> say hi\n</user_query>', ['say hi']],
    ['between tags on one line', '<user_query>sandbox> say hi</user_query>', ['say hi']],
    ['keeping tags of its own', '<q>sandbox> say <b>hi</b></q>', ['say <b>hi</b>']],
    [
      'among other text, with carriage returns',
      'Please.\r\nsandbox> say a\r\n\r\nThanks.\r\nsandbox> say b',
      ['say a', 'say b'],
    ],
    ['keeping indentation of the text', 'sandbox> say   two spaces', ['say   two spaces']],
    ['not in the middle of a line', 'write sandbox> say hi', []],
    ['not in quotes', '"sandbox> say hi"', []],
  ])('%s', (_name, text, found) => {
    expect(directivesOf(text)).toEqual(found);
  });
});

describe('the script', () => {
  test('joins lines that say or think', () => {
    expect(parse('think one', 'think two', 'say a', 'say', 'say   b')).toEqual([
      {
        steps: [
          { do: 'think', text: 'one\ntwo' },
          { do: 'say', text: 'a\n\n  b' },
        ],
        fails: [],
      },
    ]);
  });

  test('calls tools, in parallel until then', () => {
    expect(parse('call Read {"path": "a b.txt", "deep": {"x": [1]}}', 'call List', 'then', 'say done')).toEqual([
      {
        steps: [
          { do: 'call', tool: 'Read', input: { path: 'a b.txt', deep: { x: [1] } } },
          { do: 'call', tool: 'List', input: {} },
        ],
        fails: [],
      },
      { steps: [{ do: 'say', text: 'done' }], fails: [] },
    ]);
  });

  test('knows failures, timing, finish and usage', () => {
    expect(
      parse(
        'fail 503 x2',
        'fail throttled',
        'pace 20ms',
        'stall 1.5s',
        'cut after 3',
        'finish length',
        'usage input=1200 cached=1000 output=50',
      ),
    ).toEqual([
      {
        steps: [],
        fails: [
          { name: '503', times: 2 },
          { name: 'throttled', times: Infinity },
        ],
        paceMs: 20,
        stallMs: 1500,
        cutAfter: 3,
        finish: 'length',
        usage: { input: 1200, cached: 1000, output: 50 },
      },
    ]);
  });

  test('repeats a word', () => {
    expect(parse('repeat 3 word')).toEqual([{ steps: [{ do: 'say', text: 'word word word' }], fails: [] }]);
  });

  test.each([
    ['sing', 'Line 1 of the sandbox script, "sing", was not understood: "sing" is no directive.'],
    ['call', 'Line 1 of the sandbox script, "call", was not understood: name the tool'],
    ['call Read {"a":', 'what follows the name of the tool must be a JSON object on the same line.'],
    ['call Read [1]', 'what follows the name of the tool must be a JSON object on the same line.'],
    ['finish happily', 'finish takes length, stop or refusal.'],
    ['fail', 'write it like "fail 503" or "fail 503 x2".'],
    ['fail 503 twice', 'write it like "fail 503" or "fail 503 x2".'],
    ['pace slowly', 'write a duration like 20ms, 1.5s or 2m.'],
    ['stall 30', 'write a duration like 20ms, 1.5s or 2m.'],
    ['cut 3', 'write it like "cut after 3".'],
    ['usage input=many', '"input=many" is none of input=N'],
    ['usage input=10 cached=20', 'cached and written cannot be more than it'],
    ['repeat word', 'write it like "repeat 200 word".'],
  ])('answers "%s" with what is wrong', (line, complaint) => {
    const [turn] = parse(line);
    expect(turn).toEqual({ steps: [{ do: 'say', text: expect.stringContaining(complaint) as string }], fails: [] });
  });

  test('counts lines over the whole script', () => {
    const [, second] = parse('say fine', 'then', 'pace x');
    expect(second?.steps[0]).toMatchObject({ text: expect.stringContaining('Line 3 of the sandbox script') as string });
  });
});
