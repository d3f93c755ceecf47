import type { JsonObject } from '../../ir/json.ts';
import type { Refusal } from '../errors.ts';
import type { SandboxModel } from '../model-table.ts';
import type { Switches } from '../switches.ts';
import type { MessagesRequest } from './messages-request.ts';

/** One demand on a request whose shape is right: the refusal, or undefined when the request meets it. */
export type Rule = (request: MessagesRequest, model: SandboxModel, switches: Switches) => Refusal | undefined;

/** One demand on the shape of the body, before anything is read from it. */
export type ShapeRule = (body: JsonObject, betas: ReadonlySet<string>, switches: Switches) => Refusal | undefined;

/** The first refusal that any of them gives. */
export function firstRefusal<T>(
  items: Iterable<T>,
  check: (item: T, index: number) => Refusal | undefined,
): Refusal | undefined {
  let index = 0;
  for (const item of items) {
    const refusal = check(item, index);
    if (refusal !== undefined) return refusal;
    index += 1;
  }
  return undefined;
}
