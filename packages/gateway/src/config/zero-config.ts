import { catalogueDeployments } from './catalogue-deployments.ts';
import type { CortexKnowledge } from './cortex-knowledge.ts';
import type { Draft } from './draft.ts';
import { emptyDraft } from './draft.ts';
import type { Environment } from './interpolate.ts';
import { findPlaceholder } from './placeholder.ts';
import { addressFromEnvironment, TOKEN_VARIABLES, tokenFromEnvironment } from './snowflake-environment.ts';

/** No file: an account and a token in the environment serve the whole catalogue. Without an account the draft stays empty. */
export function draftFromEnvironment(environment: Environment, cortex: CortexKnowledge): Draft {
  const draft = emptyDraft();
  const address = addressFromEnvironment(environment);
  const token = tokenFromEnvironment(environment);
  if (address === undefined) {
    if (token !== undefined) {
      draft.notes.push({
        severity: 'warning',
        path: token.variable,
        message: 'is set, but no account is: nothing is sent to Snowflake. Set SNOWFLAKE_ACCOUNT to use it.',
      });
    }
    return draft;
  }
  if (token === undefined) {
    draft.problems.push({ path: address.variable, message: withoutToken(environment) });
    return draft;
  }
  const placeholder = token.credential.kind === 'none' ? undefined : findPlaceholder(token.credential.token.reveal());
  if (placeholder !== undefined) {
    draft.problems.push({
      path: token.variable,
      message: `still has the placeholder "${placeholder}". Put the token there.`,
    });
    return draft;
  }
  const { deployments, aliases } = catalogueDeployments(address.base, token.credential, cortex.models);
  draft.aliases = aliases;
  draft.deployments.push(...deployments.map((settings) => ({ settings, path: address.variable })));
  draft.origins['deployments'] = `${address.variable} and ${token.variable}`;
  return draft;
}

function withoutToken(environment: Environment): string {
  const keyPair = Object.keys(environment).some((name) => name.startsWith('SNOWFLAKE_PRIVATE_KEY_'));
  const hint = keyPair
    ? ' A private key alone is not enough: mint a JWT with it (snow connection generate-jwt) and set SNOWFLAKE_JWT.'
    : '';
  return `is set, but there is no token for it. Set one of ${TOKEN_VARIABLES.join(', ')}; a programmatic access token is made in Snowsight under your profile.${hint} To try Couloir without an account, unset it.`;
}
