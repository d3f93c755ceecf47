/** What `sandbox> fail NAME` does. The names are the contract between scripts and surfaces. */
import type { ChatErrorName } from './chat-completions/chat-errors.ts';
import { refuseChat } from './chat-completions/rule.ts';
import { type CortexErrorName, errorReply, type Refusal, refuse } from './errors.ts';
import { type MessagesErrorName, refuseMessages } from './messages/messages-errors.ts';
import type { SandboxReply } from './surface.ts';

/**
 * Faults inside an otherwise good answer, which only a surface can write in its dialect:
 * `empty` ends well with no content, `stream-error` and `stream-error-data` break off half way with an error
 * event (typed or untyped), `unfinished` closes cleanly without the terminal event.
 * A unary answer cannot break off: there the last three are a 500.
 */
export type StreamFault = 'empty' | 'stream-error' | 'stream-error-data' | 'unfinished';

type FaultEffect =
  | { does: 'refuse'; error: CortexErrorName }
  /** What a rule of an endpoint would say, without breaking the rule: clients seldom get to, through a gateway. */
  | { does: 'refuse-chat'; error: ChatErrorName; values?: Record<string, string | number> }
  | { does: 'refuse-messages'; error: MessagesErrorName; values?: Record<string, string | number> }
  | { does: 'reset' }
  | { does: 'page'; status: number; contentType: string; body: string }
  | { does: 'break'; as: StreamFault };

const LOAD_BALANCER_PAGE =
  '<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n<center><h1>502 Bad Gateway</h1></center>\r\n</body>\r\n</html>\r\n';

const LOGIN_PAGE = '<html>\r\n<head><title>Sign in</title></head>\r\n<body>\r\nFound\r\n</body>\r\n</html>\r\n';

const FAULTS = {
  '302': { does: 'page', status: 302, contentType: 'text/html', body: LOGIN_PAGE },
  '401': { does: 'refuse', error: 'pat-invalid' },
  '402': { does: 'refuse', error: 'budget-exceeded' },
  '403': { does: 'refuse', error: 'not-authorized' },
  '404': { does: 'refuse', error: 'no-such-path' },
  '405': { does: 'page', status: 405, contentType: 'text/plain', body: '' },
  '413': { does: 'refuse', error: 'payload-too-large' },
  '415': { does: 'refuse', error: 'media-type-missing' },
  '429': { does: 'refuse', error: 'too-many-requests' },
  '500': { does: 'refuse', error: 'internal-error' },
  '502': { does: 'page', status: 502, contentType: 'text/html', body: LOAD_BALANCER_PAGE },
  '503': { does: 'refuse', error: 'inference-timeout' },
  '504': { does: 'refuse', error: 'gateway-timeout' },
  '529': { does: 'refuse', error: 'overloaded' },
  '003001': { does: 'refuse', error: 'account-not-allowed' },
  '300014': { does: 'refuse', error: 'model-unknown' },
  '390100': { does: 'refuse', error: 'login-failed' },
  '390104': { does: 'refuse', error: 'session-invalid' },
  '390111': { does: 'refuse', error: 'session-gone' },
  '390112': { does: 'refuse', error: 'session-expired' },
  '390142': { does: 'refuse', error: 'payload-invalid' },
  '390144': { does: 'refuse', error: 'jwt-invalid' },
  '390189': { does: 'refuse', error: 'role-restricted' },
  '390195': { does: 'refuse', error: 'id-token-invalid' },
  '390303': { does: 'refuse', error: 'oauth-invalid' },
  '390318': { does: 'refuse', error: 'oauth-expired' },
  '390422': { does: 'refuse', error: 'address-refused' },
  '390432': { does: 'refuse', error: 'network-policy' },
  '390505': { does: 'refuse', error: 'too-many-statements' },
  '392606': { does: 'refuse', error: 'connection-reset' },
  '394304': { does: 'refuse', error: 'jwt-dated' },
  '394400': { does: 'refuse', error: 'pat-invalid' },
  unauthorized: { does: 'refuse', error: 'unauthorized' },
  'entity-required': { does: 'refuse', error: 'entity-required' },
  'bearer-missing': { does: 'refuse', error: 'bearer-missing' },
  'model-unavailable': { does: 'refuse', error: 'model-unavailable' },
  'model-not-allowed': { does: 'refuse', error: 'model-not-allowed' },
  'region-unavailable': { does: 'refuse', error: 'region-unavailable' },
  'context-window': { does: 'refuse', error: 'context-window' },
  'window-with-output': { does: 'refuse', error: 'window-with-output' },
  'window-exceeded': { does: 'refuse-chat', error: 'context-window', values: { limit: 200_000 } },
  'prompt-too-long': { does: 'refuse-messages', error: 'prompt-too-long', values: { tokens: 210_000, limit: 200_000 } },
  'output-cap': { does: 'refuse-messages', error: 'max-tokens-cap', values: { wanted: 200_000, limit: 64_000 } },
  'options-invalid': { does: 'refuse', error: 'options-invalid' },
  'schema-failed': { does: 'refuse', error: 'schema-failed' },
  'schema-invalid': { does: 'refuse', error: 'schema-invalid' },
  'output-invalid': { does: 'refuse', error: 'output-invalid' },
  'document-refused': { does: 'refuse', error: 'document-refused' },
  'no-tools': { does: 'refuse-chat', error: 'no-tools' },
  'max-tokens': { does: 'refuse-chat', error: 'max-tokens' },
  'unpaired-tool-use': { does: 'refuse-chat', error: 'unpaired-tool-use' },
  'tools-with-reasoning': { does: 'refuse-chat', error: 'tools-with-reasoning' },
  'assistant-last': { does: 'refuse-chat', error: 'assistant-last-with-tools' },
  prefill: { does: 'refuse-chat', error: 'prefill' },
  'thinking-temperature': { does: 'refuse-chat', error: 'thinking-temperature' },
  'unknown-role': { does: 'refuse-chat', error: 'unknown-role', values: { role: 'tool' } },
  'extra-inputs': { does: 'refuse-messages', error: 'extra', values: { path: 'tools.0.custom.eager_input_streaming' } },
  'beta-flag': { does: 'refuse-messages', error: 'beta' },
  throttled: { does: 'refuse', error: 'throttled' },
  reset: { does: 'reset' },
  empty: { does: 'break', as: 'empty' },
  'stream-error': { does: 'break', as: 'stream-error' },
  'stream-error-data': { does: 'break', as: 'stream-error-data' },
  unfinished: { does: 'break', as: 'unfinished' },
  garbage: {
    does: 'page',
    status: 200,
    contentType: 'application/json',
    body: '{"choices":[{"index":0,"message":{"con',
  },
  html: { does: 'page', status: 502, contentType: 'text/html', body: LOAD_BALANCER_PAGE },
} as const satisfies Record<string, FaultEffect>;

/** Every name that a script, a flag or an admin call may use. */
export const FAULT_NAMES: readonly string[] = Object.keys(FAULTS);

/** What a mid-stream failure says (snowflake-ml-python, MidStreamException fixture). */
export const STREAM_ERROR_DATA = '{"error":{"message":"Something went wrong during generation","code":"500"}}';

/**
 * The whole answer to a request that fails so, or the fault a surface must weave into its own answer.
 * @param model for errors that name it
 */
export function answerFault(name: string, requestId: string, model = 'sandbox'): SandboxReply | StreamFault {
  const effect: FaultEffect | undefined = Object.hasOwn(FAULTS, name) ? FAULTS[name as keyof typeof FAULTS] : undefined;
  switch (effect?.does) {
    case 'refuse':
    case 'refuse-chat':
    case 'refuse-messages':
      return errorReply(refusalOf(effect, { requestId, model, role: 'SANDBOX_ROLE', scopes: 'ANY_REGION' }), requestId);
    case 'reset':
      return { kind: 'reset' };
    case 'page':
      return { kind: 'page', status: effect.status, contentType: effect.contentType, body: effect.body };
    case 'break':
      return effect.as;
    case undefined:
      return errorReply(unknownFault(name), requestId);
  }
}

function refusalOf(
  effect: Extract<FaultEffect, { does: 'refuse' | 'refuse-chat' | 'refuse-messages' }>,
  values: Record<string, string | number>,
): Refusal {
  switch (effect.does) {
    case 'refuse':
      return refuse(effect.error, values);
    case 'refuse-chat':
      return refuseChat(effect.error, { ...values, ...effect.values });
    case 'refuse-messages':
      return refuseMessages(effect.error, { ...values, ...effect.values });
  }
}

/** Its text names no fault, given or known: a gateway that reads errors by their words would take it for that one. */
function unknownFault(name: string): { status: number; message: string } {
  const message = 'The script asks for a fault that this sandbox does not have; its documentation lists those it has.';
  return { status: /^[45]\d\d$/.test(name) ? Number(name) : 400, message };
}
