import { createHash } from 'node:crypto';
import { isObject, type Json, type JsonObject } from '../../ir/json.ts';
import type { SandboxModel } from '../model-table.ts';
import type { Prompt, PromptMessage, PromptTool } from '../prompt.ts';
import type { ChatBlock, ChatMessage, ChatRequest } from './chat-request.ts';
import { honours } from './request-chart.ts';
import { outputLimitOf } from './rules-limits.ts';
import { wantsReasoning } from './rules-thinking.ts';
import { unspokenOf } from './unspoken.ts';
import { wishesOf } from './wishes.ts';

/** A valid chat request as the simulated model sees it: what its family ignores is gone. */
export function promptOf(request: ChatRequest, model: SandboxModel): Prompt {
  const { body, messages } = request;
  const functions = functionsOf(request, model);
  const legacy = functions.length > 0;
  const tools = model.tools ? [...request.tools, ...functions.map((each) => ({ function: each }))] : [];
  const forced = tools.length === 0 ? undefined : forcedOf(legacy ? body.function_call : body.tool_choice);
  const schema = schemaOf(body, model);
  return {
    model: model.name,
    messages: messages.flatMap((message) => messageParts(message, model)),
    tools: tools.map(toolOf),
    ...(forced === undefined ? {} : { forced }),
    ...(schema === undefined ? {} : { schema }),
    thinks: thinksOf(body, model),
    maxTokens: outputLimitOf(body),
    stop: honours(model.family, 'stop') ? stopOf(body) : [],
    ...wishesOf(body, model),
    ...(legacy ? { oneCall: true as const } : {}),
  };
}

/** What is offered in the deprecated form, which is answered in its own. docs/cortex-quirks.md#legacy-functions */
export function functionsOf({ functions, tools }: ChatRequest, { family }: SandboxModel): JsonObject[] {
  return family === 'openai' && tools.length === 0 ? functions : [];
}

/** One message, cut in two behind every cache mark that is not at its end. */
function messageParts(message: ChatMessage, model: SandboxModel): PromptMessage[] {
  const explicit = model.family === 'claude' && message.role !== 'tool';
  const groups: ChatBlock[][] = [[]];
  for (const [at, block] of message.blocks.entries()) {
    groups.at(-1)?.push(block);
    if (explicit && block.cache !== undefined && at < message.blocks.length - 1) groups.push([]);
  }
  const calls = model.tools ? message.calls : [];
  const unspoken = [...calls.map(({ args }) => args), ...unspokenOf(message, model.family)];
  return groups.map((blocks, at) => {
    const last = at === groups.length - 1;
    const images = model.vision ? blocks.filter(({ imageUrl }) => imageUrl !== undefined) : [];
    return {
      role: roleOf(message.role),
      text: blocks
        .filter(({ type }) => type === 'text')
        .map(({ text }) => text)
        .join('\n'),
      images: images.length,
      calls: last ? calls.map(({ name }) => name) : [],
      cacheMark: explicit && blocks.at(-1)?.cache !== undefined,
      ...(last && unspoken.length > 0 ? { callText: unspoken.join('\n') } : {}),
      ...(images.length > 0 ? { imageDigest: digestOf(images) } : {}),
      ...(at > 0 ? { continues: true as const } : {}),
    };
  });
}

function roleOf(role: string): PromptMessage['role'] {
  if (role === 'assistant' || role === 'user') return role;
  return role === 'tool' || role === 'function' ? 'tool' : 'system';
}

function digestOf(images: ChatBlock[]): string {
  const hash = createHash('sha256');
  for (const { imageUrl } of images) hash.update(`${imageUrl}\0`);
  return hash.digest('base64url');
}

function toolOf(tool: JsonObject): PromptTool {
  const definition = isObject(tool.function) ? tool.function : isObject(tool.custom) ? tool.custom : {};
  const { name, parameters } = definition;
  return {
    name: typeof name === 'string' ? name : '',
    definition: JSON.stringify(definition),
    schema: isObject(parameters) ? parameters : {},
    // docs/cortex-quirks.md#cache-marks: marks anywhere but on content blocks are silently ignored.
    cacheMark: false,
  };
}

function forcedOf(choice: Json | undefined): Prompt['forced'] {
  if (choice === 'required') return 'any';
  if (choice === 'none') return 'none';
  if (!isObject(choice)) return undefined;
  const definition = isObject(choice.function) ? choice.function : isObject(choice.custom) ? choice.custom : choice;
  return typeof definition.name === 'string' ? { name: definition.name } : undefined;
}

function schemaOf({ response_format: format }: JsonObject, model: SandboxModel): JsonObject | undefined {
  if (model.family === 'other' || !isObject(format)) return undefined;
  if (format.type === 'json_object') return {};
  if (format.type !== 'json_schema' || !isObject(format.json_schema)) return undefined;
  return isObject(format.json_schema.schema) ? format.json_schema.schema : {};
}

function thinksOf(body: JsonObject, model: SandboxModel): boolean {
  if (model.thinking === 'none') return false;
  if (model.family === 'claude') return wantsReasoning(body);
  const effort = isObject(body.reasoning) ? (body.reasoning.effort ?? body.reasoning_effort) : body.reasoning_effort;
  return effort !== 'none';
}

function stopOf({ stop }: JsonObject): string[] {
  const sequences = Array.isArray(stop) ? stop : [stop];
  return sequences.filter((sequence) => typeof sequence === 'string' && sequence !== '') as string[];
}
