import { chmodSync, existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { seededRandom } from '../kit/random.ts';
import { homeFolder, readOrCreateMasterKey } from './home.ts';

let parent: string;
let home: string;
beforeEach(() => {
  parent = mkdtempSync(join(tmpdir(), 'couloir-home-'));
  home = join(parent, 'couloir');
});
afterEach(() => rmSync(parent, { recursive: true, force: true }));

it('is ~/.couloir unless COULOIR_HOME names another', () => {
  expect(homeFolder({})).toBe(join(homedir(), '.couloir'));
  expect(homeFolder({ COULOIR_HOME: parent })).toBe(parent);
});

it('makes a master key once, for this user alone, and finds it again', () => {
  const made = readOrCreateMasterKey(home, seededRandom('a'));
  expect(made.created).toBe(true);
  expect(made.key.reveal()).toMatch(/^sk-couloir-[0-9A-Za-z]{40}$/);
  const found = readOrCreateMasterKey(home, seededRandom('b'));
  expect(found.created).toBe(false);
  expect(found.key.reveal()).toBe(made.key.reveal());
});

it.skipIf(process.platform === 'win32')(
  'the folder is 0700 and the file 0600, also in a folder that stood open (not on Windows, whose files have no modes)',
  () => {
    chmodSync(parent, 0o777);
    const { file } = readOrCreateMasterKey(parent, seededRandom('a'));
    expect(statSync(parent).mode & 0o777).toBe(0o700);
    expect(statSync(file).mode & 0o777).toBe(0o600);
  },
);

it.skipIf(process.platform === 'win32')(
  'refuses a key that others can read, and says what to run (not on Windows, whose files have no modes)',
  () => {
    const { file } = readOrCreateMasterKey(home, seededRandom('a'));
    chmodSync(file, 0o644);
    expect(() => readOrCreateMasterKey(home, seededRandom('a'))).toThrow(
      `${file}: other users of this machine can read the master key. Run: chmod 600 ${file}`,
    );
  },
);

it('refuses an empty key file', () => {
  const { file } = readOrCreateMasterKey(home, seededRandom('a'));
  writeFileSync(file, '\n', { mode: 0o600 });
  expect(() => readOrCreateMasterKey(home, seededRandom('a'))).toThrow(
    'the file holds no master key. Remove it to have a new one made.',
  );
});

it('says what to do when the folder cannot be made', () => {
  writeFileSync(home, 'a file stands here');
  expect(() => readOrCreateMasterKey(join(home, 'inside'), seededRandom('a'))).toThrow(
    /Set COULOIR_MASTER_KEY|cannot be read/,
  );
  expect(existsSync(join(home, 'inside'))).toBe(false);
});
