import type { Spans } from '../kit/json-span.ts';
import { conversationKey } from '../policy/routing/affinity.ts';
import type { RoutingRequest } from '../policy/routing/order.ts';
import type { Exchange } from './exchange.ts';
import { promptSize } from './prompt-size.ts';
import type { RequestHead } from './peek.ts';

/**
 * What of a request bears on the choice of a deployment.
 * @param body and `spans`: as the client sent them, before anything was taken out. Which conversation they continue is
 * found out when somebody asks, which where there is no choice nobody does
 */
export function routingFacts(
  { wishes, headers }: Exchange,
  callerId: string,
  { body, spans }: { body: Buffer; spans: Spans },
  sent: { body: Buffer; head: RequestHead },
): RoutingRequest {
  let found: { conversation: string | undefined } | undefined;
  return {
    tags: wishes.tags,
    promptTokens: promptSize(sent.body, sent.head.longStrings),
    get conversation() {
      found ??= { conversation: conversationKey(callerId, body, spans, headers) };
      return found.conversation;
    },
  };
}
