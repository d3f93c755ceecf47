import { isObject, type JsonObject } from '../../ir/json.ts';
import type { Note } from '../../ir/note.ts';
import { textOf } from './messages.ts';
import { type MendTarget, onCortex, type RequestMend } from './mend.ts';

/**
 * OpenAI refuses `json_object` unless a message says "json"; Claude takes only `json_schema`; the other
 * families ignore the field without a word. Where the field does not do it, an instruction asks for it.
 */
export const jsonOutput: RequestMend = {
  id: 'json-output',
  since: '2026-07',
  evidence: 'docs/cortex-quirks.md#json-output',
  applies: onCortex,
  request(body, target) {
    const format = body.response_format;
    if (!isObject(format) || (format.type !== 'json_object' && format.type !== 'json_schema')) return [];
    const { family, structuredOutput } = target.capabilities;
    if (format.type === 'json_schema' && (family !== 'other' || structuredOutput === 'native')) return [];
    if (family === 'openai') return mentionJson(body);
    return instruct(body, format, target);
  },
};

function mentionJson(body: JsonObject): Note[] {
  const messages = Array.isArray(body.messages) ? body.messages.filter(isObject) : [];
  if (messages.some((message) => /json/i.test(textOf(message.content)))) return [];
  addInstruction(body, 'Answer with a JSON object.');
  return [
    { code: 'repaired', path: 'messages', because: 'json_object demands that a message says "json", so one was added' },
  ];
}

function instruct(body: JsonObject, format: JsonObject, { model }: MendTarget): Note[] {
  const schema = isObject(format.json_schema) ? format.json_schema.schema : undefined;
  const shape = schema === undefined ? '. ' : ` that is valid against this JSON Schema:\n${JSON.stringify(schema)}\n\n`;
  addInstruction(body, `Answer with one JSON object${shape}Write nothing before or after it.`);
  delete body.response_format;
  return [
    {
      code: 'simulated',
      path: 'response_format',
      because: `${model} does not enforce it, so an instruction asks for it`,
    },
  ];
}

function addInstruction(body: JsonObject, content: string): void {
  const messages = Array.isArray(body.messages) ? body.messages : [];
  const after = messages.findIndex((message) => isObject(message) && message.role === 'system');
  body.messages = messages.toSpliced(after + 1, 0, { role: 'system', content });
}
