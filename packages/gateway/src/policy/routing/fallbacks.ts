import type { RoutingSettings } from '../../config/settings.ts';
import { GatewayError } from '../../errors/error.ts';
import { ERRORS } from '../../errors/table.ts';
import { literalLength, matchesPattern } from '../../kit/wildcard.ts';
import { refusesContent } from './failure-class.ts';

type Fallbacks = Pick<
  RoutingSettings,
  'fallbacks' | 'defaultFallbacks' | 'contextWindowFallbacks' | 'contentPolicyFallbacks'
>;

/**
 * The models to try after one has failed for good. What is wrong with the request itself is wrong
 * everywhere, but for a prompt that is too long for this model, or that this one refuses.
 * @param names the group's name first, then what the client called it
 */
export function fallbacksAfter(error: GatewayError, names: readonly string[], settings: Fallbacks): readonly string[] {
  const of = (table: Record<string, string[]>) =>
    names.map((name) => table[name]).find((list) => list !== undefined) ?? ofPattern(table, names);
  if (error.kind === 'context-overflow') return of(settings.contextWindowFallbacks) ?? [];
  if (refusesContent(error)) return of(settings.contentPolicyFallbacks) ?? [];
  if (!isTheServersFault(error)) return [];
  return of(settings.fallbacks) ?? settings.defaultFallbacks;
}

/** Of the most particular pattern that one of the names matches: `*` stands for every model. */
function ofPattern(table: Record<string, string[]>, names: readonly string[]): string[] | undefined {
  const patterns = Object.keys(table).filter(
    (key) => key.includes('*') && names.some((name) => matchesPattern(key, name)),
  );
  const [best] = patterns.sort((one, other) => literalLength(other) - literalLength(one));
  return best === undefined ? undefined : table[best];
}

/** Whether another model could answer what this one did not. */
export function anotherMayAnswer(error: GatewayError): boolean {
  return error.kind === 'context-overflow' || refusesContent(error) || isTheServersFault(error);
}

function isTheServersFault(error: GatewayError): boolean {
  const { blame } = ERRORS[error.kind];
  // The upstream does not know the model any more: nothing the client can mend.
  const gone = error.kind === 'not-found' && error.detail.upstream !== undefined;
  return blame === 'upstream' || blame === 'operator' || gone;
}

/** The first model's failure is the one to tell; what was tried after it is said with it. */
export function withHistory(
  first: GatewayError,
  tried: readonly { model: string; error: GatewayError }[],
): GatewayError {
  if (tried.length === 0) return first;
  const history = tried.map(({ model, error }) => `${model} (${error.kind})`).join(', ');
  return new GatewayError(first.kind, `${first.publicMessage} Its fallbacks failed too: ${history}.`, first.detail);
}
