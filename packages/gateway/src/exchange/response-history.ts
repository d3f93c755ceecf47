import type { StreamEvent } from '../ir/event.ts';
import type { JsonObject } from '../ir/json.ts';
import type { WriterOptions } from '../protocols/codec.ts';
import {
  expandPrevious,
  namedAnswers,
  noPreviousResponse,
  storedResponseOf,
  toStoredItems,
} from '../protocols/openai-responses/stored.ts';
import type { ResponseStore, StoredResponse } from '../store/ports.ts';

/** What later requests of a dialect may refer to. */
export interface AnswerHistory {
  /** The body with what it refers to put in. @throws GatewayError when it continues an answer that is not kept */
  recall(body: JsonObject, callerId: string, store: ResponseStore): Promise<JsonObject>;
  /** True when the client wants the answer kept. */
  keeps(body: JsonObject): boolean;
  /**
   * @param events the whole answer
   * @param expanded the body as `recall` returned it
   */
  keep(
    events: StreamEvent[],
    options: WriterOptions,
    expanded: JsonObject,
    callerId: string,
    store: ResponseStore,
  ): Promise<void>;
}

/** `previous_response_id`, `item_reference` and `store` of the Responses API. */
export const responseHistory: AnswerHistory = {
  async recall(body, callerId, store) {
    const { previous, referred } = namedAnswers(body);
    if (previous === undefined && referred.length === 0) return body;
    const before = previous === undefined ? undefined : await store.get(callerId, previous);
    if (previous !== undefined && before === undefined) throw noPreviousResponse(previous);
    const others = await Promise.all(referred.map((id) => store.get(callerId, id)));
    return expandPrevious(
      body,
      before === undefined ? undefined : itemsOf(before),
      others.filter((answer) => answer !== undefined).map(itemsOf),
    );
  },
  keeps: (body) => body.store !== false,
  async keep(events, options, expanded, callerId, store) {
    const response = storedResponseOf(events, options);
    const id = options.id;
    const stored = { id, callerId, createdAt: options.createdAt, input: toStoredItems(expanded, id), response };
    await store.put(stored, namedAnswers(options.body ?? {}).previous);
  },
};

function itemsOf({ input, response }: StoredResponse): { input: JsonObject[]; output: JsonObject[] } {
  return { input, output: Array.isArray(response.output) ? (response.output as JsonObject[]) : [] };
}
