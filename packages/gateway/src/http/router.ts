import { GatewayError } from '../errors/error.ts';
import { MESSAGES, CHAT } from '../exchange/dialects.ts';
import type { ClientDialect } from '../exchange/exchange.ts';
import { type Route, SURFACE } from './surface.ts';

export interface Match {
  route: Route;
  params: Record<string, string>;
}

/** What is at a path, by method. */
type Methods = ReadonlyMap<string, Match>;

/** Paths without parameters, matched beforehand: nearly every request is for one. The others are patterns, most segments first. */
const FIXED = new Map<string, Methods>(
  Array.from(
    Map.groupBy(
      SURFACE.filter(({ path }) => !path.includes(':')),
      ({ path }) => path,
    ),
    ([path, routes]) => [path, new Map(routes.map((route) => [route.method, { route, params: {} }]))],
  ),
);
const PATTERNS = SURFACE.filter(({ path }) => path.includes(':')).map((route) => ({
  route,
  pattern: new RegExp(`^${route.path.replaceAll(/:(\w+)/g, '(?<$1>[^/]+)')}$`),
}));

/** @throws GatewayError `no-such-route` or `method-not-allowed`, the latter with the methods there are in `detail.allow` */
export function findRoute(method: string, path: string): Match {
  const fixed = FIXED.get(path)?.get(method);
  if (fixed !== undefined) return fixed;
  const candidates = [...(FIXED.get(path)?.values() ?? []), ...matchPatterns(path)];
  if (candidates.length === 0) throw noSuchRoute(path);
  const match = candidates.find(({ route }) => route.method === method);
  if (match === undefined) throw wrongMethod(path, [...new Set(candidates.map(({ route }) => route.method))]);
  return match;
}

function matchPatterns(path: string): Match[] {
  return PATTERNS.flatMap(({ route, pattern }) => {
    const found = pattern.exec(path);
    return found === null ? [] : [{ route, params: decodeAll({ ...found.groups }) }];
  });
}

/** The path of a request target: without its query, with slashes collapsed and none at the end. */
export function pathOf(target: string | undefined): string {
  if (target !== undefined && FIXED.has(target)) return target;
  const [path = '/'] = (target ?? '/').split(/[?#]/);
  const collapsed = path.replaceAll(/\/{2,}/g, '/');
  return collapsed.length > 1 && collapsed.endsWith('/') ? collapsed.slice(0, -1) : collapsed;
}

/** Whose envelope an error on an unknown path is told in. */
export function dialectOfPath(path: string): ClientDialect {
  return /\/messages(\/|$)|^\/anthropic\//.test(path) ? MESSAGES : CHAT;
}

/** Whose envelope an error of a page is told in: clients of both kinds ask for models on the same paths. */
export function dialectOfPage(
  { page, dialect }: Extract<Route, { page: unknown }>,
  headers: Record<string, unknown>,
): ClientDialect {
  const models = page === 'models' || page === 'model';
  return models && headers['anthropic-version'] !== undefined ? MESSAGES : dialect;
}

function decodeAll(params: Record<string, string>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(params).map(([name, value]) => {
      try {
        return [name, decodeURIComponent(value)];
      } catch {
        return [name, value];
      }
    }),
  );
}

function noSuchRoute(path: string): GatewayError {
  return new GatewayError(
    'no-such-route',
    `There is nothing at ${path.slice(0, 200)}. This gateway serves POST /v1/chat/completions, /v1/responses, /v1/messages, /v1/completions, /v1/embeddings and GET /v1/models. The base URL for OpenAI clients ends in /v1, the one for Anthropic clients does not.`,
  );
}

function wrongMethod(path: string, allowed: string[]): GatewayError {
  return new GatewayError('method-not-allowed', `${path.slice(0, 200)} takes ${allowed.join(' or ')} only.`, {
    allow: allowed,
  });
}
