/** The unary answer, IR events → one `text_completion`. */
import type { StreamEvent } from '../../ir/event.ts';
import { fold } from '../../ir/fold.ts';
import { createStopMatcher } from '../../kit/stop-matcher.ts';
import type { WriterOptions } from '../codec.ts';
import { cutError } from '../openai-error.ts';
import { completionOf, finishReasonOf, usageOf } from './answer.ts';
import { readStop } from './stop.ts';
import type { TextCompletion } from './wire.ts';

/** @throws the GatewayError the events end in, or one that says they were cut */
export function writeMessage(events: StreamEvent[], options: WriterOptions): TextCompletion {
  const answer = fold(events);
  if (answer.error !== undefined) throw answer.error;
  if (!events.some((event) => event.type === 'end')) throw cutError();
  const said = answer.parts.map((part) => (part.kind === 'text' ? part.text : '')).join('');
  const { ours } = readStop(options.body?.stop);
  const { text, matched } = createStopMatcher(ours).push(said);
  const whole = matched === undefined ? said : text;
  const reason = matched === undefined ? finishReasonOf(answer.stop?.reason) : 'stop';
  const usage = usageOf(answer.usage);
  return { ...completionOf(options, whole, reason), ...(usage === undefined ? {} : { usage }) };
}
