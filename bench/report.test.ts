import { expect, it } from 'vitest';
import { drawPanels, renderChart } from './chart.ts';
import { judge } from './goals.ts';
import { renderMarkdown, renderTerminal } from './report.ts';
import type { Results, Run } from './results.ts';

function run(variant: string, round: number, cpuMicros: number | undefined, noisy = false): Run {
  const answers = { count: 1_000, p50: 200, p99: 300, max: 400 };
  return {
    caseName: 'verbatim-2kb-unary',
    variant,
    round,
    cpuMicros,
    foreignCores: noisy ? 1 : 0,
    noisy,
    load: {
      requests: 1_000,
      events: 0,
      seconds: 1,
      answers,
      firstEvents: undefined,
      delays: undefined,
      gaps: undefined,
      lane: undefined,
    },
  };
}

const RESULTS: Results = {
  takenAt: '2026-11-20T12:00:00.000Z',
  machine: { cpu: 'A CPU', cores: 2, kernel: '6.1', node: '26.10.0', pinned: true },
  rounds: 3,
  quick: false,
  decisive: false,
  variants: ['direct', 'nginx', 'couloir', 'portkey'].map((name) => ({ name, about: `about ${name}` })),
  missing: [{ variant: 'couloir-workers', because: 'the program refuses `--workers 2` | today' }],
  runs: [
    run('nginx', 1, 20_000),
    run('nginx', 2, 30_000),
    run('nginx', 3, 20_000),
    run('couloir', 1, 70_000),
    run('couloir', 2, 105_000),
    run('couloir', 3, 900_000, true),
    run('portkey', 1, 2_100_000),
  ],
  memory: [
    {
      variant: 'couloir',
      secure: false,
      idle: 80,
      afterLoad: 100,
      streams: 1_000,
      whileOpen: 140,
      afterwards: 105,
      lateMicros: 4_000,
    },
  ],
  coldStarts: [
    { livenessMs: 250, modelsMs: 260 },
    { livenessMs: 350, modelsMs: 360 },
    { livenessMs: 251, modelsMs: 262 },
  ],
  jsonCosts: [],
};

it('judges by quiet rounds, each against nginx of the same round', () => {
  const judged = new Map(judge(RESULTS).map(({ what, ...rest }) => [what, rest]));
  expect(judged.get('CPU of a request, 2 KB verbatim')).toEqual({
    goal: '≤ 4 × nginx (aim 3.2)',
    measured: '3.50 × nginx',
    verdict: 'met',
    noisy: false,
  });
  expect(judged.get('CPU of a request of Portkey’s on the same Node, 2 KB verbatim')).toMatchObject({
    measured: '30 × ours',
    verdict: 'met',
  });
  expect(judged.get('Memory of an open stream')).toMatchObject({ measured: '41.0 KB', verdict: 'not met' });
  expect(judged.get('Memory after 1,000 streams, of that before them')).toMatchObject({ verdict: 'met' });
  expect(judged.get('Ready to answer after the start of the process')).toMatchObject({ measured: '251 ms' });
  expect(judged.get('CPU of an event more when translated')).toMatchObject({ verdict: 'not measured' });
});

it('marks what only disturbed runs decided', () => {
  const disturbed = { ...RESULTS, runs: RESULTS.runs.map((each) => ({ ...each, noisy: true })) };
  expect(judge(disturbed)[0]).toMatchObject({ measured: '3.50 × nginx', noisy: true });
  expect(renderTerminal(disturbed)).toContain('~ 3.50 × nginx');
});

it('writes tables of ratios, with the absolute only of the yardstick', () => {
  const page = renderMarkdown(RESULTS, 'performance.svg');
  expect(page).toContain('![CPU beside nginx](performance.svg)');
  expect(page).toContain('| verbatim-2kb-unary | 3.50× | 105.0× | 20.0 |');
  expect(page).toContain('| couloir | 80 | 100 | 140 | 41 | 105 | 4000 µs |');
  expect(page).toContain('the program refuses `--workers 2` \\| today');
  expect(page).toContain('- 2026-11-20, A CPU, 2 cores, Linux 6.1, Node 26.10.0.');
});

it('says so when there is nothing behind a page but a quick run', () => {
  expect(renderMarkdown({ ...RESULTS, quick: true }, 'performance.svg')).toContain('**This is a quick run');
});

it('draws bars on a logarithmic scale', () => {
  const chart = drawPanels([
    { title: 'a < b', bars: [{ label: 'one & all', variant: 'couloir', value: 10 }] },
    { title: 'empty', bars: [] },
  ]);
  expect(chart).toContain('a &lt; b');
  expect(chart).toContain('one &amp; all');
  // One decade: ten fills the whole width of 440.
  expect(chart).toContain('width="440.0"');
  expect(chart).not.toContain('empty');
  expect(renderChart(RESULTS)).toContain('verbatim-2kb, portkey');
});
