import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import { generateText, stepCountIs, streamText, tool } from 'ai';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { type CortexSandbox, createCortexSandbox } from '../../src/sandbox/index.ts';
import { type RunningCouloir, sandboxAccount, startCouloir } from '../support/couloir.ts';

let sandbox: CortexSandbox;
let couloir: RunningCouloir;

beforeAll(async () => {
  sandbox = await createCortexSandbox();
  couloir = await startCouloir({ env: sandboxAccount(sandbox.url) });
});

afterAll(async () => {
  await couloir.stop();
  await sandbox.close();
});

describe.each(['claude-sonnet-4-6', 'openai-gpt-5.2'])(
  'the ai package with @ai-sdk/openai-compatible on %s',
  (name) => {
    const model = () =>
      createOpenAICompatible({
        name: 'couloir',
        baseURL: `${couloir.url}/v1`,
        apiKey: couloir.key,
        includeUsage: true,
      })(name);
    const look = tool({
      description: 'Looks',
      inputSchema: z.object({ where: z.string() }),
      execute: ({ where }) => `Nothing at ${where}.`,
    });

    it('generates text', async () => {
      const { text, finishReason, usage } = await generateText({
        model: model(),
        prompt: 'sandbox> say Hello\nsandbox> usage input=12 output=3',
      });
      expect([text, finishReason, usage.inputTokens, usage.outputTokens]).toEqual(['Hello', 'stop', 12, 3]);
    });

    it('streams a tool loop with parallel calls to its end', async () => {
      const result = streamText({
        model: model(),
        prompt:
          'sandbox> call look {"where":"a"}\nsandbox> call look {"where":"b"}\nsandbox> then\nsandbox> say Nothing anywhere.\nsandbox> usage input=12 output=3',
        tools: { look },
        stopWhen: stepCountIs(5),
      });
      expect(await result.text).toBe('Nothing anywhere.');
      const steps = await result.steps;
      expect(steps.map((step) => [step.finishReason, step.toolCalls.map((call) => call.input)])).toEqual([
        ['tool-calls', [{ where: 'a' }, { where: 'b' }]],
        ['stop', []],
      ]);
      expect(steps[1]!.usage.outputTokens).toBe(3);
    });
  },
);
