import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { VERSION } from '../version.ts';
import { runCommandLine } from './program.ts';

const cwd = mkdtempSync(join(tmpdir(), 'couloir-cli-'));
afterAll(() => rmSync(cwd, { recursive: true, force: true }));

async function run(
  words: string[],
  env: Record<string, string> = {},
): Promise<{ code: number; out: string; err: string }> {
  const out: string[] = [];
  const err: string[] = [];
  const code = await runCommandLine(words, {
    env: { COULOIR_HOME: join(cwd, 'home'), ...env },
    cwd,
    out: (line) => out.push(line),
    err: (line) => err.push(line),
  });
  return { code, out: out.join('\n'), err: err.join('\n') };
}

const ACCOUNT = { SNOWFLAKE_ACCOUNT: 'acme-main', SNOWFLAKE_PAT: 'the-token' };

describe('words that name no command', () => {
  it('--version and --help succeed', async () => {
    expect(await run(['--version'])).toEqual({ code: 0, out: VERSION, err: '' });
    const help = await run(['--help']);
    expect(help).toMatchObject({ code: 0, err: '' });
    for (const command of ['serve', 'sandbox', 'config']) expect(help.out).toContain(command);
    expect((await run(['serve', '--help'])).out).not.toContain('ssl_keyfile_path');
  });

  it.each([
    [['serve', '--prot', '1'], /unknown option '--prot'/],
    [['config', 'chekc'], /unknown command 'chekc'/],
    [['doctr'], /^couloir: unknown command 'doctr'\. Did you mean 'doctor'\? `couloir --help` lists them\.$/],
    [['serve', 'quickly'], /^couloir: unknown command 'quickly'\. `couloir --help` lists them\.$/],
    [['serve', '--port', 'http'], /Give a number from 0 to 65535\./],
    [['serve', '--workers', '0'], /Give a number from 1 to 256\./],
    [['--num_workers', 'many'], /Give a number from 1 to 256\./],
    [['worker'], /started by `couloir serve --workers 2`/],
    [['sandbox', '--switch', 'toolIndexZeor=true'], /no switch "toolIndexZeor"\. Did you mean "toolIndexZero"\?/],
    [['sandbox', '--switch', 'toolIndexZero=maybe'], /takes true or false, like toolIndexZero=true\./],
    [['sandbox', '--switch', 'prefill=never'], /takes by-model or refuse or accept, like prefill=by-model\./],
    [['sandbox', '--switch', 'toString=x'], /no switch "toString"/],
    [['sandbox', '--scenario', 'nowhere.yaml'], /nowhere\.yaml cannot be read \(ENOENT\)\./],
    [['sandbox', '--account', 'crossregion=DISABLED'], /no setting "crossregion"\. Did you mean "crossRegion"\?/],
    [['sandbox', '--limit', 'claude=fast'], /"claude=fast" is no limit\./],
    [['sandbox', '--fault', '5%:nonsense'], /knows no fault "nonsense"\./],
    [['sandbox', '--record', 'there'], /needs the account to record/],
    [['sandbox', '--from', 'acme-main'], /Add --record FOLDER\./],
    [['sandbox', '--record', 'a', '--replay', 'b'], /exclude each other/],
    [['serve', '--config', 'nowhere.yaml'], /nowhere\.yaml: the file does not exist\./],
    [['serve', '--tls-key', 'key.pem'], /a key but no certificate/],
    [['serve', '--tls-key', 'key.pem', '--tls-cert', 'cert.pem'], /key\.pem cannot be read \(ENOENT\)\./],
  ])('%j is a mistake of usage', async (words, said) => {
    const { code, out, err } = await run(words, ACCOUNT);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toMatch(said);
    expect(err).not.toMatch(/^\s+at /m);
  });
});

describe('config check', () => {
  it('says that a good file is good, and what has no effect in it', async () => {
    writeFileSync(
      join(cwd, 'good.yaml'),
      'model_list:\n  - model_name: a\n    litellm_params: { model: snowflake/claude-sonnet-4-6, stream: true }\n',
    );
    const { code, out } = await run(['config', 'check', 'good.yaml'], ACCOUNT);
    expect(code).toBe(0);
    expect(out).toBe(
      [
        `${join(cwd, 'good.yaml')} is good: 1 deployment, 0 aliases.`,
        'Accepted, without effect:',
        '  good.yaml:3:59 model_list.0.litellm_params.stream: has no effect: the client decides whether an answer is streamed.',
      ].join('\n'),
    );
  });

  it('exits with 2 for a bad one, in words and in JSON', async () => {
    writeFileSync(join(cwd, 'bad.yaml'), 'retires: 1\n');
    const plain = await run(['config', 'check', '--config', 'bad.yaml'], ACCOUNT);
    expect(plain).toEqual({
      code: 2,
      out: '',
      err: 'couloir: the configuration cannot be used.\nbad.yaml:1:1 retires: unknown key (did you mean "retries"?).',
    });
    const json = await run(['config', 'check', 'bad.yaml', '--json'], ACCOUNT);
    expect(json.code).toBe(2);
    expect(JSON.parse(json.out)).toEqual({
      ok: false,
      problems: [
        {
          place: { file: 'bad.yaml', line: 1, column: 1 },
          path: 'retires',
          message: 'unknown key (did you mean "retries"?).',
        },
      ],
      notes: [],
    });
  });

  it('says when the sandbox would start', async () => {
    expect((await run(['config', 'check'])).out).toBe(
      'There is no configuration file and no account, so `couloir serve` would start the sandbox.',
    );
  });
});

it('config explain prints values with origins and no secret', async () => {
  const env = { ...ACCOUNT, COULOIR_MASTER_KEY: 'sk-not-to-be-seen' };
  const plain = await run(['config', 'explain'], env);
  expect(plain.out).toMatch(/^server\.port +4000 {2}\(default\)$/m);
  expect(plain.out).toMatch(/^masterKey +"\[secret\]" {2}\(COULOIR_MASTER_KEY\)$/m);
  expect(plain.out).not.toMatch(/sk-not-to-be-seen|the-token/);
  const rows = JSON.parse((await run(['config', 'explain', '--json'], env)).out) as { setting: string }[];
  expect(rows.map(({ setting }) => setting)).toContain('deployments.claude-sonnet-4-6');
});
