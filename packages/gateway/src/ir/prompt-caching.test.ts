import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { arbitraryTurns, requestOf } from '../../test/arbitrary/request.ts';
import { keepCacheMarks, placeCacheMarks, noteCacheMarks } from './prompt-caching.ts';
import type { CacheMark, GenerateRequest, Part, Tool, Turn } from './request.ts';

const LIMITS = { minTokens: 1000, maxMarks: 4 };
const LONG = 'x'.repeat(5000);

const user = (text: string, cache?: CacheMark): Turn => ({
  role: 'user',
  parts: [{ kind: 'text', text, ...(cache === undefined ? {} : { cache }) }],
});
const assistant = (text: string): Turn => ({ role: 'assistant', parts: [{ kind: 'text', text }] });
const system = (text: string, cache?: CacheMark): GenerateRequest['system'] => [
  { kind: 'text', text, ...(cache === undefined ? {} : { cache }) },
];
const TOOLS: Tool[] = [{ name: 'read', description: LONG }, { name: 'write' }];

/** Where the marks are, in words. */
function marksOf(request: GenerateRequest): string[] {
  const marked = (part: Part) => 'cache' in part && part.cache !== undefined;
  return [
    ...request.tools.flatMap((tool) => (tool.cache === undefined ? [] : [`tool ${tool.name}`])),
    ...request.system.flatMap((part, index) => (marked(part) ? [`system ${index}`] : [])),
    ...request.turns.flatMap((turn, at) =>
      turn.parts.flatMap((part, index) => (marked(part) ? [`turn ${at}.${index}`] : [])),
    ),
  ];
}

describe('automatic marks', () => {
  test('stand on tools, system and the last two user turns', () => {
    const request = requestOf({
      tools: TOOLS,
      system: system('You are helpful.'),
      turns: [user('one'), assistant('1'), user('two'), assistant('2'), user('three')],
    });
    expect(marksOf(placeCacheMarks(request, LIMITS))).toEqual(['tool write', 'system 0', 'turn 2.0', 'turn 4.0']);
  });

  test('stand only where the prefix is long enough', () => {
    const request = requestOf({
      tools: [{ name: 'read' }],
      system: system('You are helpful.'),
      turns: [user('short'), assistant(LONG), user('more')],
    });
    expect(marksOf(placeCacheMarks(request, LIMITS))).toEqual(['turn 2.0']);
    expect(marksOf(placeCacheMarks(requestOf({ system: system('short') }), LIMITS))).toEqual([]);
  });

  test('the length is that of UTF-8, a quarter of a token per byte', () => {
    const of = (text: string) =>
      marksOf(placeCacheMarks(requestOf({ turns: [user(text)] }), { minTokens: 6, maxMarks: 4 }));
    expect(of('abcdefghijklmnopqrstuvw')).toEqual([]);
    expect(of('abcdefghijklmnopqrstuvwx')).toEqual(['turn 0.0']);
    expect(of('缓存缓存缓存缓')).toEqual([]);
    expect(of('缓存缓存缓存缓存')).toEqual(['turn 0.0']);
  });

  test('never stand on thoughts, opaque blocks or blank text', () => {
    const parts: Part[] = [
      { kind: 'text', text: LONG },
      { kind: 'opaque', dialect: 'anthropic-messages', value: { type: 'container_upload' } },
      { kind: 'text', text: ' ' },
    ];
    expect(marksOf(placeCacheMarks(requestOf({ turns: [{ role: 'user', parts }] }), LIMITS))).toEqual(['turn 0.0']);
  });

  test('what turn N marks at its end, turn N+1 marks again and so reads', () => {
    const turns = [user(LONG), assistant('1'), user('two')];
    const first = marksOf(placeCacheMarks(requestOf({ turns }), LIMITS));
    const second = marksOf(placeCacheMarks(requestOf({ turns: [...turns, assistant('2'), user('three')] }), LIMITS));
    expect(first).toContain('turn 2.0');
    expect(second).toContain('turn 2.0');
  });
});

describe("the client's marks", () => {
  test('come first; what is left over is placed where it is worth most', () => {
    const request = requestOf({
      tools: TOOLS,
      system: [...system('a', {}), ...system('b', {})],
      turns: [user('one', {}), assistant('1'), user('two'), assistant('2'), user('three')],
    });
    expect(marksOf(placeCacheMarks(request, LIMITS))).toEqual(['system 0', 'system 1', 'turn 0.0', 'turn 4.0']);
  });

  test('of more than four the last four stay', () => {
    const turns = ['a', 'b', 'c'].flatMap((text) => [user(text, {}), assistant('ok')]);
    const request = requestOf({ tools: [{ name: 'read', cache: {} }], system: system('s', {}), turns });
    expect(marksOf(placeCacheMarks(request, LIMITS))).toEqual(['system 0', 'turn 0.0', 'turn 2.0', 'turn 4.0']);
    expect(marksOf(keepCacheMarks(request, 2))).toEqual(['turn 2.0', 'turn 4.0']);
    expect(marksOf(keepCacheMarks(request, 0))).toEqual([]);
  });

  test('lose their ttl', () => {
    const {
      system: [part],
    } = keepCacheMarks(requestOf({ system: system('s', { ttl: '1h' }) }), 4);
    expect(part).toEqual({ kind: 'text', text: 's', cache: {} });
  });

  test('inside a tool result count for the result', () => {
    const inner: Part = { kind: 'text', text: 'output', cache: {} };
    const turns: Turn[] = [{ role: 'user', parts: [{ kind: 'tool-result', callId: 'a', parts: [inner, inner] }] }];
    expect(keepCacheMarks(requestOf({ turns }), 4).turns).toEqual([
      {
        role: 'user',
        parts: [
          {
            kind: 'tool-result',
            callId: 'a',
            parts: [
              { kind: 'text', text: 'output' },
              { kind: 'text', text: 'output' },
            ],
            cache: {},
          },
        ],
      },
    ]);
  });
});

test('marks are all that changes, there are at most four, and doing it again changes nothing', () => {
  const bare = (request: GenerateRequest) => keepCacheMarks(request, 0);
  fc.assert(
    fc.property(arbitraryTurns, (turns) => {
      const request = requestOf({ tools: TOOLS, system: system('s'), turns });
      const placed = placeCacheMarks(request, LIMITS);
      expect(bare(placed)).toEqual(request);
      expect(marksOf(placed).length).toBeLessThanOrEqual(4);
      expect(placeCacheMarks(placed, LIMITS)).toEqual(placed);
    }),
  );
});

describe('what becomes of the marks of a client is told', () => {
  const limits = { minTokens: 1024, maxMarks: 2 };
  const marked = (...caches: ({ ttl?: '5m' | '1h' } | undefined)[]) =>
    requestOf({
      system: caches.map((cache, index) => ({
        kind: 'text',
        text: `part ${index}`,
        ...(cache === undefined ? {} : { cache }),
      })),
    });
  const paths = (...given: Parameters<typeof noteCacheMarks>) =>
    noteCacheMarks(...given).map(({ code, path, harmless }) => `${code} ${path} ${harmless}`);

  test.each([
    ['none', marked(undefined), limits, []],
    ['as many as are taken', marked({}, { ttl: '5m' }), limits, []],
    ['for an hour', marked({ ttl: '1h' }), limits, ['dropped cache_control.ttl true']],
    ['too many', marked({}, {}, {}), limits, ['dropped cache_control true']],
    [
      'where nothing is cached by marks',
      marked({ ttl: '1h' }),
      { ...limits, minTokens: 0 },
      ['dropped cache_control true'],
    ],
  ])('%s', (_what, request, given, expected) => {
    expect(paths(request, given)).toEqual(expected);
  });
});
