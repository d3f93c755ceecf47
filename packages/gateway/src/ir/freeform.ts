/**
 * Tools that take raw text (OpenAI calls them custom) on upstreams that know only functions: they go
 * out as functions with one text property, and the calls come back as the text.
 */
import type { StreamEvent } from './event.ts';
import { FreeformText } from './freeform-text.ts';
import type { FreeformGrammar, GenerateRequest, Part, Tool, Turn } from './request.ts';
import type { Transducer } from './transducer.ts';

/**
 * The request with every freeform tool told as a function whose one property `input` is the text; the
 * grammar, which nothing enforces there, is told in words. Calls of the history are wrapped the same
 * way. The same object when there is nothing to lower.
 * @returns also the names of the tools that were lowered, for `raiseFreeform`
 */
export function lowerFreeform(request: GenerateRequest): { request: GenerateRequest; names: Set<string> } {
  const names = new Set(request.tools.filter((tool) => tool.freeform !== undefined).map((tool) => tool.name));
  const turns = lowerTurns(request.turns);
  if (names.size === 0 && turns === request.turns) return { request, names };
  return { request: { ...request, tools: request.tools.map(lowerTool), turns }, names };
}

/**
 * Turns the calls of these tools from JSON text into raw text while they stream, however the text was
 * split, and marks them `freeform`. Arguments in which no text is found are handed on whole when the
 * call closes.
 */
export function raiseFreeform(names: ReadonlySet<string>): Transducer<StreamEvent, StreamEvent> {
  const texts = new Map<number, FreeformText>();
  return {
    push(event) {
      if (event.type === 'open' && event.part.kind === 'tool-call' && names.has(event.part.name)) {
        const text = new FreeformText();
        texts.set(event.at, text);
        return [{ ...event, part: { ...event.part, args: text.push(event.part.args), freeform: true } }];
      }
      if (event.type === 'delta' && 'args' in event.delta) {
        const text = texts.get(event.at);
        if (text === undefined) return [event];
        const args = text.push(event.delta.args);
        return args === '' ? [] : [{ ...event, delta: { args } }];
      }
      if (event.type === 'close') {
        const rest = texts.get(event.at)?.end() ?? '';
        texts.delete(event.at);
        return rest === '' ? [event] : [{ type: 'delta', at: event.at, delta: { args: rest } }, event];
      }
      return [event];
    },
    end: () => [],
  };
}

function lowerTool(tool: Tool): Tool {
  if (tool.freeform === undefined) return tool;
  const { freeform, ...rest } = tool;
  const description = [tool.description, instruct(freeform)].filter((text) => text !== undefined && text !== '');
  return {
    ...rest,
    description: description.join('\n\n'),
    schema: {
      type: 'object',
      properties: { input: { type: 'string', description: 'The whole input of the tool, as raw text.' } },
      required: ['input'],
      additionalProperties: false,
    },
  };
}

function instruct({ syntax, definition }: FreeformGrammar): string {
  const how = 'Put the whole input of this tool, as raw text, into the string "input"';
  if (definition === undefined || definition === '') return `${how}.`;
  const form = syntax === 'regex' ? 'this regular expression' : 'this Lark grammar';
  return `${how}; it must match ${form}:\n${definition}`;
}

function lowerTurns(turns: Turn[]): Turn[] {
  if (!turns.some((turn) => turn.parts.some(isFreeformCall))) return turns;
  return turns.map((turn) => (turn.parts.some(isFreeformCall) ? { ...turn, parts: turn.parts.map(lowerCall) } : turn));
}

function isFreeformCall(part: Part): boolean {
  return part.kind === 'tool-call' && part.freeform === true;
}

function lowerCall(part: Part): Part {
  if (part.kind !== 'tool-call' || part.freeform !== true) return part;
  const { freeform: _, ...call } = part;
  return { ...call, args: JSON.stringify({ input: part.args }) };
}
