import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';
import type { SecretSource } from '../../config/settings.ts';
import { GatewayError } from '../../errors/error.ts';
import { Secret } from '../../kit/secret.ts';
import { readSecretFile } from './token-file.ts';

const SMALLEST_MODULUS_BITS = 2048;
const GENERATE = 'openssl genrsa 2048 | openssl pkcs8 -topk8 -inform PEM -out rsa_key.p8 -nocrypt';

/**
 * Reads an RSA key for signing, encrypted or not, from a file or as text.
 * @throws GatewayError `invalid-request` that says what is wrong with it and how to mend that
 */
export function readPrivateKey(source: SecretSource, passphrase: Secret | undefined): KeyObject {
  const whence = source instanceof Secret ? 'The private key' : `The private key ${source.file}`;
  const text = source instanceof Secret ? source.reveal() : readSecretFile(source.file, 'private key');
  const pem = asPem(text, whence);
  const key = parse(pem, passphrase, whence);
  if (key.asymmetricKeyType !== 'rsa') {
    throw wrong(`${whence} is of type ${key.asymmetricKeyType}; Snowflake takes RSA. Make one: ${GENERATE}`);
  }
  const bits = key.asymmetricKeyDetails?.modulusLength ?? 0;
  if (bits < SMALLEST_MODULUS_BITS) {
    throw wrong(`${whence} has ${bits} bits; Snowflake takes ${SMALLEST_MODULUS_BITS} or more. Make one: ${GENERATE}`);
  }
  return key;
}

/** The DER of the public half, which Snowflake knows the key by. */
export function publicKeyDer(key: KeyObject): Buffer {
  return createPublicKey(key).export({ type: 'spki', format: 'der' });
}

/** In a variable line breaks often are a backslash and an n, and some tools keep only what stands between the marker lines. */
function asPem(text: string, whence: string): string {
  const pem = text
    .trim()
    .replaceAll(String.raw`\n`, '\n')
    .replaceAll('\r', '');
  if (pem === '') throw wrong(`${whence} is empty.`);
  if (/^[A-Za-z0-9+/\s]{200,}=*$/.test(pem)) return `-----BEGIN PRIVATE KEY-----\n${pem}\n-----END PRIVATE KEY-----`;
  const label = /-----BEGIN ([A-Z0-9 ]+)-----/.exec(pem)?.[1];
  if (label === undefined)
    throw wrong(`${whence} is not in PEM form: it does not begin with "-----BEGIN PRIVATE KEY-----".`);
  if (label === 'PUBLIC KEY' || label === 'CERTIFICATE') {
    throw wrong(`${whence} is a ${label.toLowerCase()}. Name the file with the private half (rsa_key.p8).`);
  }
  if (label === 'OPENSSH PRIVATE KEY') {
    throw wrong(`${whence} is in the form of OpenSSH. Convert a copy of it: ssh-keygen -p -m PKCS8 -f rsa_key`);
  }
  return pem;
}

function parse(pem: string, passphrase: Secret | undefined, whence: string): KeyObject {
  const encrypted = /ENCRYPTED/.test(pem);
  if (encrypted && passphrase === undefined) {
    throw wrong(
      `${whence} is encrypted. Give its passphrase: private_key_passphrase, or the variable PRIVATE_KEY_PASSPHRASE.`,
    );
  }
  try {
    return createPrivateKey({
      key: pem,
      format: 'pem',
      ...(encrypted && passphrase !== undefined ? { passphrase: passphrase.reveal() } : {}),
    });
  } catch (cause) {
    throw wrong(
      encrypted
        ? `${whence} cannot be opened with this passphrase. Check private_key_passphrase and the variable PRIVATE_KEY_PASSPHRASE.`
        : `${whence} cannot be read: it is cut off or damaged. Copy the whole file, both marker lines included.`,
      cause,
    );
  }
}

function wrong(message: string, cause?: unknown): GatewayError {
  return new GatewayError('invalid-request', message, cause === undefined ? {} : { cause });
}
