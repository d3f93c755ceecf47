import { suggest } from '../kit/suggest.ts';
import { matchesPattern } from '../kit/wildcard.ts';
import type { Draft } from './draft.ts';
import type { RoutingSettings, Settings } from './settings.ts';

/** Aliases of models that are served; the others are told and dropped. */
export function liveAliases(draft: Draft): Settings['aliases'] {
  const served = servedNames(draft);
  const live = Object.entries(draft.aliases).filter(([name, { model }]) => {
    if (isServed(model, served)) return true;
    warn(draft, `aliases.${name}`, `points to "${model}"`, model, served, 'The alias is left out.');
    return false;
  });
  return Object.fromEntries(live);
}

/** Fallbacks to models that are served, by their own name or an alias; the others are told and dropped. */
export function liveFallbacks(draft: Draft, routing: RoutingSettings): RoutingSettings {
  const served = new Set([...servedNames(draft), ...Object.keys(draft.aliases)]);
  const live = (setting: string, names: string[]) =>
    names.filter((name) => {
      if (isServed(name, served)) return true;
      warn(draft, setting, `names "${name}"`, name, served, 'It is left out.');
      return false;
    });
  const table = (setting: string, fallbacks: Record<string, string[]>) => {
    for (const name of Object.keys(fallbacks)) {
      if (name.includes('*') || isServed(name, served)) continue;
      warn(draft, `${setting}.${name}`, `is for "${name}"`, name, served, 'It has no effect.');
    }
    return Object.fromEntries(
      Object.entries(fallbacks).map(([name, names]) => [name, live(`${setting}.${name}`, names)]),
    );
  };
  return {
    ...routing,
    fallbacks: table('fallbacks', routing.fallbacks),
    contextWindowFallbacks: table('context_window_fallbacks', routing.contextWindowFallbacks),
    contentPolicyFallbacks: table('content_policy_fallbacks', routing.contentPolicyFallbacks),
    defaultFallbacks: live('default_fallbacks', routing.defaultFallbacks),
  };
}

function servedNames(draft: Draft): Set<string> {
  return new Set(draft.deployments.map(({ settings }) => settings.modelName));
}

function isServed(name: string, served: Set<string>): boolean {
  return served.has(name) || [...served].some((pattern) => matchesPattern(pattern, name));
}

function warn(draft: Draft, path: string, says: string, name: string, served: Set<string>, so: string): void {
  const near = suggest(name, served);
  const question = near === undefined ? '' : ` (did you mean "${near}"?)`;
  draft.notes.push({ severity: 'warning', path, message: `${says}, which is not served${question}. ${so}` });
}
