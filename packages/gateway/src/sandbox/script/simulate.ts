import type { Prompt, PromptMessage } from '../prompt.ts';
import type { PromptSegment } from '../prompt-cache.ts';
import type { SandboxWorld } from '../surface.ts';
import { countMessage, countPreamble, countTool, PROMPT_TOKENS } from '../tokens.ts';
import type { Fault, SimulatedPart, SimulatedTurn, SimulatedUsage } from '../turn.ts';
import { countOutput, cutAtStop, cutToTokens } from './budget.ts';
import type { ScriptedUsage, ScriptTurn } from './directives.ts';
import { callId, fingerprintOf } from './identity.ts';
import { locateTurn } from './locate.ts';
import { closingSteps, partsOf, unscriptedSteps } from './parts.ts';

/** What the simulation takes from the world; a surface hands over its `SandboxWorld` as it is. */
export type SimulationContext = Pick<SandboxWorld, 'cache' | 'seed' | 'attempt' | 'scenario' | 'observe' | 'fault'>;

/**
 * Decides what the simulated model does with one prompt: follows the script in it (or the scenario's), else
 * answers with a short reply that says it is simulated and obeys a forced tool or a schema. Counts the
 * attempt when the script has failures, and the prompt cache unless this attempt fails.
 */
export function simulateTurn(prompt: Prompt, context: SimulationContext): SimulatedTurn {
  const located = locateTurn(prompt, context.scenario?.[prompt.model]);
  const script: ScriptTurn =
    located.kind === 'turn'
      ? located.turn
      : { steps: located.kind === 'over' ? closingSteps() : unscriptedSteps(prompt), fails: [] };
  const fingerprint = fingerprintOf(prompt);
  const planned = context.fault === undefined ? undefined : { name: context.fault };
  const fault = faultOf(script, () => context.attempt(fingerprint)) ?? planned;
  const parts = partsOf(script.steps, prompt, (index) =>
    callId(prompt.model, `${context.seed}\0${prompt.model}\0${fingerprint}\0${index}`),
  );
  const stopped = cutAtStop(parts, prompt.stop);
  const limited = cutToTokens(stopped.parts, prompt.maxTokens);
  // An attempt that fails, and so an answer with nothing in it, generated nothing; one that was cut, all it could.
  const said = countOutput(fault === undefined ? limited.parts : []);
  const once = limited.cut && fault === undefined ? { ...said, output: prompt.maxTokens } : said;
  const { choices = 1 } = prompt;
  const spent = { output: once.output * choices, reasoning: once.reasoning * choices };
  const counted = countInput(prompt, context, fault !== undefined);
  const usage = usageOf(script.usage, { ...counted, ...spent });
  context.observe?.({ usage, ...(fault === undefined ? {} : { fault: fault.name }) });
  return {
    parts: limited.parts,
    ...finishOf(script, limited.parts, limited.cut, stopped.sequence),
    usage,
    ...(fault === undefined ? {} : { fault }),
    timing: {
      paceMs: script.paceMs ?? 0,
      stallMs: script.stallMs ?? 0,
      ...(script.cutAfter === undefined ? {} : { cutAfter: script.cutAfter }),
    },
  };
}

function faultOf(script: ScriptTurn, attempt: () => number): Fault | undefined {
  if (script.fails.length === 0) return undefined;
  let earlier = attempt();
  for (const { name, times } of script.fails) {
    if (earlier < times) return { name };
    earlier -= times;
  }
  return undefined;
}

function finishOf(
  script: ScriptTurn,
  parts: SimulatedPart[],
  cut: boolean,
  sequence: string | undefined,
): Pick<SimulatedTurn, 'finish' | 'sequence'> {
  if (cut) return { finish: 'length' };
  if (sequence !== undefined) return { finish: 'stop-sequence', sequence };
  if (script.finish !== undefined) return { finish: script.finish };
  return { finish: parts.some(({ kind }) => kind === 'call') ? 'tool-calls' : 'stop' };
}

type InputCounts = Pick<SimulatedUsage, 'input' | 'cacheRead' | 'cacheWrite'>;

function countInput(prompt: Prompt, context: SimulationContext, failed: boolean): InputCounts {
  const segments = segmentsOf(prompt);
  if (failed) return { input: segments.reduce((sum, { tokens }) => sum + tokens, 0), cacheRead: 0, cacheWrite: 0 };
  const { input, read, written } = context.cache.account(prompt.model, segments, prompt.cacheKey);
  return { input, cacheRead: read, cacheWrite: written };
}

/** The prompt in the order caches see it: tools, system, conversation. The preambles stand before everything. */
function segmentsOf(prompt: Prompt): PromptSegment[] {
  const system = prompt.messages.filter(({ role }) => role === 'system');
  const rest = prompt.messages.filter(({ role }) => role !== 'system');
  return [
    { text: JSON.stringify(prompt.schema ?? null), tokens: PROMPT_TOKENS + countPreamble(prompt), mark: false },
    ...prompt.tools.map((tool) => ({ text: tool.definition, tokens: countTool(tool), mark: tool.cacheMark })),
    ...[...system, ...rest].map((message) => ({
      text: identityOf(message),
      tokens: countMessage(message),
      mark: message.cacheMark,
    })),
  ];
}

function identityOf({ role, text, calls, callText, imageDigest }: PromptMessage): string {
  return `${role}\n${text}\n${calls.join()}\n${callText ?? ''}\n${imageDigest ?? ''}`;
}

function usageOf(scripted: ScriptedUsage | undefined, counted: SimulatedUsage): SimulatedUsage {
  if (scripted === undefined) return counted;
  const cacheRead = scripted.cached ?? counted.cacheRead;
  const cacheWrite = scripted.written ?? (scripted.input === undefined ? counted.cacheWrite : 0);
  const whole = scripted.input ?? counted.input + counted.cacheRead + counted.cacheWrite;
  return {
    input: Math.max(0, whole - cacheRead - cacheWrite),
    cacheRead,
    cacheWrite,
    output: scripted.output ?? counted.output,
    reasoning: scripted.reasoning ?? counted.reasoning,
  };
}
