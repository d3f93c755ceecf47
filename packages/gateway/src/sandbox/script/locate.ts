import type { Prompt, PromptMessage } from '../prompt.ts';
import { directivesOf, parseScript, type ScriptTurn } from './directives.ts';

/** The turn of the script that this prompt asks for; `over` when the script has no more. */
export type ScriptedTurn = { kind: 'turn'; turn: ScriptTurn } | { kind: 'over' } | { kind: 'none' };

/**
 * Finds the script in the newest user text that has one, else takes the scenario's, and finds the turn in it
 * from the history alone, so that the sandbox keeps no conversation state.
 */
export function locateTurn(prompt: Prompt, scenario: string | undefined): ScriptedTurn {
  const messages = joinContinued(prompt.messages);
  const at = messages.findLastIndex(({ role, text }) => role === 'user' && directivesOf(text).length > 0);
  const directives = at === -1 ? scenarioDirectives(scenario ?? '') : directivesOf(messages[at]!.text);
  if (directives.length === 0) return { kind: 'none' };
  const turns = parseScript(directives);
  const turn = turns[countPlayed(turns, messages.slice(at + 1), prompt)];
  return turn === undefined ? { kind: 'over' } : { kind: 'turn', turn };
}

/** A scenario is nothing but script, so its lines may leave the `sandbox>` out. */
function scenarioDirectives(scenario: string): string[] {
  const marked = directivesOf(scenario);
  return marked.length > 0 ? marked : scenario.split(/\r?\n/).filter((line) => line.trim() !== '');
}

/**
 * How many turns of the script the history has. A turn of parallel calls may come back as several assistant
 * messages with one call each (how gateways appease docs/cortex-quirks.md#parallel-history), so it is
 * over when all its calls have been seen.
 */
function countPlayed(turns: ScriptTurn[], history: PromptMessage[], prompt: Prompt): number {
  let played = 0;
  let seen = 0;
  for (const calls of assistantTurns(history)) {
    seen += calls;
    if (calls === 0 || seen >= callsOf(turns[played], prompt)) {
      played += 1;
      seen = 0;
    }
  }
  return played;
}

function callsOf(turn: ScriptTurn | undefined, prompt: Prompt): number {
  const calls = (turn?.steps ?? []).filter((step) => step.do === 'call' && offers(prompt, step.tool)).length;
  return prompt.oneCall === true ? Math.min(calls, 1) : calls;
}

export function offers(prompt: Prompt, tool: string): boolean {
  return prompt.forced !== 'none' && prompt.tools.some(({ name }) => name === tool);
}

/** The number of calls in each run of assistant messages. */
function assistantTurns(messages: PromptMessage[]): number[] {
  const turns: number[] = [];
  messages.forEach(({ role, calls }, index) => {
    if (role !== 'assistant') return;
    if (messages[index - 1]?.role === 'assistant') turns[turns.length - 1]! += calls.length;
    else turns.push(calls.length);
  });
  return turns;
}

function joinContinued(messages: PromptMessage[]): PromptMessage[] {
  const joined: PromptMessage[] = [];
  for (const message of messages) {
    const last = joined.at(-1);
    if (message.continues !== true || last === undefined) joined.push({ ...message });
    else {
      last.text += `\n${message.text}`;
      last.calls = [...last.calls, ...message.calls];
    }
  }
  return joined;
}
