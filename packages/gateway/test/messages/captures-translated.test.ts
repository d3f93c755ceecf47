import { afterAll, beforeAll, expect, test } from 'vitest';
import { guardGrammar } from '../../src/ir/grammar.ts';
import { repairHistory } from '../../src/ir/history.ts';
import { placeCacheMarks } from '../../src/ir/prompt-caching.ts';
import type { GenerateRequest, Part } from '../../src/ir/request.ts';
import { compose } from '../../src/ir/transducer.ts';
import { sseReader } from '../../src/kit/sse.ts';
import { anthropicMessagesClient } from '../../src/protocols/anthropic-messages/client.ts';
import { brokenAnswer } from '../../src/protocols/anthropic-messages/errors.ts';
import { anthropicMessages } from '../../src/protocols/anthropic-messages/index.ts';
import type { CortexSandbox } from '../../src/sandbox/index.ts';
import { signThought } from '../../src/sandbox/script/signature.ts';
import { describeModel } from '../../src/upstream/catalogue.ts';
import { historyRulesOf } from '../../src/upstream/history-rules.ts';
import { accumulateMessage, MESSAGES_WRITER } from '../support/messages-answers.ts';
import { GENERATING_CAPTURES } from '../support/messages-captures.ts';
import { checkMessagesStream } from '../support/messages-grammar.ts';
import { askBytes, startStrictSandbox } from './strict-sandbox.ts';

/**
 * The long way round, which is that of every body that cannot keep its bytes: what a real client sent goes
 * through the IR to Cortex as the sandbox plays it, and the answer through the IR to the official SDK.
 */
let sandbox: CortexSandbox;
beforeAll(async () => (sandbox = await startStrictSandbox()));
afterAll(() => sandbox.close());

/** Thoughts signed as if they had been the sandbox's own. */
function signed(request: GenerateRequest, model: string): GenerateRequest {
  const sign = (part: Part): Part =>
    part.kind === 'thinking' && part.seal?.form === 'signature'
      ? { ...part, seal: { ...part.seal, data: signThought(model, part.text) } }
      : part;
  return { ...request, turns: request.turns.map((turn) => ({ ...turn, parts: turn.parts.map(sign) })) };
}

test.each(
  GENERATING_CAPTURES.flatMap((capture) =>
    ['claude-opus-5-5', 'claude-opus-4-6', 'claude-sonnet-4-5'].map((model) => ({ ...capture, model })),
  ),
)('$name on $model', async ({ body, model }) => {
  const capabilities = describeModel(model);
  const { request } = anthropicMessagesClient.readRequest(body);
  const { request: repaired } = repairHistory(
    signed(request, model),
    historyRulesOf({ dialect: 'anthropic-messages', capabilities }),
  );
  const marked = placeCacheMarks({ ...repaired, stream: true }, { minTokens: 1, maxMarks: 4 });
  const written = anthropicMessages.writeRequest(marked, { model, capabilities });
  const { status, text } = await askBytes(sandbox, JSON.stringify(written.body), written.headers);
  expect(status, text).toBe(200);

  const way = compose(
    compose(compose(sseReader(), anthropicMessages.reader(written.reading)), guardGrammar(brokenAnswer)),
    anthropicMessagesClient.writer({ ...MESSAGES_WRITER, body }),
  );
  const events = [...way.push(Buffer.from(text)), ...way.end()];
  expect(checkMessagesStream(events)).toBeUndefined();
  expect(await accumulateMessage(events)).toMatchObject({
    role: 'assistant',
    model: 'my-alias',
    stop_reason: expect.stringMatching(/^(end_turn|tool_use|max_tokens)$/) as string,
  });
});
