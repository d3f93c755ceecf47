import { type GatewayError, toGatewayError } from '../errors/error.ts';
import type { Group, RouteTable } from '../policy/route.ts';
import { anotherMayAnswer, withHistory } from '../policy/routing/fallbacks.ts';
import type { Router } from '../policy/routing/router.ts';

interface FallbackOptions {
  /** What the client asked for. */
  group: Group;
  asked: string;
  /** Other models that the client itself names. */
  named: readonly string[];
  most: number;
  routes: RouteTable;
  router: Router;
  /** False once a piece of an answer has reached the client. */
  mayRetry: () => boolean;
  signal: AbortSignal;
}

/**
 * Goes from model to model until one answers, each with all its deployments and retries.
 * @returns what the model that answered came to
 * @throws the failure of the model that was asked for, with what was tried after it
 */
export async function fallBack<T>(options: FallbackOptions, tryGroup: (group: Group) => Promise<T>): Promise<T> {
  const { routes, router, signal } = options;
  const seen = new Set([options.group.name]);
  const waiting: string[] = [];
  const tried: { model: string; error: GatewayError }[] = [];
  let group = options.group;
  let first: GatewayError | undefined;
  for (;;) {
    try {
      return await tryGroup(group);
    } catch (cause) {
      signal.throwIfAborted();
      const error = toGatewayError(cause);
      if (first === undefined) {
        first = error;
      } else tried.push({ model: group.name, error });
      if (!options.mayRetry()) throw error;
      const names = [group.name, ...(tried.length === 0 ? [options.asked] : [])];
      // Those that the client names stand in place of the configured ones, as LiteLLM has it.
      const clients = tried.length === 0 && options.named.length > 0 && anotherMayAnswer(error);
      waiting.unshift(...(clients ? options.named : router.fallbacksAfter(error, names)));
      const next = tried.length < options.most ? nextGroup(waiting, seen, routes) : undefined;
      if (next === undefined) throw withHistory(first, tried);
      group = next;
    }
  }
}

/** The next that is served here and was not tried: a name that nobody knows is no reason to hide the first failure. */
function nextGroup(waiting: string[], seen: Set<string>, routes: RouteTable): Group | undefined {
  for (let name = waiting.shift(); name !== undefined; name = waiting.shift()) {
    const group = findGroup(name, routes);
    if (group === undefined || seen.has(group.name)) continue;
    seen.add(group.name);
    return group;
  }
  return undefined;
}

function findGroup(name: string, routes: RouteTable): Group | undefined {
  try {
    return routes.find(name);
  } catch {
    return undefined;
  }
}
