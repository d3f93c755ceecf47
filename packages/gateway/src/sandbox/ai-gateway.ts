/** The public preview `…/api/v2/aigateways/SNOWFLAKE/v1`: the same surfaces, with Claude on Messages alone (docs/cortex-quirks.md#ai-gateway). */
import { chatCompletionsSurface } from './chat-completions/index.ts';
import { errorReply, refuse } from './errors.ts';
import type { Surface } from './surface.ts';

export const aiGatewayChatSurface: Surface = (request, world) => {
  const { model } = request.body;
  if (typeof model !== 'string' || !model.startsWith('claude-')) return chatCompletionsSurface(request, world);
  return errorReply(refuse('gateway-without-claude', { model }), request.requestId);
};
