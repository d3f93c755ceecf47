/** The figures of a run of the bench as tables, in the order of docs/performance.md. */
import { CASES, isStreamed } from './cases.ts';
import { judge, kbPerStream } from './goals.ts';
import { type Results, type Run, costOf, difference, medianFigure, ratio } from './results.ts';
import { median } from './statistics.ts';

export interface Table {
  title: string;
  /** What the reader must know to read it, in a sentence or two. */
  note: string;
  columns: string[];
  rows: string[][];
}

type Figure = (run: Run) => number | undefined;

export function tablesOf(results: Results): Table[] {
  const tables = [
    goalTable(results),
    ...costTables(results),
    latencyTable(results),
    streamTable(results),
    ...restTables(results),
  ];
  return tables.filter(({ rows }) => rows.length > 0).map(withoutEmptyColumns);
}

function goalTable(results: Results): Table {
  return {
    title: 'Goals',
    note: 'Each is judged by the median over the rounds; `~` marks those for which only disturbed rounds were to be had.',
    columns: ['what', 'goal', 'measured', ''],
    rows: judge(results).map(({ what, goal, measured, verdict, noisy }) => [
      what,
      goal,
      noisy ? `~ ${measured}` : measured,
      verdict,
    ]),
  };
}

function costTables(results: Results): Table[] {
  const proxies = proxyNames(results);
  const tableFor = (title: string, note: string, streamed: boolean): Table => ({
    title,
    note,
    columns: ['case', ...proxies, 'nginx, µs here'],
    rows: CASES.filter((bench) => isStreamed(bench) === streamed && bench.mode !== 'alone').flatMap((bench) => {
      const figure = costOf(bench);
      const base = medianFigure(results, bench.name, 'nginx', figure);
      if (base === undefined) return [];
      const cells = proxies.map((name) => times(ratio(results, bench.name, [name, 'nginx'], figure)));
      return [[bench.name, ...cells, base.toFixed(1)]];
    }),
  });
  return [
    tableFor(
      'CPU of a request, × nginx',
      'User and system time of all processes and threads of the variant, divided by the answers, over nginx’s of the same round.',
      false,
    ),
    tableFor(
      'CPU of a streamed event, × nginx',
      'Streams of 200 events. `bulk`: as fast as they go, many events to a read; `paced`: one each 5 ms.',
      true,
    ),
  ];
}

function latencyTable(results: Results): Table {
  const names = ['nginx', ...proxyNames(results)];
  const cell = (caseName: string, name: string): string => {
    const added = (pick: Figure) => micros(difference(results, caseName, [name, 'direct'], pick));
    const [p50, p99] = [added(({ load }) => load.answers?.p50), added(({ load }) => load.answers?.p99)];
    return p50 === '' ? '' : `${p50} / ${p99}`;
  };
  return {
    title: 'Added latency, one connection, p50 / p99',
    note: 'On the wire, less that of the direct call in the same round.',
    columns: ['case', ...names],
    rows: rowsWithFigures(
      CASES.filter(({ mode }) => mode === 'alone').map(({ name }) => [name, ...names.map((each) => cell(name, each))]),
    ),
  };
}

function streamTable(results: Results): Table {
  const names = ['nginx', ...proxyNames(results)];
  const cell = (caseName: string, name: string): string => {
    const added = (pick: Figure) => micros(difference(results, caseName, [name, 'direct'], pick));
    const figures = [
      added(({ load }) => load.firstEvents?.p50),
      added(({ load }) => load.delays?.p50),
      added(({ load }) => load.gaps?.p99),
    ];
    return figures[0] === '' ? '' : figures.join(' / ');
  };
  const paced = CASES.filter(({ mode, secure }) => mode === 'paced' && !secure);
  return {
    title: 'Added to a paced stream: first event p50 / delay of an event p50 / gap between events p99',
    note: 'Less the direct call’s in the same round; an event’s delay is from the upstream’s sending to its arrival.',
    columns: ['case', ...names],
    rows: rowsWithFigures(paced.map(({ name }) => [name, ...names.map((each) => cell(name, each))])),
  };
}

function restTables(results: Results): Table[] {
  const { memory, coldStarts, jsonCosts, missing } = results;
  const cold = (pick: (start: Results['coldStarts'][number]) => number) => median(coldStarts.map(pick));
  const jsonCases = [...new Set(jsonCosts.map(({ caseName }) => caseName))];
  return [
    {
      title: 'Memory, 1,000 open streams',
      note: 'Resident memory of all processes of a fresh start, in MB; each stream has four events a second. Late: how much longer than the pace the gaps were at p99.',
      columns: ['variant', 'idle', 'after load', 'streams open', 'KB a stream', 'afterwards', 'late'],
      rows: memory.map((each) => [
        each.variant + (each.secure ? ', upstream with TLS' : ''),
        ...[each.idle, each.afterLoad, each.whileOpen].map((mb) => mb.toFixed(0)),
        kbPerStream(each).toFixed(0),
        each.afterwards.toFixed(0),
        micros(each.lateMicros),
      ]),
    },
    {
      title: 'Cold start',
      note: 'From the start of the process to the first 200, median.',
      columns: ['answer', 'ms'],
      rows:
        coldStarts.length === 0
          ? []
          : [
              ['GET /health/liveness', String(Math.round(cold(({ livenessMs }) => livenessMs) ?? 0))],
              ['GET /v1/models', String(Math.round(cold(({ modelsMs }) => modelsMs) ?? 0))],
            ],
    },
    {
      title: 'What JSON alone costs',
      note: 'One JSON.parse and one JSON.stringify of the prompt in a process of its own, same core: the measure for translated prompts.',
      columns: ['prompt of', 'parse + stringify', 'from bytes and to bytes', 'couloir, whole request'],
      rows: jsonCases.map((caseName) => {
        const own = jsonCosts.filter((each) => each.caseName === caseName);
        const whole = medianFigure(results, caseName, 'couloir', costOf({ mode: 'unary' }));
        return [
          caseName,
          micros(median(own.map(({ jsonMicros }) => jsonMicros))),
          micros(median(own.map(({ withBytesMicros }) => withBytesMicros))),
          micros(whole),
        ];
      }),
    },
    {
      title: 'Not measured',
      note: 'And why.',
      columns: ['variant', 'case', 'because'],
      rows: missing.map(({ variant, caseName, because }) => [variant, caseName ?? 'all', firstLineOf(because)]),
    },
  ];
}

/** Every variant that is measured against nginx. */
function proxyNames({ variants }: Results): string[] {
  return variants.map(({ name }) => name).filter((name) => name !== 'direct' && name !== 'nginx');
}

/** A variant that serves no case of a table needs no column in it. */
function withoutEmptyColumns({ columns, rows, ...table }: Table): Table {
  const kept = columns.flatMap((_, column) => (rows.some((row) => row[column] !== '') ? [column] : []));
  const pick = (row: string[]) => kept.map((column) => row[column] ?? '');
  return { ...table, columns: pick(columns), rows: rows.map(pick) };
}

function rowsWithFigures(rows: string[][]): string[][] {
  return rows.filter((row) => row.slice(1).some((cell) => cell !== ''));
}

function times(value: number | undefined): string {
  return value === undefined ? '' : `${value.toFixed(value < 10 ? 2 : 1)}×`;
}

function micros(value: number | undefined): string {
  if (value === undefined) return '';
  return Math.abs(value) < 10_000 ? `${value.toFixed(0)} µs` : `${(value / 1_000).toFixed(1)} ms`;
}

function firstLineOf(text: string): string {
  return text.split('\n')[0]!.slice(0, 160);
}
