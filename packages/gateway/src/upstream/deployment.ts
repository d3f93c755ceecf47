import type { DeploymentSettings } from '../config/settings.ts';
import { GatewayError } from '../errors/error.ts';
import type { ModelCapabilities } from '../protocols/codec.ts';
import { cortexAddress, providerAddress } from './account.ts';
import { describeModel } from './catalogue.ts';
import { describeForeignModel } from './foreign-model.ts';
import { createTokenSource, type TokenSource } from './tokens/source.ts';

/** A deployment with everything that can be known before the first request: where to POST, in which dialect, with whose token. */
export interface Deployment extends DeploymentSettings {
  dialect: 'anthropic-messages' | 'openai-chat';
  /** The endpoint to POST to. */
  url: string;
  /** Scheme, host and port of `url`: the only place `tokens` gives its headers for. */
  origin: string;
  capabilities: ModelCapabilities;
  tokens: TokenSource;
}

/**
 * Claude goes to Cortex Messages, everything else to Chat Completions, unless `cortexApi` or an
 * `api_base` that names an endpoint says otherwise.
 *
 * @throws GatewayError `invalid-request` when the address or the credential cannot work.
 */
export function resolveDeployment(settings: DeploymentSettings): Deployment {
  const { dialect, url } = endpointOf(settings);
  const { origin } = new URL(url);
  return {
    ...settings,
    dialect,
    url,
    origin,
    capabilities: capabilitiesOf(settings),
    tokens: createTokenSource({ provider: settings.provider, credential: settings.credential, origin }),
  };
}

function endpointOf(settings: DeploymentSettings): Pick<Deployment, 'dialect' | 'url'> {
  if (settings.provider === 'cortex') {
    const address = cortexAddress(settings.base);
    const api = settings.cortexApi ?? address.api ?? (isClaude(settings.model) ? 'messages' : 'chat-completions');
    return api === 'messages'
      ? { dialect: 'anthropic-messages', url: address.urls.messages }
      : { dialect: 'openai-chat', url: address.urls.chatCompletions };
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

function isClaude(model: string): boolean {
  return /^claude[-_]/i.test(model);
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
