import { expect, test } from 'vitest';
import { repairHistory } from '../../src/ir/history.ts';
import { type JsonObject, parseObject } from '../../src/ir/json.ts';
import type { Part } from '../../src/ir/request.ts';
import { anthropicMessagesClient } from '../../src/protocols/anthropic-messages/client.ts';
import { anthropicMessages } from '../../src/protocols/anthropic-messages/index.ts';
import { describeModel } from '../../src/upstream/catalogue.ts';
import { historyRulesOf } from '../../src/upstream/history-rules.ts';
import { spliceMessages } from '../../src/upstream/splices/index.ts';
import { GENERATING_CAPTURES, signed } from '../support/messages-captures.ts';

/**
 * A Messages body reaches Cortex by one of two lanes: its bytes with what Cortex refuses cut out, or parsed and
 * written anew. They share no code that edits, so each is the other's judge: the model must be asked the same.
 */
const MODELS = ['claude-opus-5-5', 'claude-opus-4-7', 'claude-opus-4-6', 'claude-sonnet-4-5', 'claude-haiku-4-5'];

/**
 * What a body asks of the model, but for what each lane does in its own way: where it places cache marks, in which
 * order the results of parallel calls stand, in which of the forms that a model takes it says how much to think, and
 * whether it says `temperature: 1`, which is the default, to a model that thinks.
 */
function asked(body: JsonObject): object {
  const { request } = anthropicMessagesClient.readRequest(body);
  const { reasoning, sampling } = request;
  const { temperature, ...otherSampling } = sampling;
  return unmarked({
    ...request,
    turns: request.turns.map((turn) => ({ ...turn, parts: turn.parts.toSorted(byCall) })),
    reasoning: { thinks: reasoning !== undefined, show: reasoning?.show },
    sampling: reasoning !== undefined && temperature === 1 ? otherSampling : sampling,
  });
}

function byCall(one: Part, other: Part): number {
  if (one.kind !== 'tool-result' || other.kind !== 'tool-result') return 0;
  return one.callId < other.callId ? -1 : 1;
}

function unmarked(request: object): object {
  const text = JSON.stringify(request, (key, value: unknown) => (key === 'cache' || key === 'ext' ? undefined : value));
  return JSON.parse(text) as object;
}

function bySplices(body: JsonObject, model: string, headers: Record<string, string>): JsonObject | undefined {
  const capabilities = describeModel(model);
  const spliced = spliceMessages(Buffer.from(JSON.stringify(body)), { model, capabilities, headers });
  return spliced === 'translate' ? undefined : parseObject(spliced.body.toString());
}

function byTranslation(body: JsonObject, model: string): JsonObject {
  const capabilities = describeModel(model);
  const { request } = anthropicMessagesClient.readRequest(body);
  const rules = historyRulesOf({ dialect: 'anthropic-messages', capabilities });
  return anthropicMessages.writeRequest(repairHistory(request, rules).request, { model, capabilities }).body;
}

const kept = MODELS.flatMap((model) =>
  GENERATING_CAPTURES.flatMap(({ name, body, headers }) => {
    const sent = { ...body, messages: signed(body.messages, model) };
    const spliced = bySplices(sent, model, headers);
    return spliced === undefined ? [] : [{ name, model, sent, spliced }];
  }),
);

test.each(kept)('$name on $model', ({ model, sent, spliced }) => {
  expect(asked(spliced)).toEqual(asked(byTranslation(sent, model)));
});

test('most captures keep their bytes', () => {
  expect(kept.length).toBeGreaterThan((MODELS.length * GENERATING_CAPTURES.length) / 2);
});
