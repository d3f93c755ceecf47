import { type Refusal, refusalOf } from '../errors.ts';
import type { SandboxModel } from '../model-table.ts';
import type { Switches } from '../switches.ts';
import { CHAT_ERRORS, type ChatErrorName } from './chat-errors.ts';
import type { ChatRequest } from './chat-request.ts';

/** One rule of a family: the refusal it demands, or undefined when the request keeps it. */
export type Rule = (request: ChatRequest, model: SandboxModel, switches: Switches) => Refusal | undefined;

/** The refusal called `name` in `chat-errors.ts`, its `{placeholders}` filled in. */
export function refuseChat(name: ChatErrorName, values: Record<string, string | number> = {}): Refusal {
  return refusalOf(CHAT_ERRORS[name], values);
}
