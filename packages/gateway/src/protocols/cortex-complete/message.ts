import type { StreamEvent } from '../../ir/event.ts';
import { isObject, type JsonObject } from '../../ir/json.ts';
import { brokenAnswer, readAnswerError } from '../answer-error.ts';
import type { ReaderOptions } from '../codec.ts';
import { piecesOfMessage } from './pieces.ts';
import { AnswerReader, onlyJsonIfAsked } from './stream.ts';

/** A whole answer as the short stream that would have said the same. A 200 that holds an error is an error. */
export function readMessage(body: JsonObject, options: ReaderOptions): StreamEvent[] {
  const only = onlyJsonIfAsked(options);
  return [...readWhole(body, options).flatMap((event) => only.push(event)), ...only.end()];
}

function readWhole(body: JsonObject, options: ReaderOptions): StreamEvent[] {
  const [choice] = Array.isArray(body.choices) ? body.choices.filter(isObject) : [];
  const message = isObject(choice?.message) ? choice.message : choice;
  if (choice === undefined || message === undefined) {
    return [{ type: 'error', error: readAnswerError(body) ?? brokenAnswer('it holds no message') }];
  }
  const reader = new AnswerReader(options);
  const head = { ...body, choices: [{ finish_reason: choice.finish_reason }] };
  return [...reader.push(head), ...reader.read(piecesOfMessage(message)), ...reader.finish(true)];
}
