/** The chart of docs/performance.md: bars beside nginx on a logarithmic scale, as SVG without any dependency. */
import { findCase } from './cases.ts';
import { type Results, costOf, ratio } from './results.ts';

interface Bar {
  label: string;
  variant: string;
  /** × nginx. */
  value: number;
}

interface Panel {
  title: string;
  bars: Bar[];
}

const PANELS = [
  {
    title: 'CPU of a request, × nginx',
    cases: [
      'verbatim-2kb-unary',
      'verbatim-200kb-unary',
      'mended-2kb-unary',
      'chat-to-claude-2kb-unary',
      'chat-to-claude-200kb-unary',
    ],
  },
  {
    title: 'CPU of an event of a stream at a 5 ms pace, × nginx',
    cases: ['verbatim-2kb-paced', 'mended-2kb-paced', 'chat-to-claude-2kb-paced', 'messages-to-gpt-2kb-paced'],
  },
];
const COLOURS: Record<string, string> = {
  couloir: '#0f766e',
  portkey: '#b45309',
  'portkey-node20': '#d6a15d',
  litellm: '#6d28d9',
  bifrost: '#be123c',
};

const WIDTH = 760;
const LABEL_WIDTH = 260;
const BAR_HEIGHT = 18;
const ROW_HEIGHT = 24;
const TITLE_HEIGHT = 40;
const AXIS_HEIGHT = 28;
const RIGHT_MARGIN = 60;

export function renderChart(results: Results): string {
  return drawPanels(PANELS.map(({ title, cases }) => ({ title, bars: barsOf(results, cases) })));
}

/** One panel below the other, all on the same scale. */
export function drawPanels(panels: readonly Panel[]): string {
  const filled = panels.filter(({ bars }) => bars.length > 0);
  const most = Math.max(10, ...filled.flatMap(({ bars }) => bars.map(({ value }) => value)));
  const decades = Math.ceil(Math.log10(most));
  const plotWidth = WIDTH - LABEL_WIDTH - RIGHT_MARGIN;
  const x = (value: number) => LABEL_WIDTH + (Math.log10(Math.max(1, value)) / decades) * plotWidth;
  let top = 0;
  const parts = filled.map((panel) => {
    const drawn = drawPanel(panel, top, x, decades);
    top += heightOf(panel);
    return drawn;
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${top + 8}" font-family="system-ui, sans-serif" font-size="12" fill="#334155">`,
    `<rect width="100%" height="100%" fill="#ffffff"/>`,
    ...parts,
    '</svg>',
    '',
  ].join('\n');
}

function drawPanel({ title, bars }: Panel, top: number, x: (value: number) => number, decades: number): string {
  const base = top + TITLE_HEIGHT + bars.length * ROW_HEIGHT;
  const ticks = Array.from({ length: decades }, (_, decade) => [1, 2, 5].map((step) => step * 10 ** decade)).flat();
  return [
    `<text x="16" y="${top + 24}" font-size="14" font-weight="600">${escapeXml(title)}</text>`,
    ...[...ticks, 10 ** decades].map((tick) => {
      const at = x(tick).toFixed(1);
      const label = `<text x="${at}" y="${base + 16}" text-anchor="middle" fill="#64748b">${tick}×</text>`;
      return `<line x1="${at}" y1="${top + TITLE_HEIGHT - 4}" x2="${at}" y2="${base}" stroke="#e2e8f0"/>${label}`;
    }),
    ...bars.map((bar, index) => drawBar(bar, top + TITLE_HEIGHT + index * ROW_HEIGHT, x)),
  ].join('\n');
}

function drawBar({ label, variant, value }: Bar, y: number, x: (value: number) => number): string {
  const width = Math.max(1, x(value) - LABEL_WIDTH).toFixed(1);
  const middle = y + BAR_HEIGHT - 5;
  return [
    `<text x="${LABEL_WIDTH - 8}" y="${middle}" text-anchor="end">${escapeXml(label)}</text>`,
    `<rect x="${LABEL_WIDTH}" y="${y}" width="${width}" height="${BAR_HEIGHT}" fill="${COLOURS[variant] ?? '#475569'}"/>`,
    `<text x="${(x(value) + 6).toFixed(1)}" y="${middle}">${value.toFixed(value < 10 ? 1 : 0)}×</text>`,
  ].join('');
}

function heightOf({ bars }: Panel): number {
  return TITLE_HEIGHT + bars.length * ROW_HEIGHT + AXIS_HEIGHT;
}

function barsOf(results: Results, cases: readonly string[]): Bar[] {
  const shown = results.variants.map(({ name }) => name).filter((name) => Object.hasOwn(COLOURS, name));
  return cases.flatMap((caseName) =>
    shown.flatMap((variant) => {
      const value = ratio(results, caseName, [variant, 'nginx'], costOf(findCase(caseName)));
      const label = `${caseName.replace(/-(unary|paced)$/, '')}, ${variant}`;
      return value === undefined ? [] : [{ label, variant, value }];
    }),
  );
}

function escapeXml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
}
