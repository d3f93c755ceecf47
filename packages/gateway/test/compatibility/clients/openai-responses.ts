import OpenAI from 'openai';
import { zodTextFormat } from 'openai/helpers/zod';
import type { ParsedResponse, ResponseInputItem, Tool } from 'openai/resources/responses/responses';
import type { Answer, Client, LookTool, Question } from '../client.ts';
import { withVersion } from './version.ts';

export const openaiResponsesPackage: Client = {
  name: `${withVersion('openai')}, responses`,
  lacks: [],
  async ask(question, { url, key }) {
    const client = new OpenAI({ baseURL: `${url}/v1`, apiKey: key, maxRetries: 0 });
    const input = inputOf(question);
    let answer = await respond(client, question, { input });
    while (question.tool !== undefined) {
      const results = runCalls(answer.response, question.tool);
      if (results.length === 0) break;
      // Both ways to go on: by what the gateway keeps, and by sending all of it again.
      if (question.stream === true) {
        answer = await respond(client, question, { input: results, previous_response_id: answer.response.id });
      } else {
        input.push(...(answer.response.output as ResponseInputItem[]), ...results);
        answer = await respond(client, question, { input });
      }
    }
    return answerOf(answer);
  },
};

interface Responded {
  response: ParsedResponse<unknown>;
  pieces: number;
}

async function respond(
  client: OpenAI,
  { model, schema, effort, tool, stream, signal, onPiece }: Question,
  rest: { input: ResponseInputItem[]; previous_response_id?: string },
): Promise<Responded> {
  const body = {
    model,
    ...rest,
    ...(effort === undefined ? {} : { reasoning: { effort, summary: 'auto' as const } }),
    ...(schema === undefined ? {} : { text: { format: zodTextFormat(schema, 'answer') } }),
    ...(tool === undefined ? {} : { tools: [toolOf(tool)] }),
  };
  if (stream !== true) return { response: await client.responses.parse(body), pieces: 1 };
  let pieces = 0;
  const running = client.responses.stream(body, { signal }).on('response.output_text.delta', () => {
    pieces += 1;
    onPiece?.();
  });
  return { response: await running.finalResponse(), pieces };
}

function inputOf({ prompt, image }: Question): ResponseInputItem[] {
  const picture =
    image === undefined
      ? []
      : [{ type: 'input_image' as const, image_url: `data:image/png;base64,${image}`, detail: 'auto' as const }];
  return [{ role: 'user', content: [{ type: 'input_text', text: prompt }, ...picture] }];
}

function toolOf({ name, description }: LookTool): Tool {
  const parameters = { type: 'object', properties: { where: { type: 'string' } }, required: ['where'] };
  return { type: 'function', name, description, strict: false, parameters };
}

function runCalls({ output }: Responded['response'], tool: LookTool): ResponseInputItem[] {
  return output.flatMap((item) => {
    if (item.type !== 'function_call') return [];
    const { where } = JSON.parse(item.arguments) as { where: string };
    return [{ type: 'function_call_output' as const, call_id: item.call_id, output: tool.run(where) }];
  });
}

function answerOf({ response, pieces }: Responded): Answer {
  const summaries = response.output.flatMap((item) => (item.type === 'reasoning' ? item.summary : []));
  return {
    text: response.output_text,
    pieces,
    object: response.output_parsed,
    thought: summaries.map(({ text }) => text).join('\n'),
    reasoningTokens: response.usage?.output_tokens_details.reasoning_tokens ?? 0,
  };
}
