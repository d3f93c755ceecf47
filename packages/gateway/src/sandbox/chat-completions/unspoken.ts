import { isObject, type Json, type JsonObject } from '../../ir/json.ts';
import type { ModelFamily } from '../model-table.ts';
import type { ChatMessage } from './chat-request.ts';
import { honours } from './request-chart.ts';

/**
 * What the model reads of a message besides its text, images and calls, where the chart says that its family honours
 * the field: it is counted with the prompt and tells one prompt from another.
 */
export function unspokenOf({ raw }: ChatMessage, family: ModelFamily): string[] {
  const { name, refusal, function_call: call } = raw;
  const read: [field: string, texts: (Json | undefined)[]][] = [
    ['messages[].name', [name]],
    ['messages[].refusal', [refusal]],
    ['messages[].content[].refusal', elements(raw.content).map((part) => part.refusal)],
    ['messages[].function_call', isObject(call) ? [call.name, call.arguments] : []],
    ['messages[].reasoning_details', thoughtsOf(raw.reasoning_details)],
  ];
  return read
    .filter(([field]) => honours(family, field))
    .flatMap(([, texts]) => texts.filter((text) => typeof text === 'string' && text !== '') as string[]);
}

/** Thoughts in another of OpenRouter's forms (`reasoning.encrypted`, `reasoning.summary`) are not read. */
function thoughtsOf(details: Json | undefined): (Json | undefined)[] {
  return elements(details)
    .filter(({ type }) => type === 'reasoning.text')
    .map(({ text }) => text);
}

function elements(value: Json | undefined): JsonObject[] {
  return Array.isArray(value) ? value.filter(isObject) : [];
}
