/** What `sandbox> fail NAME` does. The names are the contract between scripts and surfaces. */
import { type CortexErrorName, errorReply, refuse } from './errors.ts';
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
  | { does: 'reset' }
  | { does: 'page'; status: number; contentType: string; body: string }
  | { does: 'break'; as: StreamFault };

const LOAD_BALANCER_PAGE =
  '<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n<center><h1>502 Bad Gateway</h1></center>\r\n</body>\r\n</html>\r\n';

const FAULTS = {
  '401': { does: 'refuse', error: 'pat-invalid' },
  '402': { does: 'refuse', error: 'budget-exceeded' },
  '403': { does: 'refuse', error: 'not-authorized' },
  '404': { does: 'refuse', error: 'no-such-path' },
  '429': { does: 'refuse', error: 'too-many-requests' },
  '500': { does: 'refuse', error: 'internal-error' },
  '502': { does: 'page', status: 502, contentType: 'text/html', body: LOAD_BALANCER_PAGE },
  '503': { does: 'refuse', error: 'inference-timeout' },
  '504': { does: 'refuse', error: 'gateway-timeout' },
  '003001': { does: 'refuse', error: 'account-not-allowed' },
  '300014': { does: 'refuse', error: 'model-unavailable' },
  '390111': { does: 'refuse', error: 'session-gone' },
  '390112': { does: 'refuse', error: 'session-expired' },
  '390142': { does: 'refuse', error: 'payload-invalid' },
  '390144': { does: 'refuse', error: 'jwt-invalid' },
  '390303': { does: 'refuse', error: 'oauth-invalid' },
  '390318': { does: 'refuse', error: 'oauth-expired' },
  '390432': { does: 'refuse', error: 'network-policy' },
  '392606': { does: 'refuse', error: 'connection-reset' },
  '394400': { does: 'refuse', error: 'pat-invalid' },
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

/** What a mid-stream failure says (snowflake-ml-python, MidStreamException fixture). */
export const STREAM_ERROR_DATA = '{"error":{"message":"Something went wrong during generation","code":"500"}}';

/** The whole answer to a request that fails so, or the fault a surface must weave into its own answer. */
export function answerFault(name: string, requestId: string): SandboxReply | StreamFault {
  const effect: FaultEffect | undefined = Object.hasOwn(FAULTS, name) ? FAULTS[name as keyof typeof FAULTS] : undefined;
  switch (effect?.does) {
    case 'refuse':
      return errorReply(refuse(effect.error, { requestId, model: 'sandbox' }), requestId);
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

function unknownFault(name: string): { status: number; message: string } {
  const status = /^[45]\d\d$/.test(name) ? Number(name) : 400;
  return { status, message: `The sandbox knows no fault "${name}". It knows: ${Object.keys(FAULTS).join(', ')}.` };
}
