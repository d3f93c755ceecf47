import { expect, it } from 'vitest';
import { Secret } from '../kit/secret.ts';
import { compareSettings, withFixed } from './changes.ts';
import { DEFAULTS } from './defaults.ts';
import type { DeploymentSettings, Settings } from './settings.ts';
import { readSettingsText, settingsText } from './settings-text.ts';

const deployment = (modelName: string, token: string): DeploymentSettings => ({
  id: modelName,
  modelName,
  provider: 'cortex',
  model: modelName,
  base: { account: 'myorg-myaccount' },
  credential: { kind: 'snowflake-token', token: new Secret(token) },
  weight: 1,
  order: 0,
  tags: [],
  promptCaching: 'auto',
  defaults: {},
  extraHeaders: {},
});

const BEFORE: Settings = {
  ...DEFAULTS,
  masterKey: new Secret('sk-before'),
  deployments: [deployment('kept', 'one'), deployment('gone', 'one'), deployment('renewed', 'one')],
  wildcards: [],
  aliases: {},
  telemetry: { openMetrics: false },
  disabledMends: [],
};

it('says which models, keys and settings are others now, and which take a restart', () => {
  const after: Settings = {
    ...BEFORE,
    server: { ...BEFORE.server, port: 5000, drainDelayMs: 5_000, tls: { keyFile: '/k', certFile: '/c' } },
    masterKey: new Secret('sk-after'),
    deployments: [deployment('kept', 'one'), deployment('renewed', 'two'), deployment('new', 'one')],
    limits: { ...BEFORE.limits, maxRunning: 5 },
  };
  expect(compareSettings(BEFORE, after)).toEqual({
    applied: [
      'models added: new',
      'models removed: gone',
      'models changed: renewed',
      'master key changed',
      'settings changed: server.drainDelayMs, limits',
    ],
    needsRestart: ['server.port', 'server.tls'],
  });
});

it('keeps what only a restart changes, until the restart', () => {
  const tls = { keyFile: '/k', certFile: '/c' };
  const after = { ...BEFORE, server: { ...BEFORE.server, host: '::', port: 5000, keepAliveMs: 1, tls } };
  expect(withFixed(BEFORE, after).server).toEqual({ ...BEFORE.server, keepAliveMs: 1 });
  const renewed = { ...after, server: { ...after.server, tls: { keyFile: '/k2', certFile: '/c2' } } };
  expect(withFixed(after, renewed).server.tls).toEqual({ keyFile: '/k2', certFile: '/c2' });
});

it('says nothing of the same settings read again, and never a secret', () => {
  const again = readSettingsText(settingsText(BEFORE));
  expect(compareSettings(BEFORE, again)).toEqual({ applied: [], needsRestart: [] });
  const others = { ...BEFORE, masterKey: new Secret('sk-hush'), deployments: [deployment('kept', 'hush')] };
  expect(JSON.stringify(compareSettings(BEFORE, others))).not.toContain('hush');
});

it('takes settings through a pipe with their secrets, and the other side can use them', () => {
  const { masterKey, deployments } = readSettingsText<Settings>(settingsText(BEFORE));
  expect(masterKey?.reveal()).toBe('sk-before');
  const { credential } = deployments[0]!;
  expect(credential.kind === 'snowflake-token' && credential.token instanceof Secret && credential.token.reveal()).toBe(
    'one',
  );
});
