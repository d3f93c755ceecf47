/** Where a deployment lives: every way people write down a Snowflake account, turned into the endpoints to POST to. */
import { findPlaceholder } from '../config/placeholder.ts';
import type { DeploymentSettings } from '../config/settings.ts';
import { GatewayError } from '../errors/error.ts';
import { isLoopback } from './loopback.ts';

export interface CortexAddress {
  /** Scheme, host and port. */
  origin: string;
  urls: {
    chatCompletions: string;
    messages: string;
    complete: string;
    embed: string;
    models: string;
    statements: string;
  };
  /** The API the operator named by pasting its endpoint. */
  api?: 'chat-completions' | 'messages' | 'complete';
  /** The Cortex AI Gateway that chat completions and messages go through, by its name. */
  aiGateway?: string;
}

/** `…/api/v2/aigateways/SNOWFLAKE/v1`, with or without the endpoint: docs/cortex-quirks.md#ai-gateway */
const AI_GATEWAY =
  /\/api\/v2\/aigateways\/(?<name>[A-Za-z_][\w$]*)(?:\/v1(?:\/(?<endpoint>chat\/completions|messages))?)?$/;

const DOMAIN = /\.snowflakecomputing\.(com|cn)$/;

/** Paths people paste, longest first; what stands before them is a prefix of their own proxy. */
const KNOWN_PATHS: readonly (readonly [suffix: string, api?: NonNullable<CortexAddress['api']>])[] = [
  ['/api/v2/cortex/inference:complete', 'complete'],
  ['/api/v2/cortex/inference:embed'],
  ['/api/v2/cortex/v1/chat/completions', 'chat-completions'],
  ['/api/v2/cortex/v1/messages', 'messages'],
  ['/api/v2/cortex/v1'],
  ['/api/v2/cortex/models'],
  ['/api/v2/cortex'],
  ['/api/v2/statements'],
  ['/api/v2'],
  ['/api'],
];

/**
 * Reads an account identifier (`org-account`, `locator.region`, with or without the domain) or an
 * `api_base` in any form that Snowflake, LiteLLM and their users write.
 *
 * @throws GatewayError `invalid-request` that says which part is wrong and how it should look.
 */
export function cortexAddress(base: DeploymentSettings['base']): CortexAddress {
  const text = ('account' in base ? base.account : base.apiBase).trim();
  refusePlaceholder(text);
  const url = text.includes('://') ? parseUrl(text) : parseUrl(withScheme(text));
  const host = url.hostname;
  if (url.protocol === 'http:' && !isLoopback(host)) {
    throw wrong(text, 'would send the token unencrypted. Use https:// (http:// is for a sandbox on this machine)');
  }
  if ('account' in base && !DOMAIN.test(host) && !isLoopback(host)) {
    throw wrong(text, 'is not a Snowflake account. It looks like "myorg-myaccount" or "ab12345.eu-west-1"');
  }
  const path = url.pathname.replace(/\/+$/, '');
  const gateway = AI_GATEWAY.exec(path);
  const known = gateway === null ? KNOWN_PATHS.find(([suffix]) => path.endsWith(suffix)) : undefined;
  const suffix = gateway?.[0] ?? known?.[0] ?? '';
  const prefix = path.slice(0, path.length - suffix.length);
  if (prefix !== '' && DOMAIN.test(host)) {
    throw wrong(text, `has the path "${path}". Snowflake serves Cortex under "/api/v2/cortex"; leave the path away`);
  }
  const origin = url.origin;
  const version2 = `${origin}${prefix}/api/v2`;
  const cortex = `${version2}/cortex`;
  const { name: aiGateway, endpoint } = gateway?.groups ?? {};
  const chat = aiGateway === undefined ? cortex : `${version2}/aigateways/${aiGateway}`;
  const api = endpoint === undefined ? known?.[1] : endpoint === 'messages' ? 'messages' : 'chat-completions';
  return {
    origin,
    urls: {
      chatCompletions: `${chat}/v1/chat/completions`,
      messages: `${chat}/v1/messages`,
      complete: `${cortex}/inference:complete`,
      embed: `${cortex}/inference:embed`,
      models: `${cortex}/models`,
      statements: `${version2}/statements`,
    },
    ...(api === undefined ? {} : { api }),
    ...(aiGateway === undefined ? {} : { aiGateway }),
  };
}

/**
 * The endpoint of another provider. `api_base` may or may not end in `/v1` (Anthropic's own form has
 * none) or already in the endpoint; a query stays where it is.
 *
 * @throws GatewayError `invalid-request` when it is not an http(s) URL.
 */
export function providerAddress(apiBase: string, endpoint: 'chat/completions' | 'messages'): string {
  const text = apiBase.trim();
  refusePlaceholder(text);
  const url = parseUrl(text);
  const path = url.pathname.replace(/\/+$/, '');
  const versioned = endpoint === 'messages' && !/\/v\d+(\/messages)?$/.test(path) ? `${path}/v1` : path;
  url.pathname = versioned.endsWith(`/${endpoint}`) ? versioned : `${versioned}/${endpoint}`;
  return url.href;
}

/** A bare account becomes a host; a host (it has the domain, a port or is local) only gets its scheme. */
function withScheme(text: string): string {
  const host = text.split('/')[0]!.split(':')[0]!;
  if (isLoopback(host)) return `http://${text}`;
  if (DOMAIN.test(host.toLowerCase()) || text.includes('/') || text.includes(':')) return `https://${text}`;
  if (!/^[A-Za-z0-9._-]+$/.test(text)) {
    throw wrong(
      text,
      'has characters that no account identifier has. It looks like "myorg-myaccount" or "ab12345.eu-west-1"',
    );
  }
  const [organization, account, ...more] = text.split('.');
  if (account !== undefined && more.length === 0 && !/-|^(privatelink|global)$/i.test(account)) {
    throw wrong(
      text,
      `has a dot between organization and account, or a region that is none. Write "${organization}-${account}"`,
    );
  }
  return `https://${text.toLowerCase()}.snowflakecomputing.com`;
}

function parseUrl(text: string): URL {
  if (!URL.canParse(text)) {
    throw wrong(text, 'is not a URL. It looks like "https://myorg-myaccount.snowflakecomputing.com"');
  }
  const url = new URL(text);
  if (url.protocol !== 'https:' && url.protocol !== 'http:') throw wrong(text, 'must begin with https://');
  if (url.username !== '' || url.password !== '') {
    throw new GatewayError(
      'invalid-request',
      'The address holds a user name or password before "@". Remove them: the token has a setting of its own.',
    );
  }
  if (DOMAIN.test(url.hostname)) {
    if (url.search !== '' || url.hash !== '') throw wrong(text, 'has a "?" or "#" part. Leave it away');
    // docs/cortex-quirks.md#underscore-in-account-host: the certificate covers the hyphenated spelling.
    url.hostname = url.hostname.replaceAll('_', '-');
    if (!/^([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+snowflakecomputing\.(com|cn)$/.test(url.hostname)) {
      throw wrong(text, 'is not a Snowflake host. It looks like "myorg-myaccount.snowflakecomputing.com"');
    }
  } else if (/(^|\.)snowflake\.com$|snowflakecomputing/.test(url.hostname)) {
    throw wrong(text, nearDomain(url.hostname));
  }
  return url;
}

function nearDomain(host: string): string {
  if (host === 'app.snowflake.com') {
    return 'is the address of the Snowsight website. Take the account identifier from Snowsight: your profile, Account, "View account details"';
  }
  return 'is not a Snowflake host: those end in ".snowflakecomputing.com"';
}

function refusePlaceholder(text: string): void {
  if (text === '')
    throw new GatewayError(
      'invalid-request',
      'The address is empty. Write your account identifier, like "myorg-myaccount".',
    );
  const placeholder = findPlaceholder(text);
  if (placeholder === undefined) return;
  throw wrong(text, `still has the placeholder "${placeholder}". Write your own there, like "myorg-myaccount"`);
}

/** What an address that may well be right is missing if it is not. */
export function addressWarning(base: DeploymentSettings['base']): string | undefined {
  const text = ('account' in base ? base.account : base.apiBase).trim().replace(/\.snowflakecomputing\.com$/i, '');
  if (!/^[a-z]{2,3}\d{5,6}$/i.test(text)) return undefined;
  return `"${text}" looks like an account locator without its region, which works in AWS us-west-2 alone. Elsewhere write the region too, like "${text}.eu-west-1", or the form "myorg-myaccount".`;
}

/** What may be a secret in an address (before "@", after "?") is not repeated. */
function wrong(text: string, what: string): GatewayError {
  const shown = text.replace(/\/\/[^/@]*@/, '//…@').replace(/\?.*$/, '?…');
  return new GatewayError('invalid-request', `The address "${shown}" ${what}.`);
}
