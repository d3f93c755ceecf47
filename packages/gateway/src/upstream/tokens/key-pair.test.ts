import { createHash, createPublicKey, generateKeyPairSync, verify } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { Secret } from '../../kit/secret.ts';
import { accountClaim } from './account-claim.ts';
import { KeyPairSigner } from './key-pair.ts';
import { readPrivateKey } from './private-key.ts';

const folder = mkdtempSync(join(tmpdir(), 'couloir-keys-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
const encrypted = privateKey
  .export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'open sesame' })
  .toString();
const pkcs1 = privateKey.export({ type: 'pkcs1', format: 'pem' }).toString();
const publicPem = publicKey.export({ type: 'spki', format: 'pem' }).toString();
const der = publicKey.export({ type: 'spki', format: 'der' });

const NOW_MS = 1_800_000_000_500;

function claimsOf(token: string): unknown {
  return JSON.parse(Buffer.from(token.split('.')[1]!, 'base64url').toString());
}

it('mints what Snowflake documents: RS256, upper case, 59 minutes, a fingerprint of the public half', () => {
  const signer = new KeyPairSigner(
    { kind: 'snowflake-key-pair', user: 'ada', privateKey: new Secret(pem) },
    'myorg-my_account',
  );
  const { token, expiresAtMs } = signer.mint(NOW_MS);
  const fingerprint = createHash('sha256').update(der).digest('base64');
  expect(claimsOf(token)).toEqual({
    iss: `MYORG-MY_ACCOUNT.ADA.SHA256:${fingerprint}`,
    sub: 'MYORG-MY_ACCOUNT.ADA',
    iat: 1_799_999_970,
    exp: 1_800_003_510,
  });
  expect(expiresAtMs).toBe(1_800_003_510_000);
  const [header, claims, signature] = token.split('.');
  expect(JSON.parse(Buffer.from(header!, 'base64url').toString())).toEqual({ alg: 'RS256', typ: 'JWT' });
  expect(
    verify('RSA-SHA256', Buffer.from(`${header}.${claims}`), publicKey, Buffer.from(signature!, 'base64url')),
  ).toBe(true);
});

it('takes a rotated key from its file, and keeps the old one while a new one is being written', () => {
  const file = join(folder, 'rotating.p8');
  writeFileSync(file, pem);
  const signer = new KeyPairSigner({ kind: 'snowflake-key-pair', user: 'ADA', privateKey: { file } }, 'a-b');
  const issuer = () => (claimsOf(signer.mint(NOW_MS).token) as { iss: string }).iss;
  const first = issuer();
  writeFileSync(file, pem.slice(0, 200));
  expect(issuer()).toBe(first);
  const next = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
  writeFileSync(file, next.export({ type: 'pkcs8', format: 'pem' }));
  expect(issuer()).not.toBe(first);
});

it('a quoted user keeps its case', () => {
  const credential = { kind: 'snowflake-key-pair', user: '"Ada"', privateKey: new Secret(pem) } as const;
  expect(claimsOf(new KeyPairSigner(credential, 'a-b').mint(NOW_MS).token)).toMatchObject({ sub: 'A-B.Ada' });
});

describe('the account in the claims', () => {
  it.each([
    ['myorg-myaccount', 'MYORG-MYACCOUNT'],
    ['my_org-my_account', 'MY_ORG-MY_ACCOUNT'],
    ['ab12345', 'AB12345'],
    ['ab12345.eu-west-1', 'AB12345'],
    ['ab12345.west-europe.azure', 'AB12345'],
    ['myorg-myaccount.privatelink', 'MYORG-MYACCOUNT'],
    ['myaccount-abcd1234.global', 'MYACCOUNT'],
    ['https://myorg-myaccount.snowflakecomputing.com', 'MYORG-MYACCOUNT'],
    ['https://ab12345.eu-west-1.privatelink.snowflakecomputing.com/api/v2', 'AB12345'],
    ['acme.snowflakecomputing.cn', 'ACME'],
  ])('%s is %s', (account, claim) => {
    expect(accountClaim(account)).toBe(claim);
  });

  it('an address that names none says so', () => {
    expect(() => accountClaim('http://[::1]:4010')).toThrow(/Write the account identifier/);
  });
});

describe('every form of key', () => {
  const reads = (text: string, passphrase?: string) =>
    createPublicKey(
      readPrivateKey(new Secret(text), passphrase === undefined ? undefined : new Secret(passphrase)),
    ).export({
      type: 'spki',
      format: 'der',
    });
  it.each<[string, string, string?]>([
    ['PKCS#8', pem],
    ['PKCS#8, with a passphrase it does not need', pem, 'unused'],
    ['PKCS#8, encrypted', encrypted, 'open sesame'],
    ['PKCS#1', pkcs1],
    ['one line of a variable', pem.replaceAll('\n', String.raw`\n`)],
    ['with line breaks of Windows', pem.replaceAll('\n', '\r\n')],
    ['without its marker lines', pem.split('\n').slice(1, -2).join('\n')],
  ])('%s', (_what, text, passphrase) => {
    expect(reads(text, passphrase)).toEqual(der);
  });
});

describe('a key that cannot sign says what to do', () => {
  const weak = generateKeyPairSync('rsa', { modulusLength: 1024 }).privateKey.export({ type: 'pkcs8', format: 'pem' });
  const curve = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ type: 'pkcs8', format: 'pem' });
  it.each<[string, string, string | undefined, RegExp]>([
    ['nothing', ' \n', undefined, /is empty/],
    ['no PEM', 'my-key', undefined, /is not in PEM form/],
    ['the public half', publicPem, undefined, /is a public key\. Name the file with the private half/],
    ['of OpenSSH', pem.replaceAll('PRIVATE KEY', 'OPENSSH PRIVATE KEY'), undefined, /ssh-keygen -p -m PKCS8/],
    ['encrypted, without a passphrase', encrypted, undefined, /is encrypted\. Give its passphrase/],
    ['encrypted, with a wrong one', encrypted, 'shut', /cannot be opened with this passphrase/],
    ['cut off', pem.slice(0, 400), undefined, /cut off or damaged/],
    ['too short', String(weak), undefined, /has 1024 bits; Snowflake takes 2048 or more/],
    ['not RSA', String(curve), undefined, /is of type ec; Snowflake takes RSA/],
  ])('%s', (_what, text, passphrase, message) => {
    const read = () => readPrivateKey(new Secret(text), passphrase === undefined ? undefined : new Secret(passphrase));
    expect(read).toThrow(message);
    expect(read).toThrow(expect.objectContaining({ kind: 'invalid-request' }));
  });

  it('a file that is not there', () => {
    expect(() => readPrivateKey({ file: '/nowhere/rsa_key.p8' }, undefined)).toThrow(
      'The private key file /nowhere/rsa_key.p8 does not exist. Check the path; a relative one counts from the folder of the configuration.',
    );
  });

  it('a folder', () => {
    expect(() => readPrivateKey({ file: folder }, undefined)).toThrow(/is a folder\. Name the file inside it/);
  });
});
