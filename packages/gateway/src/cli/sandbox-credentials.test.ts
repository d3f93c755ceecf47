import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { readCredentialFlags } from './sandbox-credentials.ts';

const folder = mkdtempSync(join(tmpdir(), 'couloir-flags-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it('nothing said registers nobody', () => {
  expect(readCredentialFlags({ user: [], token: [], oauthClient: [] }, folder)).toEqual({});
});

it('users with their keys, tokens and clients', () => {
  writeFileSync(join(folder, 'key.pub'), 'the key');
  expect(
    readCredentialFlags({ user: ['ADA=key.pub'], token: ['t1', 't2'], oauthClient: ['app:se:cret'] }, folder),
  ).toEqual({
    users: { ADA: { publicKey: 'the key' } },
    tokens: { t1: {}, t2: {} },
    oauth: { clients: { app: { secret: 'se:cret' } } },
  });
});

it.each([
  [{ user: ['key.pub'] }, '"key.pub" is no user. Write it like --user ADA=rsa_key.pub.'],
  [{ user: ['ADA=nowhere.pub'] }, 'the public key nowhere.pub cannot be read (ENOENT).'],
  [{ oauthClient: ['secret-word'] }, 'an OAuth client is written like --oauth-client ID:SECRET.'],
])('%j is a mistake of usage', (flags, message) => {
  expect(() => readCredentialFlags({ user: [], token: [], oauthClient: [], ...flags }, folder)).toThrow(
    expect.objectContaining({ message, exitCode: 2 }),
  );
});
