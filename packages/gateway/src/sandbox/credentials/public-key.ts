import { createHash, createPublicKey, type KeyObject } from 'node:crypto';

/** A registered public key and what Snowflake calls it in RSA_PUBLIC_KEY_FP. */
export interface RegisteredKey {
  key: KeyObject;
  /** `SHA256:<base64>` */
  fingerprint: string;
}

/** @throws Error with a sentence when it is no RSA public key */
export function readPublicKey(text: string): RegisteredKey {
  const pem = text.includes('-----BEGIN')
    ? text
    : `-----BEGIN PUBLIC KEY-----\n${text.trim()}\n-----END PUBLIC KEY-----`;
  let key: KeyObject;
  try {
    key = createPublicKey(pem);
  } catch (cause) {
    throw new Error('The public key is not in PEM form. Make it with: openssl rsa -in rsa_key.p8 -pubout', { cause });
  }
  if (key.asymmetricKeyType !== 'rsa')
    throw new Error(`The public key is of type ${key.asymmetricKeyType}; Snowflake takes RSA.`);
  const digest = createHash('sha256')
    .update(key.export({ type: 'spki', format: 'der' }))
    .digest('base64');
  return { key, fingerprint: `SHA256:${digest}` };
}
