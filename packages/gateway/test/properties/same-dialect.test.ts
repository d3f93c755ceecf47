/** From a dialect into the IR and back into the same dialect, the values are what they were. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CHAT, MESSAGES } from '../../src/exchange/dialects.ts';
import { fold } from '../../src/ir/fold.ts';
import { checkGrammar } from '../../src/ir/grammar.ts';
import { isObject, type Json, type JsonObject } from '../../src/ir/json.ts';
import { anthropicMessages } from '../../src/protocols/anthropic-messages/index.ts';
import { openaiChatUpstream } from '../../src/protocols/openai-chat/upstream.ts';
import { writeChatBody, writeMessagesBody } from '../arbitrary/client-bodies.ts';
import { chatAnswer, messagesAnswer } from '../arbitrary/unary-answers.ts';
import { type Sketch, sketch } from '../arbitrary/conversation.ts';
import { WRITER_OPTIONS } from '../support/chat-answers.ts';
import { offlineDeployment } from '../support/offline-deployment.ts';

/** What a Claude of the present and an OpenAI model take as it is: not both kinds of sampling, no thoughts of others. */
const plain = sketch.map(({ topP: _topP, effort: _effort, novel: _novel, ...said }): Sketch => ({
  ...said,
  rare: [],
  turns: said.turns.map(({ thought: _thought, ...turn }) => turn),
}));

describe('requests', () => {
  it('of Messages', () => {
    const { model, capabilities } = offlineDeployment('claude-sonnet-4-6');
    fc.assert(
      fc.property(plain, (said) => {
        const body = writeMessagesBody(model, said);
        const { request, notes } = MESSAGES.codec.readRequest(body);
        const written = anthropicMessages.writeRequest(request, { model, capabilities });
        expect(spelledOut(written.body)).toEqual(spelledOut(body));
        expect([...notes, ...written.notes].filter(({ harmless }) => harmless !== true)).toEqual([]);
      }),
      { numRuns: 500 },
    );
  });

  it('of Chat Completions', () => {
    const { model, capabilities } = offlineDeployment('openai-gpt-5.2');
    fc.assert(
      fc.property(plain, (said) => {
        // Several system messages become one with as many parts.
        const body = writeChatBody(model, { ...said, system: said.system.slice(0, 1) });
        const { request, notes } = CHAT.codec.readRequest(body);
        const written = openaiChatUpstream.writeRequest(request, { model, capabilities });
        expect(spelledOut(written.body)).toEqual(spelledOut(body));
        expect([...notes, ...written.notes].filter(({ harmless }) => harmless !== true)).toEqual([]);
      }),
      { numRuns: 500 },
    );
  });
});

describe('whole answers', () => {
  it('of Messages', () => {
    fc.assert(
      fc.property(messagesAnswer, (answer) => {
        const events = anthropicMessages.readMessage(answer, {});
        expect(checkGrammar(events)).toBeUndefined();
        expect(fold(events).error).toBeUndefined();
        expect(MESSAGES.codec.writeMessage(events, { ...WRITER_OPTIONS, model: answer.model })).toEqual(answer);
      }),
      { numRuns: 500 },
    );
  });

  it('of Chat Completions', () => {
    fc.assert(
      fc.property(chatAnswer, (answer) => {
        const events = openaiChatUpstream.readMessage(answer, {});
        expect(checkGrammar(events)).toBeUndefined();
        const options = { ...WRITER_OPTIONS, model: answer.model, createdAt: answer.created };
        expect(CHAT.codec.writeMessage(events, options)).toEqual(answer);
      }),
      { numRuns: 500 },
    );
  });
});

/** One text alone may be a string or a block, and what is the default may be said or not. */
function spelledOut(body: JsonObject): Json {
  const { stream, stream_options: _options, tool_choice: choice, ...rest } = body;
  const said: JsonObject = {
    ...rest,
    ...(stream === true ? { stream } : {}),
    ...(choice === undefined || choice === 'auto' || (isObject(choice) && JSON.stringify(choice) === '{"type":"auto"}')
      ? {}
      : { tool_choice: choice }),
  };
  return blocks(said);
}

function blocks(value: Json): Json {
  if (Array.isArray(value)) return value.map(blocks);
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, inner]): [string, Json][] => {
      if (inner === undefined || (key === 'content' && inner === null)) return [];
      if (key === 'content' && typeof inner === 'string') return [[key, [{ type: 'text', text: inner }]]];
      return [[key, blocks(inner)]];
    }),
  );
}
