import { GatewayError } from '../../errors/error.ts';
import type { Json } from '../../ir/json.ts';

/** Fields of a request that only work where Anthropic itself keeps state or runs code. */
export const HOSTED_FIELDS = ['thread', 'mcp_servers', 'container'] as const;

/**
 * Refuses a request that would be answered wrongly without what it names: the earlier messages of a
 * thread, the tools of MCP servers, the files of a container.
 * @param value the value of the field; absent, null and empty lists ask for nothing
 * @throws GatewayError `unsupported`
 */
export function refuseHosted(field: (typeof HOSTED_FIELDS)[number], value: Json | undefined): void {
  if (value === undefined || value === null || (Array.isArray(value) && value.length === 0)) return;
  throw REFUSALS[field]();
}

/**
 * What a request says that holds tool results and no call for any of them: it goes on with a thread whose earlier
 * messages only Anthropic has. Sent on, the model would answer results of which it knows nothing.
 */
export function continuesThread(): GatewayError {
  return REFUSALS.thread();
}

const REFUSALS: Record<(typeof HOSTED_FIELDS)[number], () => GatewayError> = {
  // On this code Anthropic's SDK (1.x) sends the conversation again in full, and the rest of it so too.
  thread: () =>
    new GatewayError(
      'unsupported',
      'Message threads are not kept here. Send the whole conversation in "messages", without "thread".',
      { param: 'thread', details: { error_code: 'thread_unsupported_request', unsupported: ['thread'] } },
    ),
  mcp_servers: () =>
    new GatewayError(
      'unsupported',
      'Cortex calls no MCP servers. Let the client call them and offer their tools in "tools".',
      { param: 'mcp_servers' },
    ),
  container: () =>
    new GatewayError(
      'unsupported',
      'Cortex has no containers to run code or skills in. Leave "container" out and run code in the client.',
      { param: 'container' },
    ),
};
