/** From steps of a script (or from the lack of one) to the parts of an answer. */
import { isObject, type Json, type JsonObject, parseObject } from '../../ir/json.ts';
import type { Prompt, PromptTool } from '../prompt.ts';
import type { SimulatedPart } from '../turn.ts';
import type { Step } from './directives.ts';
import { ANY_OBJECT, exampleOf } from './example.ts';
import { demandedSchema } from './json-demand.ts';
import { offers } from './locate.ts';
import { signThought } from './signature.ts';
import { takeTokens } from '../tokens.ts';

const THOUGHT = 'The simulated model pretends to think.';

/** The answer to a prompt without a script. */
export function unscriptedSteps(prompt: Prompt): Step[] {
  const think: Step[] = prompt.thinks ? [{ do: 'think', text: THOUGHT }] : [];
  // A forced call takes the place of the answer, and its input follows the schema of its tool.
  const schema = forcedTool(prompt) === undefined ? (prompt.schema ?? demandedSchema(prompt)) : undefined;
  if (schema !== undefined) return [...think, { do: 'say', text: JSON.stringify(exampleAnswer(schema)) }];
  return [...think, { do: 'say', text: reply(prompt) }];
}

/** A sentence or two, or three, and what the request set. */
function reply({ model, verbosity = 'medium', settings = {} }: Prompt): string {
  const sentences = [
    `This is a simulated reply from the Couloir sandbox in place of ${model}.`,
    ...(verbosity === 'low' ? [] : ['Begin a line of the prompt with "sandbox>" to script it.']),
    ...(verbosity === 'high' ? ['It is this long because the request asks for high verbosity.'] : []),
  ];
  const set = Object.entries(settings).map(([name, value]) => `${name} ${JSON.stringify(value)}`);
  if (set.length > 0) sentences.push(`The request sets ${set.join(', ')}.`);
  return sentences.join(' ');
}

/** The answer to a prompt whose script has no more turns. */
export function closingSteps(): Step[] {
  return [{ do: 'say', text: 'The script of the Couloir sandbox has no more turns.' }];
}

/**
 * What the model gives for these steps under the constraints of the request: no thoughts unless reasoning
 * is on, no calls of tools that are not offered, a call whenever one is forced.
 */
export function partsOf(steps: Step[], prompt: Prompt, callIdAt: (index: number) => string): SimulatedPart[] {
  const forced = forcedTool(prompt);
  const obeying = forced === undefined || steps.some((step) => step.do === 'call') ? steps : obey(steps, forced);
  const parts: SimulatedPart[] = [];
  if (prompt.mustThink === true && prompt.thinks && obeying[0]?.do !== 'think') parts.push(thought(prompt, THOUGHT));
  obeying.forEach((step, index) => {
    if (step.do === 'think') {
      if (prompt.thinks) parts.push(thought(prompt, step.text));
    } else if (step.do === 'say' || !offers(prompt, step.tool)) {
      addText(parts, step.do === 'say' ? step.text : notOffered(prompt, step.tool));
    } else {
      parts.push({ kind: 'call', id: callIdAt(index), name: step.tool, input: step.input });
    }
  });
  return prompt.oneCall === true ? withOneCall(parts) : parts;
}

function withOneCall(parts: SimulatedPart[]): SimulatedPart[] {
  const first = parts.find(({ kind }) => kind === 'call');
  return parts.filter((part) => part.kind !== 'call' || part === first);
}

/** A forced tool takes the place of the text; JSON that the script says is its input. */
function obey(steps: Step[], tool: PromptTool): Step[] {
  const thoughts = steps.filter((step) => step.do === 'think');
  const said = steps.flatMap((step) => (step.do === 'say' ? [step.text] : [])).join('\n');
  const input = parseObject(said) ?? exampleInput(tool.schema);
  return [...thoughts, { do: 'call', tool: tool.name, input }];
}

function forcedTool({ forced, tools }: Prompt): PromptTool | undefined {
  if (forced === undefined || forced === 'none') return undefined;
  return forced === 'any' ? tools[0] : tools.find(({ name }) => name === forced.name);
}

function exampleInput(schema: JsonObject): JsonObject {
  const example = exampleOf({ ...schema, type: 'object' });
  return isObject(example) ? example : {};
}

function exampleAnswer(schema: JsonObject): Json {
  const anyObject = Object.keys(schema).every((key) => key === 'type') && (schema.type ?? 'object') === 'object';
  return anyObject ? ANY_OBJECT : exampleOf(schema);
}

function thought(prompt: Prompt, words: string): SimulatedPart {
  const text = prompt.thinkingTokens === undefined ? words : takeTokens(words, prompt.thinkingTokens);
  return { kind: 'thinking', text, signature: signThought(prompt.model, text) };
}

function addText(parts: SimulatedPart[], text: string): void {
  const last = parts.at(-1);
  if (last?.kind === 'text') last.text += `\n${text}`;
  else if (text !== '') parts.push({ kind: 'text', text });
}

function notOffered(prompt: Prompt, tool: string): string {
  if (prompt.forced === 'none') return `The simulated model cannot call "${tool}": the request forbids tool calls.`;
  const names = prompt.tools.map(({ name }) => name).join(', ');
  return `The simulated model cannot call "${tool}": the request offers ${names === '' ? 'no tools' : `only ${names}`}.`;
}
