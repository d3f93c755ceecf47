import type { DeploymentSettings } from '../config/settings.ts';
import { GatewayError } from '../errors/error.ts';
import type { ModelCapabilities } from '../protocols/codec.ts';
import { cortexAddress, providerAddress } from './account.ts';
import { type ChatModel, describeModel, findChatModel, findEmbeddingModel, isEmbeddingModel } from './catalogue.ts';
import { describeForeignModel } from './foreign-model.ts';
import type { TokenSource, TokenSources } from './tokens/source.ts';

/** A deployment with everything that can be known before the first request: where to POST, in which dialect, with whose token. */
export interface Deployment extends DeploymentSettings {
  dialect: 'anthropic-messages' | 'openai-chat' | 'cortex-complete' | 'cortex-embed';
  /** The endpoint to POST to. */
  url: string;
  /** Scheme, host and port of `url`: the only place `tokens` gives its headers for. */
  origin: string;
  capabilities: ModelCapabilities;
  /** What Snowflake's documentation grants an account of this model, where it says. */
  rateLimit?: NonNullable<ChatModel['rateLimit']>;
  tokens: TokenSource;
}

/**
 * Claude goes to Cortex Messages, everything else to Chat Completions, unless `cortexApi` or an
 * `api_base` that names an endpoint says otherwise.
 *
 * @throws GatewayError `invalid-request` when the address or the credential cannot work.
 */
export function resolveDeployment(settings: DeploymentSettings, tokensFor: TokenSources): Deployment {
  const { dialect, url } = endpointOf(settings);
  const { origin } = new URL(url);
  return {
    ...settings,
    dialect,
    url,
    origin,
    capabilities: capabilitiesOf(settings),
    ...rateLimitOf(settings),
    extraHeaders: { ...contextHeaders(settings), ...settings.extraHeaders },
    tokens: tokensFor({
      provider: settings.provider,
      credential: settings.credential,
      origin,
      ...('account' in settings.base ? { account: settings.base.account } : {}),
    }),
  };
}

/** Whether Cortex honours them is not documented, other REST APIs of Snowflake do: docs/cortex-quirks.md#role-header */
function contextHeaders({ role, warehouse }: DeploymentSettings): Record<string, string> {
  return {
    ...(role === undefined ? {} : { 'X-Snowflake-Role': role }),
    ...(warehouse === undefined ? {} : { 'X-Snowflake-Warehouse': warehouse }),
  };
}

function endpointOf(settings: DeploymentSettings): Pick<Deployment, 'dialect' | 'url'> {
  if (settings.provider === 'cortex') {
    const address = cortexAddress(settings.base);
    if (isEmbeddingModel(settings.model)) return { dialect: 'cortex-embed', url: address.urls.embed };
    const api = settings.cortexApi ?? address.api ?? (isClaude(settings.model) ? 'messages' : 'chat-completions');
    if (address.aiGateway !== undefined) refuseOnAiGateway(settings.model, api);
    return {
      messages: { dialect: 'anthropic-messages' as const, url: address.urls.messages },
      'chat-completions': { dialect: 'openai-chat' as const, url: address.urls.chatCompletions },
      complete: { dialect: 'cortex-complete' as const, url: address.urls.complete },
    }[api];
  }
  if (!('apiBase' in settings.base)) {
    throw new GatewayError(
      'invalid-request',
      `The model "${settings.modelName}" of provider "${settings.provider}" names a Snowflake account. Give it an api_base instead.`,
    );
  }
  return settings.provider === 'anthropic'
    ? { dialect: 'anthropic-messages', url: providerAddress(settings.base.apiBase, 'messages') }
    : { dialect: 'openai-chat', url: providerAddress(settings.base.apiBase, 'chat/completions') };
}

/**
 * What a Cortex AI Gateway does not serve (docs/cortex-quirks.md#ai-gateway).
 * @throws GatewayError `invalid-request`
 */
function refuseOnAiGateway(model: string, api: NonNullable<DeploymentSettings['cortexApi']>): void {
  if (api === 'complete') {
    const message = `A Cortex AI Gateway has no inference:complete. Leave the api of "${model}" away, or give it the address of the account.`;
    throw new GatewayError('invalid-request', message);
  }
  if (isClaude(model) === (api === 'messages')) return;
  const message = isClaude(model)
    ? `A Cortex AI Gateway serves "${model}" through messages only. Leave its api away.`
    : `A Cortex AI Gateway serves only Claude through messages. Leave the api of "${model}" away.`;
  throw new GatewayError('invalid-request', message);
}

function isClaude(model: string): boolean {
  return /^claude[-_]/i.test(model);
}

function rateLimitOf({ provider, model }: DeploymentSettings): Pick<Deployment, 'rateLimit'> {
  const rateLimit = provider === 'cortex' ? (findChatModel(model) ?? findEmbeddingModel(model))?.rateLimit : undefined;
  return rateLimit === undefined ? {} : { rateLimit };
}

function capabilitiesOf({ provider, model, contextWindow, maxOutputTokens }: DeploymentSettings): ModelCapabilities {
  const known = provider === 'cortex' ? describeModel(model) : describeForeignModel(provider, model);
  return {
    ...known,
    contextWindow: contextWindow ?? known.contextWindow,
    maxOutputTokens: maxOutputTokens ?? known.maxOutputTokens,
    // An operator who states the limit means it to be used: the default follows it in both directions.
    defaultOutputTokens: maxOutputTokens ?? known.defaultOutputTokens,
  };
}
