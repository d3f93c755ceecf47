/**
 * The language of `sandbox>` lines:
 *
 *   say TEXT                 answer text; lines that follow each other join with a newline
 *   repeat N TEXT            answer text that says TEXT N times (one stream event each, when TEXT is a word)
 *   think TEXT               a thought before what follows, when the request switches reasoning on
 *   call TOOL {"json":true}  a tool call, `{}` unless said; several are parallel
 *   then                     ends this turn; what follows answers the tool results
 *   finish length            how the turn ends: length, stop or refusal
 *   fail NAME [xN]           the first N attempts fail so, without N all of them; several lines follow each other
 *   pace 20ms                silence between events
 *   stall 30s                silence before the first event
 *   cut after 3              connection reset after so many events
 *   usage input=1200 cached=1000 written=0 output=50 reasoning=10   exact counts; `input` is the whole prompt
 */
import { isObject, type Json, type JsonObject } from '../../ir/json.ts';

export interface ScriptTurn {
  steps: Step[];
  finish?: 'length' | 'stop' | 'refusal';
  fails: { name: string; times: number }[];
  paceMs?: number;
  stallMs?: number;
  cutAfter?: number;
  usage?: ScriptedUsage;
}

export type Step =
  | { do: 'say'; text: string }
  | { do: 'think'; text: string }
  | { do: 'call'; tool: string; input: JsonObject };

/** `input` counts the whole prompt, `cached` and `written` are parts of it. */
export type ScriptedUsage = Partial<Record<'input' | 'cached' | 'written' | 'output' | 'reasoning', number>>;

/** Leading tags (`<user_query>`) and indentation are the agent's, not the script's. */
const DIRECTIVE = /^\s*(?:<[^<>]+>\s*)*sandbox>(?<rest>.*)$/;
const TRAILING_CLOSE_TAG = /<\/(?<tag>[\w-]+)>\s*$/;

/** The directives in `text`, without their `sandbox>`; empty when the text is no script. */
export function directivesOf(text: string): string[] {
  if (!text.includes('sandbox>')) return [];
  return text.split(/\r?\n/).flatMap((line) => {
    const rest = DIRECTIVE.exec(line)?.groups?.rest;
    return rest === undefined ? [] : [withoutForeignCloseTags(rest).replace(/^ /, '').trimEnd()];
  });
}

/** `say <b>x</b></user_query>` keeps its own tags and loses the one it did not open. */
function withoutForeignCloseTags(line: string): string {
  const tag = TRAILING_CLOSE_TAG.exec(line)?.groups?.tag;
  if (tag === undefined || line.includes(`<${tag}`)) return line;
  return withoutForeignCloseTags(line.replace(TRAILING_CLOSE_TAG, ''));
}

/** Reads a script. A line that makes no sense becomes answer text which says so: whoever wrote it reads the answer. */
export function parseScript(directives: string[]): ScriptTurn[] {
  const turns: ScriptTurn[] = [{ steps: [], fails: [] }];
  directives.forEach((directive, index) => {
    const [verb, argument] = splitOnce(directive);
    if (verb === '') return;
    if (verb === 'then' && argument.trim() === '') {
      turns.push({ steps: [], fails: [] });
      return;
    }
    const turn = turns.at(-1)!;
    const act = VERBS.get(verb);
    const problem = act === undefined ? unknownVerb(verb) : act(argument, turn);
    if (problem !== undefined) {
      addText(turn, 'say', `Line ${index + 1} of the sandbox script, "${directive}", was not understood: ${problem}`);
    }
  });
  return turns;
}

/** Changes the turn, or says what is wrong with its argument. */
type Verb = (argument: string, turn: ScriptTurn) => string | undefined;

const VERBS = new Map<string, Verb>([
  ['say', (argument, turn) => addText(turn, 'say', argument)],
  ['think', (argument, turn) => addText(turn, 'think', argument)],
  ['repeat', repeat],
  ['call', call],
  ['finish', (argument, turn) => finish(argument.trim(), turn)],
  ['fail', (argument, turn) => fail(argument.trim(), turn)],
  ['pace', (argument, turn) => duration(argument.trim(), (ms) => (turn.paceMs = ms))],
  ['stall', (argument, turn) => duration(argument.trim(), (ms) => (turn.stallMs = ms))],
  ['cut', (argument, turn) => cut(argument.trim(), turn)],
  ['usage', (argument, turn) => usage(argument.trim(), turn)],
]);

function addText(turn: ScriptTurn, kind: 'say' | 'think', text: string): undefined {
  const last = turn.steps.at(-1);
  if (last?.do === kind) last.text += `\n${text}`;
  else turn.steps.push({ do: kind, text });
}

function repeat(argument: string, turn: ScriptTurn): string | undefined {
  const [count, text] = splitOnce(argument);
  if (!/^\d{1,6}$/.test(count) || text === '') return 'write it like "repeat 200 word".';
  turn.steps.push({ do: 'say', text: `${text} `.repeat(Number(count)).trimEnd() });
}

function call(argument: string, turn: ScriptTurn): string | undefined {
  const [tool, json] = splitOnce(argument);
  if (tool === '') return 'name the tool, like call TOOL {"key": "value"}.';
  const input = json === '' ? {} : parseJson(json);
  if (!isObject(input)) return 'what follows the name of the tool must be a JSON object on the same line.';
  turn.steps.push({ do: 'call', tool, input });
}

function finish(argument: string, turn: ScriptTurn): string | undefined {
  if (argument !== 'length' && argument !== 'stop' && argument !== 'refusal') {
    return 'finish takes length, stop or refusal.';
  }
  turn.finish = argument;
}

function fail(argument: string, turn: ScriptTurn): string | undefined {
  const match = /^(?<name>\S+?)(?:\s+x(?<times>\d+))?$/.exec(argument)?.groups;
  if (match?.name === undefined) return 'write it like "fail 503" or "fail 503 x2".';
  turn.fails.push({ name: match.name, times: match.times === undefined ? Infinity : Number(match.times) });
}

function cut(argument: string, turn: ScriptTurn): string | undefined {
  const events = /^after (?<events>\d+)(?: events?)?$/.exec(argument)?.groups?.events;
  if (events === undefined) return 'write it like "cut after 3".';
  turn.cutAfter = Number(events);
}

const USAGE_KEYS = ['input', 'cached', 'written', 'output', 'reasoning'] as const;

function usage(argument: string, turn: ScriptTurn): string | undefined {
  const counts: ScriptedUsage = {};
  for (const pair of argument.split(/\s+/)) {
    const key = USAGE_KEYS.find((candidate) => new RegExp(`^${candidate}=\\d+$`).test(pair));
    if (key === undefined) return `"${pair}" is none of ${USAGE_KEYS.map((name) => `${name}=N`).join(', ')}.`;
    counts[key] = Number(pair.slice(key.length + 1));
  }
  if (counts.input !== undefined && (counts.cached ?? 0) + (counts.written ?? 0) > counts.input) {
    return 'input counts the whole prompt, so cached and written cannot be more than it.';
  }
  turn.usage = counts;
}

const UNIT_MS: Record<string, number> = { ms: 1, s: 1_000, m: 60_000 };

function duration(argument: string, set: (ms: number) => void): string | undefined {
  const match = /^(?<count>\d+(?:\.\d+)?)(?<unit>ms|s|m)$/.exec(argument)?.groups;
  if (match === undefined) return 'write a duration like 20ms, 1.5s or 2m.';
  set(Number(match.count) * UNIT_MS[match.unit!]!);
}

function unknownVerb(verb: string): string {
  return `"${verb}" is no directive. There are ${[...VERBS.keys(), 'then'].join(', ')}.`;
}

function splitOnce(text: string): [first: string, rest: string] {
  const match = /^\s*(\S*)(?:[ \t](.*))?$/s.exec(text);
  return [match?.[1] ?? '', match?.[2] ?? ''];
}

function parseJson(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
}
