import { describe, expect, test } from 'vitest';
import { requestOf } from '../../../test/arbitrary/request.ts';
import { OPUS_5_5, SONNET_4_5 } from '../../../test/messages/claude.ts';
import type { GenerateRequest } from '../../ir/request.ts';
import { writeRequest } from './request.ts';

function write(fields: Partial<GenerateRequest>, capabilities = SONNET_4_5) {
  return writeRequest(requestOf(fields), { model: 'claude-sonnet-4-5', capabilities });
}

const pathsOf = ({ notes }: ReturnType<typeof write>) => notes.map((note) => `${note.code} ${note.path}`);

describe('structured output', () => {
  const schema = { type: 'object', properties: { age: { type: 'integer', minimum: 0 } }, required: ['age'] };
  const output = { format: 'json', name: 'person', schema } as const;

  test('is a field where the model has one', () => {
    const { body, reading } = write({ output });
    expect(body.output_config).toEqual({
      format: {
        type: 'json_schema',
        schema: {
          type: 'object',
          properties: { age: { type: 'integer', description: '{minimum: 0}' } },
          required: ['age'],
          additionalProperties: false,
        },
      },
    });
    expect(reading).toEqual({});
  });

  test('is a forced tool where it has none', () => {
    const { body, reading } = write({ output }, { ...SONNET_4_5, structuredOutput: 'tool' });
    expect(body.tools).toEqual([
      {
        name: 'person',
        description: 'Gives the final answer. Its arguments are the whole answer.',
        input_schema: schema,
      },
    ]);
    expect(body.tool_choice).toEqual({ type: 'tool', name: 'person', disable_parallel_tool_use: true });
    expect(reading).toEqual({ jsonTool: 'person' });
  });

  test('which Cortex does not hold to its schema: who asked for that is told', () => {
    const capabilities = { ...SONNET_4_5, structuredOutput: 'tool' } as const;
    const strict = ({ notes }: ReturnType<typeof write>) => notes.filter(({ path }) => path.endsWith('.strict'));
    expect(strict(write({ output }, capabilities))).toEqual([]);
    expect(strict(write({ output: { ...output, strict: true } }, capabilities))).toMatchObject([{ code: 'coerced' }]);
    expect(strict(write({ output: { ...output, strict: true } }, SONNET_4_5))).toEqual([]);
  });

  test("beside the client's tools the model must call one of them or answer", () => {
    const capabilities = { ...SONNET_4_5, structuredOutput: 'tool' } as const;
    const { body, reading } = write({ output, tools: [{ name: 'person' }] }, capabilities);
    expect(body.tool_choice).toEqual({ type: 'any', disable_parallel_tool_use: true });
    expect(reading).toEqual({ jsonTool: 'person_answer' });
  });

  test('a schema that the field cannot express goes to a tool', () => {
    const free = { type: 'object', additionalProperties: { type: 'string' } };
    const written = write({ output: { format: 'json', schema: free } });
    expect(written.reading).toEqual({ jsonTool: 'answer' });
    expect(pathsOf(written)).toEqual(['coerced response_format.json_schema.schema']);
  });

  test('or into words, for a model that cannot be made to call one', () => {
    const free = { type: 'object', additionalProperties: { type: 'string' } };
    const written = write({ output: { format: 'json', schema: free }, tools: [{ name: 'a' }] }, OPUS_5_5);
    expect(written.reading).toEqual({ jsonObject: true });
    expect(written.body.tools).toHaveLength(1);
    expect(pathsOf(written)).toEqual(['simulated response_format', 'dropped response_format.json_schema']);
  });

  test('without a schema it is an instruction, and the reader cuts what is around the object', () => {
    const written = write({ output: { format: 'json' }, system: [{ kind: 'text', text: 'Be brief.' }] });
    const { body, reading } = written;
    expect(body.system).toEqual([
      { type: 'text', text: 'Be brief.' },
      {
        type: 'text',
        text: 'Answer with one JSON object.\nWrite the object and nothing else: no explanation, no Markdown.',
      },
    ]);
    expect(reading).toEqual({ jsonObject: true });
    expect(pathsOf(written)).toEqual(['simulated response_format']);
  });

  test('where a schema can only be told in words, it is named as dropped', () => {
    const written = write({ output }, { ...SONNET_4_5, structuredOutput: 'none' });
    expect(pathsOf(written)).toEqual(['simulated response_format', 'dropped response_format.json_schema']);
  });

  test('a schema of anything but an object is refused', () => {
    expect(() => write({ output: { format: 'json', schema: { type: 'array' } } })).toThrow('must describe an object');
  });
});
