/** A run of the bench for a terminal and for docs/performance.md. */
import type { Results } from './results.ts';
import { type Table, tablesOf } from './tables.ts';

export function renderTerminal(results: Results): string {
  return tablesOf(results)
    .map(({ title, columns, rows }) => `\n${title}\n${alignedRows([columns, ...rows])}`)
    .join('\n');
}

function alignedRows(rows: string[][]): string {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => (row[column] ?? '').length)));
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column]!))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/** The page, all of it. @param chart file name of the chart beside it */
export function renderMarkdown(results: Results, chart: string): string {
  const { machine, takenAt, rounds, variants, quick, decisive } = results;
  return [
    '# Speed',
    '',
    '`npm run bench -- --write` measures and writes this page. Read the ratios: absolute times belong to one machine and one',
    'hour, and stand here only beside them.',
    '',
    ...(quick
      ? ['**This is a quick run: few rounds of short windows. It is for trying the bench out, not for quoting.**', '']
      : []),
    `![CPU beside nginx](${chart})`,
    '',
    ...tablesOf(results).flatMap(markdownTable),
    '## Method',
    '',
    `- ${takenAt.slice(0, 10)}, ${machine.cpu}, ${machine.cores} cores, Linux ${machine.kernel}, Node ${machine.node}.`,
    machine.pinned
      ? '- What is measured has one core to itself (`taskset`); the load and the upstream share the other. For the latency on one connection the direct upstream runs on the proxy’s core, so that every way wakes another core.'
      : '- Cores could not be told apart here (no `taskset`, or one core): all processes share them.',
    ...(decisive ? ['- Only the cases that a goal hangs on were run, with `--decisive`.'] : []),
    `- ${rounds} rounds, in each of which every case is run on every variant in turn. A ratio or difference is of two variants in the same round; what is told is the median over the rounds. A run waits for a quiet machine, is repeated when others used more than a third of a core meanwhile, and is left out when that does not help.`,
    '- CPU is the kernel’s own account of the variant’s whole process tree (`/proc/PID/stat`), all threads: the garbage collector’s and the compiler’s too. It holds when a machine is slow or busy, where times do not.',
    '- The upstream answers with recorded bytes of Cortex from raw sockets; the load checks every answer to its end: status, text, number of events, terminal event.',
    '- Prompts: a system prompt, tools with schemas, turns full of code with tool calls, some of it beyond ASCII. `verbatim` is Messages to Claude, `mended` chat completions to a GPT model, `chat-to-claude` and `messages-to-gpt` are translated; nginx and direct get the same requests and pass them on as they are.',
    '- Streams carry their sending time in each event, so that delays are known for each. They begin one after another, and each keeps its own pace: events of different streams do not fall into step. Before the first round of such a case its streams are run as fast as they go, because at 40 beginnings a second code would take minutes to become warm.',
    '',
    'Variants:',
    '',
    ...variants.map(({ name, about }) => `- \`${name}\`: ${about}`),
    '',
    '## Run it again',
    '',
    '```sh',
    'apt-get install nginx-light       # Debian; the yardstick',
    'npm run bench                     # everything, more than an hour on a quiet machine',
    'npm run bench -- --decisive       # half an hour: the cases that goals hang on',
    'npm run bench -- --quick          # two minutes: does it work?',
    'npm run bench -- --case verbatim --variant couloir --rounds 5',
    'npm run bench -- --profile --case verbatim-2kb-unary',
    'npm run bench -- --json out.json --write',
    `npm run bench -- --litellm 'litellm --config "$BENCH_CONFIG" --port "$BENCH_PORT"'`,
    `npm run bench -- --bifrost 'bifrost-http -app-dir "$BENCH_FOLDER" -port "$BENCH_PORT"'`,
    '```',
    '',
    'A command given with `--litellm` or `--bifrost` is run by a shell, pinned like every variant. It finds in its environment `BENCH_PORT`,',
    'where it must listen on 127.0.0.1, `BENCH_CONFIG`, a configuration in its own format that points to the upstream, the folder of',
    'that, `BENCH_FOLDER`, and `BENCH_KEY`, the key that clients send.',
    '',
  ].join('\n');
}

function markdownTable({ title, note, columns, rows }: Table): string[] {
  const line = (cells: string[]) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [`## ${title}`, '', note, '', line(columns), line(columns.map(() => '---')), ...rows.map(line), ''];
}
