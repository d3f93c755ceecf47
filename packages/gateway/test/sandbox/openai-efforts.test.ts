// Where Snowflake's list of efforts and OpenAI's differ, the gateway sends what both allow.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type CortexSandbox, createCortexSandbox, SWITCHES } from '../../src/sandbox/index.ts';
import { type RunningCouloir, sandboxAccount, startCouloir } from '../support/couloir.ts';

const MODELS = [
  'openai-gpt-5',
  'openai-gpt-5-mini',
  'openai-gpt-5.1',
  'openai-gpt-5.2',
  'openai-gpt-5.5',
  'openai-gpt-5.6-sol',
];
const WORDS = ['none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max'];

describe.each(SWITCHES.openaiEfforts)('with efforts %s', (openaiEfforts) => {
  let sandbox: CortexSandbox;
  let couloir: RunningCouloir;
  beforeAll(async () => {
    sandbox = await createCortexSandbox({ switches: { openaiEfforts } });
    couloir = await startCouloir({ env: sandboxAccount(sandbox.url) });
  });
  afterAll(async () => {
    await couloir.stop();
    await sandbox.close();
  });

  test.each(MODELS)('%s takes every word a client may say', async (model) => {
    const statuses = await Promise.all(
      WORDS.map(async (effort) => {
        const response = await fetch(`${couloir.url}/v1/chat/completions`, {
          method: 'POST',
          headers: { authorization: `Bearer ${couloir.key}`, 'content-type': 'application/json' },
          body: JSON.stringify({
            model,
            messages: [{ role: 'user', content: 'sandbox> say ok' }],
            reasoning_effort: effort,
          }),
        });
        await response.arrayBuffer();
        return [effort, response.status];
      }),
    );
    expect(statuses).toEqual(WORDS.map((effort) => [effort, 200]));
  });
});
