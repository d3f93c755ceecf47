import type { FailureClass } from '../../config/settings.ts';
import type { GatewayError } from '../../errors/error.ts';
import type { ErrorKind } from '../../errors/table.ts';

const CLASSES: Partial<Record<ErrorKind, FailureClass>> = {
  'upstream-timeout': 'timeout',
  'upstream-limited': 'rate-limit',
  'upstream-spent': 'rate-limit',
  'upstream-overloaded': 'overloaded',
  'upstream-broken': 'server-error',
  'upstream-refused-us': 'authentication',
  'invalid-request': 'bad-request',
  unsupported: 'bad-request',
  'context-overflow': 'bad-request',
  'output-limit': 'bad-request',
};

const AT_FAULT: ReadonlySet<ErrorKind> = new Set([
  'upstream-broken',
  'upstream-timeout',
  'upstream-overloaded',
  'upstream-limited',
  'upstream-refused-us',
  'upstream-spent',
]);

/** Failures that speak against the deployment: neither what the client did nor what the gateway itself refused. */
export function isDeploymentsFault({ kind }: GatewayError): boolean {
  return AT_FAULT.has(kind);
}

/** How operators call a failure in `retry_policy` and `allowed_fails_policy`; undefined for what neither may name. */
export function failureClass(error: GatewayError): FailureClass | undefined {
  return refusesContent(error) ? 'content-policy' : CLASSES[error.kind];
}

/** A model, or the guardrail before it, that will not answer this prompt. Another model may. */
export function refusesContent({ kind, detail }: GatewayError): boolean {
  const said = `${detail.upstream?.code ?? ''} ${detail.upstream?.message ?? ''}`;
  return (
    (kind === 'invalid-request' || kind === 'unsupported' || kind === 'forbidden') &&
    /content[_ ](policy|filter)|content management policy|guardrail|flagged as|safety system/i.test(said)
  );
}
