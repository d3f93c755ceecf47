import { expect, it } from 'vitest';
import { readAccountFlags } from './sandbox-account.ts';

it('reads what is said of the account, each kind of value as what it is', () => {
  const account = [
    'crossRegion=AWS_US,AWS_EU',
    'spentModels=claude-sonnet-4-6,llama3.1-8b',
    'restApi=false',
    'viewLatencyMs=60000',
  ];
  expect(
    readAccountFlags({
      account,
      limit: ['*=10rpm', 'llama3.1-8b=5000tpm,20rpm'],
      fault: ['5%:503', 'reset@mistral-7b'],
    }),
  ).toEqual({
    account: {
      crossRegion: 'AWS_US,AWS_EU',
      spentModels: ['claude-sonnet-4-6', 'llama3.1-8b'],
      restApi: false,
      viewLatencyMs: 60_000,
    },
    limits: { '*': { requestsPerMinute: 10 }, 'llama3.1-8b': { requestsPerMinute: 20, tokensPerMinute: 5_000 } },
    faults: [
      { share: 0.05, name: '503' },
      { share: 1, name: 'reset', model: 'mistral-7b' },
    ],
  });
});

it('knows Snowflake’s own limits by a word', () => {
  expect(readAccountFlags({ account: [], limit: ['documented'], fault: [] }).limits).toMatchObject({
    'deepseek-r1': { tokensPerMinute: 100_000, requestsPerMinute: 100 },
  });
});
