import { Secret } from '../kit/secret.ts';
import type { CredentialSettings } from './settings.ts';

/**
 * The part of a copied example that nobody has filled in yet: `<youraccount>`, `YOUR-ACCOUNT`,
 * `{account}`, `pat/<your_pat>`. Undefined for a value that looks real.
 */
export function findPlaceholder(value: string): string | undefined {
  const bracketed = /<[^<>]*>|\{[^{}]*\}/.exec(value)?.[0];
  if (bracketed !== undefined) return bracketed;
  return /(?:^|[/.@-])(your[-_]?(?:org|organi[sz]ation|account|pat|token|jwt|api[-_]?key)(?:name|identifier)?(?:[-_][a-z_-]+)?)(?=$|[/.:])/i.exec(
    value,
  )?.[1];
}

/** The same for a credential whose token was written down. */
export function placeholderIn(credential: CredentialSettings): string | undefined {
  return credential.kind === 'snowflake-token' && credential.token instanceof Secret
    ? findPlaceholder(credential.token.reveal())
    : undefined;
}
