import type { CredentialSettings, DeploymentSettings } from '../../config/settings.ts';
import { GatewayError } from '../../errors/error.ts';
import type { Secret } from '../../kit/secret.ts';
import { snowflakeHeaders } from './snowflake.ts';

/** Where a deployment's credential turns into request headers. Asynchronous because some tokens are minted or fetched. */
export interface TokenSource {
  /**
   * The authentication headers for one request.
   *
   * @param origin Scheme, host and port the request goes to.
   * @throws GatewayError `internal` for any origin but the deployment's own: a token never travels elsewhere.
   */
  headersFor(origin: string): Promise<Record<string, string>>;
}

/** @throws GatewayError `invalid-request` when the credential cannot be one (empty, a placeholder, line breaks). */
export function createTokenSource(options: {
  provider: DeploymentSettings['provider'];
  credential: CredentialSettings;
  /** The only origin the headers are given out for. */
  origin: string;
}): TokenSource {
  const make = headerMaker(options.provider, options.credential);
  return {
    async headersFor(origin) {
      if (origin !== options.origin) {
        throw new GatewayError(
          'internal',
          `A token of ${options.origin} was asked for a request to another host. The request was not sent.`,
        );
      }
      return make();
    },
  };
}

function headerMaker(
  provider: DeploymentSettings['provider'],
  credential: CredentialSettings,
): () => Record<string, string> {
  if (credential.kind === 'none') return () => ({});
  checkHeaderValue(credential.token);
  if (credential.kind === 'snowflake-token') return () => snowflakeHeaders(credential);
  return provider === 'anthropic'
    ? () => ({ 'x-api-key': credential.token.reveal() })
    : () => ({ authorization: `Bearer ${credential.token.reveal()}` });
}

function checkHeaderValue(token: Secret): void {
  const value = token.reveal();
  if (value === '')
    throw new GatewayError('invalid-request', 'The token is empty. Set it to the secret you were given.');
  if (!/^[\x21-\x7e]+$/.test(value)) {
    throw new GatewayError(
      'invalid-request',
      'The token holds spaces, line breaks or characters that no HTTP header may carry. Copy it again, without quotes.',
    );
  }
}
