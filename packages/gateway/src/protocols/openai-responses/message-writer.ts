/** The unary answer, IR events → one `response`. */
import type { StreamEvent } from '../../ir/event.ts';
import type { WriterOptions } from '../codec.ts';
import { Answer } from './answer.ts';
import type { ResponseBody } from './wire.ts';

/**
 * What the stream's last event would hold.
 * @throws the GatewayError the events end in, or one that says they were cut
 */
export function writeMessage(events: StreamEvent[], options: WriterOptions): ResponseBody {
  const answer = new Answer(options);
  for (const event of events) answer.push(event);
  answer.end();
  if (answer.error !== undefined) throw answer.error;
  return answer.response;
}
