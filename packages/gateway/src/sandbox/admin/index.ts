/**
 * The sandbox's own calls, which no Snowflake has: what `--fault`, `--limit` and an administrator of the account set,
 * while it runs. `GET /sandbox/state` shows all of it.
 */
import { isObject, type Json, type JsonObject } from '../../ir/json.ts';
import type { AccountSettings } from '../account.ts';
import { documentedLimits, type ModelLimit } from '../limits.ts';
import type { AccountWorld } from '../account-surface.ts';
import type { SandboxReply } from '../surface.ts';
import { formatFault, parseFault } from './fault-plan.ts';
import { changeMemory, listRequests, REQUESTS_PATH } from './requests.ts';

type Change = (body: JsonObject, world: AccountWorld) => void;

const CHANGES: Readonly<Record<string, Change>> = {
  '/sandbox/faults': changeFaults,
  '/sandbox/limits': changeLimits,
  '/sandbox/account': changeAccount,
  '/sandbox/grants': changeGrants,
  [REQUESTS_PATH]: changeMemory,
};

const LISTINGS: Readonly<Record<string, (query: URLSearchParams, world: AccountWorld) => JsonObject>> = {
  '/sandbox/state': (_query, world) => stateOf(world),
  [REQUESTS_PATH]: listRequests,
};

interface AdminCall {
  method: string;
  pathname: string;
  query: URLSearchParams;
  body: JsonObject;
}

/** Undefined for a path that is not the sandbox's own. Every change answers with the state it leaves behind. */
export function answerAdmin(
  { method, pathname, query, body }: AdminCall,
  world: AccountWorld,
): SandboxReply | undefined {
  if (!pathname.startsWith('/sandbox/')) return undefined;
  const list = method === 'GET' && Object.hasOwn(LISTINGS, pathname) ? LISTINGS[pathname] : undefined;
  const change = method === 'POST' && Object.hasOwn(CHANGES, pathname) ? CHANGES[pathname] : undefined;
  try {
    if (list !== undefined) return reply(200, list(query, world));
    if (change !== undefined) {
      change(body, world);
      return reply(200, stateOf(world));
    }
  } catch (cause) {
    return reply(400, { message: cause instanceof Error ? cause.message : 'The call makes no sense.' });
  }
  const known = [
    ...Object.keys(LISTINGS).map((path) => `GET ${path}`),
    ...Object.keys(CHANGES).map((path) => `POST ${path}`),
  ];
  return reply(404, { message: `The sandbox has no ${method} ${pathname}. It has: ${known.join(', ')}.` });
}

/** `{"faults": ["5%:503", "reset@llama3.1-8b"]}` replaces all; an empty list ends them. */
function changeFaults({ faults }: JsonObject, { account }: AccountWorld): void {
  if (!Array.isArray(faults)) throw new Error('Send {"faults": ["5%:503"]}; an empty list ends them.');
  account.faults.replace(faults.map((fault) => parseFault(typeof fault === 'string' ? fault : JSON.stringify(fault))));
}

/** `{"limits": {"claude-sonnet-4-6": {"requestsPerMinute": 10}}}` replaces all; `"documented"` is Snowflake's table. */
function changeLimits({ limits }: JsonObject, { account }: AccountWorld): void {
  if (limits === 'documented') account.limits.limits = documentedLimits();
  else if (isObject(limits)) account.limits.limits = readLimits(limits);
  else throw new Error('Send {"limits": {"<model or *>": {"requestsPerMinute": 10, "tokensPerMinute": 1000}}}.');
}

function readLimits(limits: JsonObject): Record<string, ModelLimit> {
  return Object.fromEntries(
    Object.entries(limits).map(([model, limit]) => {
      const given = isObject(limit) ? Object.entries(limit) : [];
      for (const [field, value] of given) {
        const known = field === 'requestsPerMinute' || field === 'tokensPerMinute';
        if (!known || typeof value !== 'number' || value < 0) {
          throw new Error(
            `The limit of "${model}" takes requestsPerMinute and tokensPerMinute, numbers of at least 0.`,
          );
        }
      }
      return [model, Object.fromEntries(given)];
    }),
  );
}

/** Any of the account's settings; the others stay. */
function changeAccount(body: JsonObject, { account }: AccountWorld): void {
  const changed: Record<string, Json> = {};
  for (const [name, value] of Object.entries(body)) {
    const known = account.settings[name as keyof AccountSettings] as AccountSettings[keyof AccountSettings] | undefined;
    if (known === undefined) {
      throw new Error(`The account has no setting "${name}". It has: ${Object.keys(account.settings).join(', ')}.`);
    }
    const fits = Array.isArray(known)
      ? Array.isArray(value) && value.every((entry) => typeof entry === 'string')
      : typeof value === typeof known;
    if (value === undefined || !fits) throw new Error(`"${name}" is like ${JSON.stringify(known)}.`);
    changed[name] = value;
  }
  account.settings = { ...account.settings, ...changed };
}

/** `{"grant": [{"granted": "SNOWFLAKE.CORTEX_USER", "to": "PUBLIC"}], "revoke": [...]}`; `to` may be `user`. */
function changeGrants(body: JsonObject, { account: { grants } }: AccountWorld): void {
  for (const verb of ['grant', 'revoke'] as const) {
    const entries = body[verb] ?? [];
    if (!Array.isArray(entries))
      throw new Error(`"${verb}" is a list like [{"granted": "SNOWFLAKE.CORTEX_USER", "to": "PUBLIC"}].`);
    for (const entry of entries) {
      const { granted, to } = isObject(entry) ? entry : {};
      if (typeof granted !== 'string' || typeof to !== 'string') {
        throw new Error(
          'A grant is like {"granted": "SNOWFLAKE.CORTEX_USER", "to": "PUBLIC"}, or "to": "user" for a role.',
        );
      }
      if (to === 'user') grants[verb === 'grant' ? 'grantToUser' : 'revokeFromUser'](granted);
      else grants[verb](granted, to);
    }
  }
}

function stateOf({ account, requests, openConnections }: AccountWorld): JsonObject {
  const { settings, faults, limits, grants } = account;
  return {
    account: { ...settings },
    faults: faults.faults.map(formatFault),
    limits: Object.fromEntries(Object.entries(limits.limits).map(([model, limit]) => [model, { ...limit }])),
    grants: grants.list(),
    rolesOfUser: [...grants.rolesOfUser],
    remember: { ...requests.memory },
    openRequests: requests.open,
    openConnections: openConnections(),
  };
}

function reply(status: number, body: JsonObject): SandboxReply {
  return { kind: 'json', status, body };
}
