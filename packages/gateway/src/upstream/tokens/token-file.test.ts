import { chmodSync, mkdtempSync, renameSync, rmSync, symlinkSync, unlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { fakeClock } from '../../../test/support/fake-clock.ts';
import { offlineTokens } from '../../../test/support/tokens.ts';
import { Secret } from '../../kit/secret.ts';
import { credentialWarnings } from './credential-warnings.ts';
import { ServerClock } from './server-clock.ts';
import { TokenFile } from './token-file.ts';

const folder = mkdtempSync(join(tmpdir(), 'couloir-token-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const jwt = (claims: object) =>
  `eyJhbGciOiJSUzI1NiJ9.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.c2ln`;

it('is read again when the file changes, at most once a second', async () => {
  const file = join(folder, 'rotated');
  const clock = fakeClock();
  writeFileSync(file, 'first\n');
  const tokens = new TokenFile(file, clock);
  expect(tokens.token).toBe('first');
  writeFileSync(file, 'second one');
  expect(tokens.token).toBe('first');
  await clock.advance(1_000);
  expect(() => tokens.token).not.toThrow();
  writeFileSync(file, 'second\n');
  await clock.advance(1_000);
  expect(tokens.token).toBe('second');
});

it('follows a link that is turned to another file, as Kubernetes does it', async () => {
  const [link, next] = [join(folder, 'token'), join(folder, 'token.next')];
  writeFileSync(join(folder, 'data-1'), 'one');
  writeFileSync(join(folder, 'data-2'), 'two');
  symlinkSync('data-1', link);
  const clock = fakeClock();
  const tokens = new TokenFile(link, clock);
  symlinkSync('data-2', next);
  renameSync(next, link);
  await clock.advance(1_000);
  expect(tokens.token).toBe('two');
});

it('keeps the last token while the file is missing, empty or half written', async () => {
  const file = join(folder, 'shaky');
  const clock = fakeClock();
  writeFileSync(file, 'good');
  const tokens = new TokenFile(file, clock);
  for (const broken of ['', 'two words']) {
    writeFileSync(file, broken);
    await clock.advance(1_000);
    expect(tokens.token).toBe('good');
  }
  unlinkSync(file);
  await clock.advance(1_000);
  expect(tokens.token).toBe('good');
  writeFileSync(file, 'better');
  await clock.advance(1_000);
  expect(tokens.token).toBe('better');
});

it('a refused token is looked up at once', () => {
  const file = join(folder, 'refused');
  writeFileSync(file, 'old');
  const tokens = new TokenFile(file, fakeClock());
  expect(tokens.hasOtherThan((token) => token === 'old')).toBe(false);
  writeFileSync(file, 'brand-new');
  expect(tokens.hasOtherThan((token) => token === 'old')).toBe(true);
  expect(tokens.token).toBe('brand-new');
});

it.each([
  ['empty', '\n', /is empty/],
  ['two lines', 'a\nb', /holds spaces, line breaks/],
])('a file that holds no token is told before the first request: %s', (_what, text, message) => {
  const file = join(folder, 'none');
  writeFileSync(file, text);
  expect(() => new TokenFile(file, fakeClock())).toThrow(message);
});

const NOW_MS = Date.UTC(2027, 0, 10);
const day = (date: number) => Date.UTC(2027, 0, date) / 1000;

it.each<[string, string, RegExp | undefined]>([
  ['a PAT with months to go', jwt({ iss: 'SF:1', exp: day(40) }), undefined],
  ['a PAT of next week', jwt({ iss: 'SF:1', exp: day(15) }), /access token expires on 2027-01-15 00:00 UTC\. Generate/],
  ['a PAT of last week', jwt({ iss: 'SF:1', exp: day(5) }), /access token expired on 2027-01-05/],
  ['an opaque PAT', 'opaque', undefined],
  [
    'a minted key-pair token',
    jwt({ iss: 'A.B.SHA256:x', exp: day(10) + 3600 }),
    /expires at 2027-01-10 01:00 UTC and nobody renews it\. Give Couloir the key/,
  ],
  ['an OAuth token', jwt({ iss: 'https://login.example', exp: day(10) + 600 }), /Give Couloir the OAuth client/],
])('what is warned about beforehand: %s', (_what, token, message) => {
  const warnings = credentialWarnings({ kind: 'snowflake-token', token: new Secret(token) }, NOW_MS);
  if (message === undefined) expect(warnings).toEqual([]);
  else expect(warnings[0]).toMatch(message);
});

it('warns once a day of a token that nears its end while the gateway runs', async () => {
  const clock = fakeClock(NOW_MS);
  const warned: string[] = [];
  const credential = { kind: 'snowflake-token', token: new Secret(jwt({ iss: 'SF:1', exp: day(12) })) } as const;
  const source = offlineTokens({ clock, warn: (message) => warned.push(message) })({
    provider: 'cortex',
    credential,
    origin: 'https://a-b.snowflakecomputing.com',
  });
  const use = () => source.headersFor('https://a-b.snowflakecomputing.com');
  await use();
  expect(warned, 'the start has told it').toEqual([]);
  await clock.advance(24 * 3_600_000);
  await use();
  await use();
  expect(warned).toHaveLength(1);
});

it.skipIf(process.platform === 'win32')(
  'a key that others can read is told, with the command that mends it (not on Windows, whose files have no modes)',
  () => {
    const file = join(folder, 'open.p8');
    writeFileSync(file, 'any');
    const warnings = () => credentialWarnings({ kind: 'snowflake-key-pair', user: 'A', privateKey: { file } }, NOW_MS);
    chmodSync(file, 0o644);
    expect(warnings()).toEqual([
      `Other users of this machine can read the private key file ${file}. Run: chmod 600 ${file}`,
    ]);
    chmodSync(file, 0o600);
    expect(warnings()).toEqual([]);
  },
);

it('learns how far the upstream is ahead, ignores latency, and warns once of minutes', () => {
  const warned: string[] = [];
  const clock = fakeClock(NOW_MS);
  const server = new ServerClock('https://a.example', { clock, warn: (message) => warned.push(message) });
  const dateAt = (ms: number) => new Date(ms).toUTCString();
  server.learn(dateAt(NOW_MS + 1_000));
  expect(server.now()).toBe(NOW_MS);
  server.learn(dateAt(NOW_MS + 300_000));
  expect(server.now()).toBe(NOW_MS + 300_500);
  server.learn('yesterday');
  server.learn(undefined);
  expect(server.now()).toBe(NOW_MS + 300_500);
  server.learn(dateAt(NOW_MS));
  expect(server.now()).toBe(NOW_MS);
  server.learn(dateAt(NOW_MS - 300_000));
  expect(server.now()).toBe(NOW_MS - 299_500);
  expect(warned).toEqual([
    'The clock of this machine is 301 s behind that of https://a.example. Key-pair tokens are dated by the latter; set the clock (NTP) all the same.',
  ]);
});
