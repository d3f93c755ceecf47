/** Request bodies as coding agents send them: a long system prompt, tools with schemas, turns full of code, some of it not ASCII. */
import type { BenchCase, Size } from './cases.ts';
import { isStreamed } from './cases.ts';

const BYTES: Record<Size, number> = { '2kb': 2_000, '200kb': 200_000, '1mb': 1_000_000 };
const TOOLS: Record<Size, number> = { '2kb': 1, '200kb': 16, '1mb': 16 };
/** Turns of a file read or a command's output are a few kilobytes each. */
const TURN_BYTES = 4_000;

const LINES = [
  'export async function readConfig(path: string, { strict = false } = {}): Promise<Config> {',
  '  const text = await readFile(path, "utf8"); // “quoted” — and not all of it is ASCII',
  '  if (!/^\\s*[{\\[]/.test(text)) throw new SyntaxError(`no JSON in ${path}:\\n\\t${text.slice(0, 80)}`);',
  '  return schema.parse(JSON.parse(text)) as Config;',
  '}',
  '',
  '| größe | naïve | 例 |',
];

/** The body of a case in its client's dialect. Model and `stream` come first, as the SDKs write them. */
export function bodyOf(bench: BenchCase, modelPrefix: string): Buffer {
  const { lane, size } = bench;
  const head = { model: modelPrefix + lane.model, stream: isStreamed(bench), max_tokens: 1_024 };
  const turns = conversation(size);
  const rest = lane.client === 'chat' ? chatBody(turns, TOOLS[size]) : messagesBody(turns, TOOLS[size]);
  return Buffer.from(JSON.stringify({ ...head, ...rest }));
}

interface Turn {
  question: string;
  call: { id: string; path: string };
  result: string;
}

interface Conversation {
  system: string;
  turns: Turn[];
  last: string;
}

function conversation(size: Size): Conversation {
  const bytes = BYTES[size];
  const system = code(Math.min(bytes * 0.1, 12_000));
  const count = Math.floor((bytes - system.length) / TURN_BYTES);
  const turns = Array.from({ length: count }, (_, index) => ({
    question: `Look at file ${index} and say what it does.`,
    call: { id: `call_${String(index).padStart(8, '0')}`, path: `src/part-${index}/index.ts` },
    // Tool definitions take their share of the bytes, and so do quotes that JSON escapes.
    result: `${index}\n${code(TURN_BYTES * 0.78)}`,
  }));
  return { system, turns, last: `Now explain this:\n${code(Math.min(bytes * 0.6, TURN_BYTES))}` };
}

function code(bytes: number): string {
  let text = '';
  for (let at = 0; text.length < bytes; at += 1) text += `${LINES[at % LINES.length]}\n`;
  return text.slice(0, bytes);
}

function schema(index: number): Record<string, unknown> {
  return {
    type: 'object',
    properties: {
      path: { type: 'string', description: 'Absolute path of the file.' },
      limit: { type: 'integer', description: `At most so many lines (tool ${index}).` },
    },
    required: ['path'],
  };
}

function toolNames(count: number): string[] {
  return Array.from({ length: count }, (_, index) => (index === 0 ? 'read' : `tool_${index}`));
}

const DESCRIPTION = 'Reads a file of the working folder and returns its lines with their numbers.';

function chatBody({ system, turns, last }: Conversation, tools: number): object {
  return {
    messages: [
      { role: 'system', content: system },
      ...turns.flatMap(({ question, call, result }) => [
        { role: 'user', content: question },
        {
          role: 'assistant',
          content: 'Let me look.',
          tool_calls: [
            {
              id: call.id,
              type: 'function',
              function: { name: 'read', arguments: JSON.stringify({ path: call.path }) },
            },
          ],
        },
        { role: 'tool', tool_call_id: call.id, content: result },
        { role: 'assistant', content: 'It reads a configuration.' },
      ]),
      { role: 'user', content: last },
    ],
    tools: toolNames(tools).map((name, index) => ({
      type: 'function',
      function: { name, description: DESCRIPTION, parameters: schema(index) },
    })),
  };
}

function messagesBody({ system, turns, last }: Conversation, tools: number): object {
  return {
    system: [{ type: 'text', text: system }],
    messages: [
      ...turns.flatMap(({ question, call, result }) => [
        { role: 'user', content: [{ type: 'text', text: question }] },
        {
          role: 'assistant',
          content: [
            { type: 'text', text: 'Let me look.' },
            { type: 'tool_use', id: call.id, name: 'read', input: { path: call.path } },
          ],
        },
        { role: 'user', content: [{ type: 'tool_result', tool_use_id: call.id, content: result }] },
        { role: 'assistant', content: [{ type: 'text', text: 'It reads a configuration.' }] },
      ]),
      { role: 'user', content: [{ type: 'text', text: last }] },
    ],
    tools: toolNames(tools).map((name, index) => ({ name, description: DESCRIPTION, input_schema: schema(index) })),
  };
}
