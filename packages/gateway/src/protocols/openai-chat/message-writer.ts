/** The unary answer, IR events → one `chat.completion`. */
import type { StreamEvent } from '../../ir/event.ts';
import { fold } from '../../ir/fold.ts';
import type { Part } from '../../ir/request.ts';
import type { WriterOptions } from '../codec.ts';
import { chooseId } from './answer-id.ts';
import { cutError } from '../openai-error.ts';
import { nestedCustomNames } from './custom-tools.ts';
import { lowerToFunctionCall } from './legacy-functions.ts';
import { writeFinishReason } from './stop.ts';
import { writeReasoningDetail } from './thinking.ts';
import { writeChatUsage } from './usage.ts';
import type { AnswerMessage, ChatCompletion } from './wire.ts';

/** @throws the GatewayError the events end in, or one that says they were cut */
export function writeMessage(events: StreamEvent[], options: WriterOptions): ChatCompletion {
  const answer = fold(events);
  if (answer.error !== undefined) throw answer.error;
  if (!events.some((event) => event.type === 'end')) throw cutError();
  const hasCalls = answer.parts.some((part) => part.kind === 'tool-call');
  const usage = writeChatUsage(answer.usage);
  const completion: ChatCompletion = {
    id: chooseId(answer.id, options.id),
    object: 'chat.completion',
    created: options.createdAt,
    model: options.model,
    choices: [
      {
        index: options.choiceIndex,
        message: writeAnswer(answer.parts, nestedCustomNames(options.body)),
        logprobs: null,
        finish_reason: writeFinishReason(answer.stop?.reason ?? 'unknown', hasCalls),
      },
    ],
    ...(usage === undefined ? {} : { usage }),
  };
  if (options.legacyFunctions === true) lowerToFunctionCall(completion);
  return completion;
}

function writeAnswer(parts: Part[], customNames: ReadonlySet<string>): AnswerMessage {
  const calls = parts.filter((part) => part.kind === 'tool-call');
  const thoughts = parts.filter((part) => part.kind === 'thinking');
  const texts = parts.filter((part) => part.kind === 'text');
  const refused = texts.filter((part) => part.ext?.['openai-chat']?.refusal === true);
  const content = joinTexts(texts.filter((part) => !refused.includes(part)));
  const thought = joinTexts(thoughts);
  const details = thoughts.flatMap((part, index) => writeReasoningDetail(part, index) ?? []);
  return {
    role: 'assistant',
    content: content === '' && (calls.length > 0 || refused.length > 0) ? null : content,
    refusal: refused.length === 0 ? null : joinTexts(refused),
    ...(thought === '' ? {} : { reasoning_content: thought }),
    ...(details.length === 0 ? {} : { reasoning_details: details }),
    ...(calls.length === 0
      ? {}
      : {
          tool_calls: calls.map(({ id, name, args, freeform }) =>
            freeform === true && customNames.has(name)
              ? { id, type: 'custom' as const, custom: { name, input: args } }
              : { id, type: 'function' as const, function: { name, arguments: args === '' ? '{}' : args } },
          ),
        }),
  };
}

function joinTexts(parts: { text: string }[]): string {
  return parts.map((part) => part.text).join('');
}
