import { GatewayError } from '../../errors/error.ts';
import { JsonObjectScanner } from '../../ir/json-object-scanner.ts';
import { isObject, type JsonObject } from '../../ir/json.ts';
import type { Note } from '../../ir/note.ts';
import { describesObject } from '../../ir/tool-schema.ts';
import type { Transducer } from '../../ir/transducer.ts';
import { brokenAnswer } from '../../protocols/answer-error.ts';
import { contentsOf } from './chunk.ts';
import { textOf } from './messages.ts';
import {
  type AnswerContext,
  type AnswerMend,
  type MendReading,
  type MendTarget,
  onCortex,
  type RequestMend,
} from './mend.ts';

/**
 * OpenAI refuses `json_object` unless a message says "json"; Claude takes only `json_schema`; the other
 * families ignore the field without a word. Where the field does not do it, an instruction asks for it,
 * and of the answer only the object passes: one without is an error.
 */
export const jsonOutput: RequestMend & AnswerMend = {
  id: 'json-output',
  since: '2026-07',
  evidence: 'docs/cortex-quirks.md#json-output',
  applies: onCortex,
  request(body, target, reading) {
    const format = body.response_format;
    if (!isObject(format) || (format.type !== 'json_object' && format.type !== 'json_schema')) return [];
    const { family, structuredOutput } = target.capabilities;
    if (format.type === 'json_schema' && (family !== 'other' || structuredOutput === 'native')) return [];
    if (family === 'openai') return mentionJson(body);
    return instruct(body, format, target, reading);
  },
  heedsWords: ({ reading }) => reading.jsonObject === true,
  stream: (context) => (context.reading.jsonObject === true ? onlyObject(context) : undefined),
  message(answer, context) {
    if (context.reading.jsonObject !== true) return;
    for (const { choice, content } of contentsOf(answer)) keepObject(choice, content, new JsonObjectScanner(), context);
  },
};

function onlyObject(context: AnswerContext): Transducer<JsonObject, JsonObject> {
  const scanner = new JsonObjectScanner();
  return {
    push(chunk) {
      for (const { choice, content } of contentsOf(chunk)) keepObject(choice, content, scanner, context);
      return [chunk];
    },
    end: () => [],
  };
}

/** @throws GatewayError when what was said is no object; one that was cut off need not be whole */
function keepObject(
  choice: JsonObject,
  content: JsonObject,
  scanner: JsonObjectScanner,
  { findings }: AnswerContext,
): void {
  if (typeof content.content === 'string') content.content = scanner.take(content.content);
  const isDone = choice.finish_reason === 'stop' && findings.stopSequence !== true;
  const rest = isDone ? scanner.end() : '';
  if (rest !== '') content.content = rest;
  const fault = isDone ? scanner.finalFault : scanner.fault;
  if (fault !== undefined) throw brokenAnswer(fault);
}

function mentionJson(body: JsonObject): Note[] {
  const messages = Array.isArray(body.messages) ? body.messages.filter(isObject) : [];
  if (messages.some((message) => /json/i.test(textOf(message.content)))) return [];
  addInstruction(body, 'Answer with a JSON object.');
  return [
    { code: 'repaired', path: 'messages', because: 'json_object demands that a message says "json", so one was added' },
  ];
}

/** @throws GatewayError `invalid-request` for a schema that does not describe an object */
function instruct(body: JsonObject, format: JsonObject, { model }: MendTarget, reading: MendReading): Note[] {
  const schema = isObject(format.json_schema) ? format.json_schema.schema : undefined;
  if (isObject(schema) && !describesObject(schema)) {
    const message = 'The JSON schema of the answer must describe an object: give it "type": "object" and "properties".';
    throw new GatewayError('invalid-request', message, { param: 'response_format.json_schema.schema' });
  }
  const shape = schema === undefined ? '. ' : ` that is valid against this JSON Schema:\n${JSON.stringify(schema)}\n\n`;
  addInstruction(body, `Answer with one JSON object${shape}Write nothing before or after it.`);
  delete body.response_format;
  reading.jsonObject = true;
  const because = `${model} does not enforce it, so an instruction asks for it`;
  return [
    { code: 'simulated', path: 'response_format', because },
    ...(schema === undefined
      ? []
      : [
          {
            code: 'dropped' as const,
            path: 'response_format.json_schema',
            because: 'the schema is only asked for by instruction',
          },
        ]),
  ];
}

function addInstruction(body: JsonObject, content: string): void {
  const messages = Array.isArray(body.messages) ? body.messages : [];
  const after = messages.findIndex((message) => isObject(message) && message.role === 'system');
  body.messages = messages.toSpliced(after + 1, 0, { role: 'system', content });
}
