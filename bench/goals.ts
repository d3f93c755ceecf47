/** The goals of the data plane, and whether a run of the bench meets them. */
import { findCase } from './cases.ts';
import { type Results, type Run, costOf, difference, medianFigure, ratio } from './results.ts';
import { median } from './statistics.ts';

export interface Judged {
  what: string;
  /** As a text with its unit. */
  goal: string;
  measured: string;
  verdict: 'aim met' | 'met' | 'not met' | 'not measured';
  /** Some of it comes from runs that others disturbed. */
  noisy: boolean;
}

interface Goal {
  what: string;
  limit: number;
  aim?: number;
  unit: string;
  /** `most`: the figure may be at most the limit. */
  sense: 'most' | 'least';
  /** Whose runs decide it. */
  cases: readonly string[];
  figure: (results: Results) => number | undefined;
}

const PAIR = ['couloir', 'nginx'] as const;
const OVER_DIRECT = ['couloir', 'direct'] as const;
const PACED = ['verbatim-2kb-paced', 'mended-2kb-paced', 'chat-to-claude-2kb-paced', 'messages-to-gpt-2kb-paced'];
const TRANSLATED_PACED = PACED.slice(2);
const TRANSLATED_200KB = ['chat-to-claude-200kb-unary', 'messages-to-gpt-200kb-unary'];
const VERBATIM = 'verbatim-2kb-unary';
const ALONE = 'verbatim-2kb-alone';
const OUR_JSON_MICROS = 150;

const cost = (caseName: string) => costOf(findCase(caseName));
const gapP99 = ({ load }: Run) => load.gaps?.p99;
const firstEventP50 = ({ load }: Run) => load.firstEvents?.p50;
const firstEventP99 = ({ load }: Run) => load.firstEvents?.p99;
const answerP50 = ({ load }: Run) => load.answers?.p50;
const answerP99 = ({ load }: Run) => load.answers?.p99;

const GOALS: Goal[] = [
  ...[
    { what: 'CPU of a request, 2 KB verbatim', caseName: VERBATIM, limit: 4, aim: 3.2 },
    { what: 'CPU of a request, 200 KB verbatim', caseName: 'verbatim-200kb-unary', limit: 3, aim: 2.5 },
    { what: 'CPU of an event passed through at a 5 ms pace', caseName: 'verbatim-2kb-paced', limit: 2.5, aim: 2 },
  ].map(({ what, caseName, limit, aim }): Goal => {
    const figure = (results: Results) => ratio(results, caseName, PAIR, cost(caseName));
    return { what, limit, aim, unit: '× nginx', sense: 'most', cases: [caseName], figure };
  }),
  {
    what: 'CPU of what can be switched off, 2 KB verbatim',
    limit: 8,
    unit: 'µs',
    sense: 'most',
    cases: [VERBATIM],
    figure: (results) => difference(results, VERBATIM, ['couloir', 'couloir-bare'], cost(VERBATIM)),
  },
  ...[
    { what: 'CPU of a request of Portkey’s on the same Node, 2 KB verbatim', variant: 'portkey' },
    { what: 'The same of Portkey’s on the Node of its own image', variant: 'portkey-node20' },
  ].map(({ what, variant }): Goal => {
    const figure = (results: Results) => ratio(results, VERBATIM, [variant, 'couloir'], cost(VERBATIM));
    return { what, limit: 25, unit: '× ours', sense: 'least', cases: [VERBATIM], figure };
  }),
  {
    what: 'CPU of a request, 200 KB translated, of what is allowed: 1.2 × (JSON.parse + JSON.stringify) + 150 µs',
    limit: 1,
    unit: '× that',
    sense: 'most',
    cases: TRANSLATED_200KB,
    figure: (results) => worst(TRANSLATED_200KB, (name) => shareOfJson(results, name)),
  },
  {
    what: 'CPU of an event more when translated',
    limit: 5,
    unit: 'µs',
    sense: 'most',
    cases: PACED,
    figure: (results) => worst(TRANSLATED_PACED, (name) => moreThanVerbatim(results, name)),
  },
  {
    what: 'Gap between events at p99, added to direct, every lane',
    limit: 1_000,
    unit: 'µs',
    sense: 'most',
    cases: PACED,
    figure: (results) => worst(PACED, (name) => difference(results, name, OVER_DIRECT, gapP99)),
  },
  {
    what: 'First event at p50, added to direct, every lane',
    limit: 300,
    unit: 'µs',
    sense: 'most',
    cases: PACED,
    figure: (results) => worst(PACED, (name) => difference(results, name, OVER_DIRECT, firstEventP50)),
  },
  {
    what: 'No step of 25 or 40 ms: first event at p99, added to direct, every lane',
    limit: 20_000,
    unit: 'µs',
    sense: 'most',
    cases: PACED,
    figure: (results) => worst(PACED, (name) => difference(results, name, OVER_DIRECT, firstEventP99)),
  },
  {
    what: 'Latency at p50 over nginx, one connection, 2 KB verbatim',
    limit: 80,
    unit: 'µs',
    sense: 'most',
    cases: [ALONE],
    figure: (results) => difference(results, ALONE, PAIR, answerP50),
  },
  {
    what: 'Latency at p99 over nginx, one connection, 2 KB verbatim',
    limit: 500,
    unit: 'µs',
    sense: 'most',
    cases: [ALONE],
    figure: (results) => difference(results, ALONE, PAIR, answerP99),
  },
  {
    what: '1,000 paced streams: lateness of events at p99',
    limit: 50_000,
    unit: 'µs',
    sense: 'most',
    cases: [],
    figure: (results) => memoryOf(results, false)?.lateMicros,
  },
  ...[
    { what: 'Memory of an open stream', secure: false, limit: 35 },
    { what: 'Memory of an open stream, upstream with TLS', secure: true, limit: 100 },
  ].map(({ what, secure, limit }): Goal => {
    const figure = (results: Results) => {
      const memory = memoryOf(results, secure);
      return memory === undefined ? undefined : kbPerStream(memory);
    };
    return { what, limit, unit: 'KB', sense: 'most', cases: [], figure };
  }),
  {
    what: 'Memory after 1,000 streams, of that before them',
    limit: 1.1,
    unit: '×',
    sense: 'most',
    cases: [],
    figure: (results) => {
      const memory = memoryOf(results, false);
      return memory === undefined ? undefined : memory.afterwards / memory.afterLoad;
    },
  },
  {
    what: 'Ready to answer after the start of the process',
    limit: 300,
    unit: 'ms',
    sense: 'most',
    cases: [],
    figure: ({ coldStarts }) => median(coldStarts.map(({ livenessMs }) => livenessMs)),
  },
  {
    what: 'Memory when idle',
    limit: 100,
    unit: 'MB',
    sense: 'most',
    cases: [],
    figure: (results) => memoryOf(results, false)?.idle,
  },
  {
    what: '`--workers 2`: CPU of a request, of that with one',
    limit: 1.1,
    unit: '×',
    sense: 'most',
    cases: [VERBATIM],
    figure: (results) => ratio(results, VERBATIM, ['couloir-workers', 'couloir'], cost(VERBATIM)),
  },
];

export function judge(results: Results): Judged[] {
  return GOALS.map(({ what, limit, aim, unit, sense, cases, figure }) => {
    const value = figure(results);
    const sign = sense === 'most' ? '≤' : '≥';
    const goal = `${sign} ${quantity(limit, unit)}${aim === undefined ? '' : ` (aim ${aim})`}`;
    const noisy = cases.some((name) => isDisturbed(results, name));
    if (value === undefined) return { what, goal, measured: '', verdict: 'not measured', noisy: false };
    const reaches = (bound: number) => (sense === 'most' ? value <= bound : value >= bound);
    const verdict = aim !== undefined && reaches(aim) ? 'aim met' : reaches(limit) ? 'met' : 'not met';
    return { what, goal, measured: quantity(value, unit), verdict, noisy };
  });
}

/** A case of which some variant, ours or nginx, had no quiet run at all. */
function isDisturbed({ runs }: Results, caseName: string): boolean {
  return ['couloir', 'nginx'].some((variant) => {
    const own = runs.filter((run) => run.caseName === caseName && run.variant === variant);
    return own.length > 0 && own.every(({ noisy }) => noisy);
  });
}

export function kbPerStream({ whileOpen, afterLoad, streams }: Results['memory'][number]): number {
  return ((whileOpen - afterLoad) * 1024) / streams;
}

function memoryOf({ memory }: Results, secure: boolean): Results['memory'][number] | undefined {
  return memory.find((each) => each.variant === 'couloir' && each.secure === secure);
}

function shareOfJson(results: Results, caseName: string): number | undefined {
  const ours = medianFigure(results, caseName, 'couloir', cost(caseName));
  const json = median(results.jsonCosts.filter((each) => each.caseName === caseName).map((each) => each.jsonMicros));
  return ours === undefined || json === undefined ? undefined : ours / (1.2 * json + OUR_JSON_MICROS);
}

function moreThanVerbatim(results: Results, caseName: string): number | undefined {
  const translated = medianFigure(results, caseName, 'couloir', cost(caseName));
  const verbatim = medianFigure(results, 'verbatim-2kb-paced', 'couloir', cost('verbatim-2kb-paced'));
  return translated === undefined || verbatim === undefined ? undefined : translated - verbatim;
}

/** The greatest over some cases; undefined unless all were measured. */
function worst(names: readonly string[], figure: (name: string) => number | undefined): number | undefined {
  const values = names.map(figure);
  return values.some((value) => value === undefined)
    ? undefined
    : Math.max(...values.filter((value) => value !== undefined));
}

function quantity(value: number, unit: string): string {
  const digits = Number.isInteger(value) || Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2;
  return `${value.toFixed(digits)} ${unit}`;
}
