import { GatewayError } from '../../errors/error.ts';
import type { JsonObject } from '../../ir/json.ts';
import type { Note } from '../../ir/note.ts';
import type { GenerateRequest, OutputFormat, Tool, Turn } from '../../ir/request.ts';
import { toolNameOnWire } from '../../ir/tool-names.ts';
import { describesObject } from '../../ir/tool-schema.ts';
import type { ModelCapabilities, ReaderOptions } from '../codec.ts';
import { writeStrictSchema } from './json-schema.ts';
import type { WireOutputConfig } from './wire.ts';

interface OutputPlan {
  /** The request, with the tool or the instruction that makes the answer JSON. */
  request: GenerateRequest;
  format?: NonNullable<WireOutputConfig['format']>;
  reading: Pick<ReaderOptions, 'jsonTool' | 'jsonObject'>;
}

const CONTINUE: Turn = { role: 'user', parts: [{ kind: 'text', text: 'Continue.' }] };

type JsonOutput = Extract<OutputFormat, { format: 'json' }>;

/**
 * How this model is made to answer in JSON: by a field of the request; by a tool whose arguments are the
 * answer, where it has no such field or the schema does not fit it; by instruction where it has neither.
 * @throws GatewayError `invalid-request` for a schema that does not describe an object
 */
export function planOutput(request: GenerateRequest, capabilities: ModelCapabilities, notes: Note[]): OutputPlan {
  const { output } = request;
  if (output?.format !== 'json') return { request, reading: {} };
  if (output.schema === undefined) return instruct(request, undefined, notes);
  if (!describesObject(output.schema)) {
    const message = 'The JSON schema of the answer must describe an object: give it "type": "object" and "properties".';
    throw new GatewayError('invalid-request', message, { param: 'response_format.json_schema.schema' });
  }
  if (capabilities.structuredOutput === 'native') {
    const { schema, lost } = writeStrictSchema(output.schema);
    if (lost.length === 0) return { request, format: { type: 'json_schema', schema }, reading: {} };
    if (!canAnswerByTool(capabilities)) return instruct(request, output.schema, notes);
    const because = `Claude's structured output cannot express it (${lost.slice(0, 3).join('; ')}), so a tool with this schema gives the answer`;
    notes.push({ code: 'coerced', path: 'response_format.json_schema.schema', because, harmless: true });
    return answerByTool(request, output, output.schema, notes);
  }
  return capabilities.structuredOutput === 'tool' && canAnswerByTool(capabilities)
    ? answerByTool(request, output, output.schema, notes)
    : instruct(request, output.schema, notes);
}

/** A model that cannot be made to call the tool would answer in prose beside it. */
function canAnswerByTool({ tools, forcedTools }: ModelCapabilities): boolean {
  return tools && forcedTools !== false;
}

/** With tools of the client's beside it the model must call something: one of them, or the answer. */
function answerByTool(request: GenerateRequest, output: JsonOutput, schema: JsonObject, notes: Note[]): OutputPlan {
  const { tools, toolChoice, turns } = request;
  if (toolChoice.mode === 'named') {
    notes.push({
      code: 'dropped',
      path: 'response_format',
      because: 'tool_choice demands a tool call instead of an answer',
    });
    return { request, reading: {} };
  }
  const tool: Tool = {
    name: freeName(output.name ?? 'answer', tools),
    description: output.description ?? 'Gives the final answer. Its arguments are the whole answer.',
    schema,
  };
  if (output.strict === true) {
    const because = 'the answer comes as the arguments of a tool, which Cortex does not hold to its schema';
    notes.push({ code: 'coerced', path: 'response_format.json_schema.strict', because });
  }
  const chosenFreely = tools.length > 0 && toolChoice.mode !== 'none';
  return {
    request: {
      ...request,
      tools: [...tools, tool],
      toolChoice: chosenFreely ? { mode: 'any' } : { mode: 'named', name: tool.name },
      parallelTools: false,
      // A text to be continued is refused beside tools: docs/cortex-quirks.md#trailing-assistant
      turns: turns.at(-1)?.role === 'assistant' ? [...turns, CONTINUE] : turns,
    },
    reading: { jsonTool: toolNameOnWire(tool.name) },
  };
}

function freeName(name: string, tools: Tool[]): string {
  const taken = new Set(tools.map((tool) => tool.name));
  let free = toolNameOnWire(name);
  while (taken.has(free)) free = toolNameOnWire(`${free}_answer`);
  return free;
}

function instruct(request: GenerateRequest, schema: JsonObject | undefined, notes: Note[]): OutputPlan {
  const because = 'this model does not enforce it, so an instruction asks for it';
  notes.push({ code: 'simulated', path: 'response_format', because });
  if (schema !== undefined) {
    const lost = 'the schema is only asked for by instruction';
    notes.push({ code: 'dropped', path: 'response_format.json_schema', because: lost });
  }
  const sentences = [
    schema === undefined
      ? 'Answer with one JSON object.'
      : `Answer with one JSON object that satisfies this JSON schema:\n${JSON.stringify(schema)}`,
    'Write the object and nothing else: no explanation, no Markdown.',
  ];
  return {
    request: { ...request, system: [...request.system, { kind: 'text', text: sentences.join('\n') }] },
    reading: { jsonObject: true },
  };
}
