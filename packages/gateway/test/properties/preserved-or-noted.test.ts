/**
 * Nothing is lost in silence: whatever a client says in its own dialect, each value of it is in what the upstream
 * gets, in that dialect's own form, or a note names its path.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nameForClient } from '../../src/exchange/client-paths.ts';
import { CHAT, MESSAGES, RESPONSES } from '../../src/exchange/dialects.ts';
import { askUpstream } from '../../src/exchange/upstream-dialect.ts';
import { lowerFreeform } from '../../src/ir/freeform.ts';
import { repairHistory } from '../../src/ir/history.ts';
import type { JsonObject } from '../../src/ir/json.ts';
import type { Note } from '../../src/ir/note.ts';
import { MOST_CACHE_MARKS, noteCacheMarks } from '../../src/ir/prompt-caching.ts';
import type { ClientCodec } from '../../src/protocols/codec.ts';
import { cursorDialectCodec } from '../../src/protocols/cursor/index.ts';
import { historyRulesOf } from '../../src/upstream/history-rules.ts';
import { writeChatBody, writeCursorBody, writeMessagesBody, writeResponsesBody } from '../arbitrary/client-bodies.ts';
import { type Sketch, sketch } from '../arbitrary/conversation.ts';
import { offlineDeployment } from '../support/offline-deployment.ts';
import { lostLeaves } from '../support/leaves.ts';

interface Client {
  codec: ClientCodec;
  write: (model: string, sketch: Sketch) => JsonObject;
}

const CLIENTS: Record<string, Client> = {
  chat: { codec: CHAT.codec, write: writeChatBody },
  Responses: { codec: RESPONSES.codec, write: writeResponsesBody },
  Messages: { codec: MESSAGES.codec, write: writeMessagesBody },
  'Cursor, items': { codec: cursorDialectCodec, write: (model, said) => writeCursorBody(model, said, 'items') },
  'Cursor, blocks': { codec: cursorDialectCodec, write: (model, said) => writeCursorBody(model, said, 'blocks') },
};

const CORTEX = {
  'Messages, Claude 5.5': offlineDeployment('claude-opus-5-5'),
  'Messages, Claude 4.6': offlineDeployment('claude-sonnet-4-6'),
  'Messages, Claude 3.5': offlineDeployment('claude-3-5-sonnet'),
  'chat, GPT': offlineDeployment('openai-gpt-5.2'),
  'chat, Llama': offlineDeployment('llama4-maverick'),
  'complete, Claude': offlineDeployment('claude-sonnet-4-6', 'complete'),
  'complete, Llama': offlineDeployment('llama4-maverick', 'complete'),
};

function translate(codec: ClientCodec, body: JsonObject, deployment: (typeof CORTEX)[keyof typeof CORTEX]) {
  const read = codec.readRequest(body);
  const repaired = repairHistory(read.request, historyRulesOf(deployment));
  const lowered = lowerFreeform(repaired.request);
  const sent = askUpstream({ ...lowered.request, stream: true }, deployment, []);
  const caches = { minTokens: deployment.capabilities.cacheMinTokens, maxMarks: MOST_CACHE_MARKS };
  const notes: Note[] = [
    ...read.notes,
    ...noteCacheMarks(read.request, caches),
    ...nameForClient([...repaired.notes, ...sent.notes], { asked: body, request: read.request }),
  ];
  return { body: JSON.parse(JSON.stringify(sent.body)) as JsonObject, notes };
}

describe.each(Object.entries(CLIENTS))('%s', (_client, { codec, write }) => {
  it.each(Object.entries(CORTEX))('to %s', (_upstream, deployment) => {
    fc.assert(
      fc.property(sketch, (said) => {
        const body = write(deployment.model, said);
        const sent = translate(codec, body, deployment);
        expect(lostLeaves(body, sent.body, sent.notes)).toEqual([]);
      }),
      { numRuns: 150 },
    );
  });
});

it('a value that is nowhere is noticed, whatever stands beside it', () => {
  const body = { model: 'm', user: 'u 0001', seed: 7, deep: [{ text: 'a 0002' }, { text: 'b 0003', flag: true }] };
  const sent = { model: 'other', messages: [{ content: 'it says: a 0002', seed: '7' }] };
  const note = (path: string): Note => ({ code: 'dropped', path, because: 'it is not taken' });
  expect(lostLeaves(body, sent, [])).toEqual([
    'user = "u 0001"',
    'seed = 7',
    'deep.1.text = "b 0003"',
    'deep.1.flag = true',
  ]);
  expect(lostLeaves(body, sent, [note('user'), note('deep[1]')])).toEqual(['seed = 7']);
});
