import { expect, it } from 'vitest';
import { functionTimes } from './cpu-profile.ts';

const frame = (functionName: string, url = '', lineNumber = 0) => ({ functionName, url, lineNumber, columnNumber: 0 });

const PROFILE = {
  nodes: [
    { id: 1, callFrame: frame('(root)'), children: [2, 3] },
    { id: 2, callFrame: frame('(idle)') },
    { id: 3, callFrame: frame('outer', 'file:///a/node_modules/lib/x.js', 9), children: [4] },
    { id: 4, callFrame: frame('inner', 'file:///bundle.js', 1), children: [5] },
    { id: 5, callFrame: frame('outer', 'file:///a/node_modules/lib/x.js', 9) },
  ],
  startTime: 1_000,
  samples: [3, 2, 3, 4, 5, 4],
  timeDeltas: [100, 500, 20, 40, 20, 900],
};

it('tells what functions cost in themselves and with what they call, within the window, idle time left out', () => {
  const times = functionTimes(PROFILE, ({ url }) => (url === 'file:///bundle.js' ? 'src/inner.ts:7' : undefined), {
    fromMicros: 1_500,
    toMicros: 1_700,
  });
  expect(times).toEqual([
    { place: 'outer lib/x.js:10', self: 0.5, total: 1 },
    { place: '(root)', self: 0, total: 1 },
    { place: 'inner src/inner.ts:7', self: 0.5, total: 0.75 },
  ]);
});
