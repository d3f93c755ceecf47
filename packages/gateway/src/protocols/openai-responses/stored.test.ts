import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { arbitraryAnswer } from '../../../test/arbitrary/responses-answer.ts';
import { readCapture, WRITER_OPTIONS, writeStream } from '../../../test/support/responses-answers.ts';
import { finalResponse } from '../../../test/support/responses-grammar.ts';
import type { StreamEvent } from '../../ir/event.ts';
import { fold } from '../../ir/fold.ts';
import { isObject, type JsonObject } from '../../ir/json.ts';
import type { Part, Turn } from '../../ir/request.ts';
import { answerOfItem } from './item-ids.ts';
import { readRequest } from './read-request.ts';
import {
  expandPrevious,
  listInputItems,
  namedAnswers,
  noPreviousResponse,
  noSuchResponse,
  readableResponse,
  storedResponseOf,
  toStoredItems,
} from './stored.ts';
import { estimateInputTokens } from './token-estimate.ts';

const SEAL = { issuer: 'anthropic', form: 'signature', data: 'sig' } as const;

const TOOLS = [
  { type: 'function', name: 'read' },
  { type: 'custom', name: 'patch' },
  { type: 'namespace', name: 'ns', description: '', tools: [{ type: 'function', name: 'read' }] },
];

const CALLING: StreamEvent[] = [
  { type: 'start' },
  { type: 'open', at: 0, part: { kind: 'thinking', text: 'hm', seal: SEAL } },
  { type: 'close', at: 0 },
  { type: 'open', at: 1, part: { kind: 'tool-call', id: 'call_1', name: 'read', args: '{}' } },
  { type: 'close', at: 1 },
  { type: 'stop', reason: 'tool-calls' },
  { type: 'end' },
];

describe('an answer that is continued', () => {
  const first: JsonObject = { model: 'm', input: 'weather', tools: TOOLS, store: true };
  const stored = {
    input: toStoredItems(first, 'resp_one'),
    response: storedResponseOf(CALLING, { ...WRITER_OPTIONS, id: 'resp_one', body: first }),
  };
  const output = Array.isArray(stored.response.output) ? stored.response.output.filter(isObject) : [];

  test('is kept with ids that lead back to it, and with the seals that its client did not ask for', () => {
    expect(stored.input).toEqual([{ type: 'message', id: 'msg_one_i0', role: 'user', content: 'weather' }]);
    expect(output).toMatchObject([
      { id: 'rs_one_0', encrypted_content: expect.any(String) as string },
      { id: 'fc_one_1' },
    ]);
    expect(readableResponse(stored.response).output).toEqual([
      { type: 'reasoning', id: 'rs_one_0', summary: [{ type: 'summary_text', text: 'hm' }] },
      output[1],
    ]);
    expect(readableResponse(stored.response, ['reasoning.encrypted_content'])).toBe(stored.response);
  });

  test('comes first in the conversation, and the model thinks on where it stopped', () => {
    const next: JsonObject = {
      model: 'm',
      previous_response_id: 'resp_one',
      input: [{ type: 'function_call_output', call_id: 'call_1', output: 'sunny' }],
    };
    expect(namedAnswers(next)).toEqual({ previous: 'resp_one', referred: [] });
    const expanded = expandPrevious(next, { input: stored.input, output });
    expect(readRequest(expanded).request.turns).toMatchObject([
      { role: 'user', parts: [{ text: 'weather' }] },
      {
        role: 'assistant',
        parts: [
          { kind: 'thinking', text: 'hm', seal: SEAL },
          { kind: 'tool-call', id: 'call_1' },
        ],
      },
      { role: 'user', parts: [{ kind: 'tool-result', callId: 'call_1' }] },
    ]);
    expect(toStoredItems(expanded, 'resp_two').map(({ id }) => id)).toEqual([
      'msg_one_i0',
      'rs_one_0',
      'fc_one_1',
      'fco_two_i3',
    ]);
  });

  test('is found by references to its items: what the Vercel SDK sends for thoughts', () => {
    const body = { ...readCapture('vercel-item-reference') };
    const input = Array.isArray(body.input) ? body.input : [];
    const referring = { ...body, input: input.with(1, { type: 'item_reference', id: 'rs_one_0' }) };
    expect(namedAnswers(referring)).toEqual({ referred: ['resp_one'] });
    const expanded = expandPrevious(referring, undefined, [{ input: stored.input, output }]);
    const { request, notes } = readRequest(expanded);
    expect(request.turns[1]?.parts[0]).toMatchObject({ kind: 'thinking', text: 'hm', seal: SEAL });
    expect(notes).toEqual([]);
  });

  test('is not said twice when a reference points into what is continued', () => {
    const body = { previous_response_id: 'resp_one', input: [{ id: 'rs_one_0' }, { role: 'user', content: 'and?' }] };
    const { input } = expandPrevious(body, { input: stored.input, output });
    expect(input).toEqual([...stored.input, ...output, { role: 'user', content: 'and?' }]);
  });

  test('that is not kept is an error that agents know', () => {
    expect(noPreviousResponse('resp_x')).toMatchObject({ status: 400, kind: 'no-previous-response' });
    expect(noSuchResponse('resp_x')).toMatchObject({ status: 404, kind: 'no-such-response' });
  });
});

test('ids of items lead to their answer, other ids nowhere', () => {
  expect(answerOfItem('rs_aB3_x_12')).toBe('resp_aB3_x');
  expect(answerOfItem('msg_aB3_i0')).toBe('resp_aB3');
  expect(answerOfItem('rs_1b2fyhopwwq81kt2ublw')).toBeUndefined();
});

test('input items are listed in pages, newest first unless told otherwise', () => {
  const items = Array.from({ length: 5 }, (_, index) => ({ id: `msg_${index}`, type: 'message' }));
  const idsOf = (list: JsonObject) =>
    (Array.isArray(list.data) ? list.data : []).map((item) => isObject(item) && item.id);
  expect(idsOf(listInputItems(items, { limit: 2 }))).toEqual(['msg_4', 'msg_3']);
  expect(listInputItems(items, { limit: 2, after: 'msg_3' })).toEqual({
    object: 'list',
    data: [items[2], items[1]],
    first_id: 'msg_2',
    last_id: 'msg_1',
    has_more: true,
  });
  expect(idsOf(listInputItems(items, { order: 'asc', after: 'msg_2' }))).toEqual(['msg_3', 'msg_4']);
  expect(listInputItems([], {})).toMatchObject({ data: [], first_id: null, has_more: false });
});

test('tokens are estimated in advance, and rather too many', () => {
  expect(estimateInputTokens({ input: 'Hello, world!' })).toEqual({
    object: 'response.input_tokens',
    // 13 bytes at 3 each, 4 around the text and 4 around the turn.
    input_tokens: 13,
  });
  // Nobody knows the size of an image behind a link.
  const content = [{ type: 'input_image', image_url: 'https://example.com/a.png' }];
  const { input_tokens: image } = estimateInputTokens({ input: [{ role: 'user', content }] });
  expect(Number(image)).toBeGreaterThan(1500);
});

test('over three turns of any answers nothing is lost: calls, ids, thoughts, seals and their order', () => {
  const answers = fc.array(
    arbitraryAnswer({ tools: { names: ['read', 'patch', 'ns__read'], freeform: ['patch'] }, interleaved: false }),
    { minLength: 3, maxLength: 3 },
  );
  fc.assert(
    fc.property(answers, (turns) => {
      const items: JsonObject[] = [{ role: 'user', content: 'go' }];
      const said: Part[][] = [];
      turns.forEach((events, index) => {
        const body = { model: 'm', store: false, include: ['reasoning.encrypted_content'], tools: TOOLS, input: items };
        const { output } = finalResponse(writeStream(events, body));
        const added = Array.isArray(output) ? output.filter(isObject) : [];
        const calls = added.flatMap(({ type, call_id: callId }) =>
          typeof type !== 'string' || callId === undefined
            ? []
            : [{ type: `${type}_output`, call_id: callId, output: 'ok' }],
        );
        items.push(...added, ...calls, { role: 'user', content: `turn ${index}` });
        said.push(toldOf(events));
      });
      const { request } = readRequest({ model: 'm', tools: TOOLS, input: items });
      expect(assistantParts(request.turns)).toEqual(said.filter((parts) => parts.length > 0));
    }),
    { numRuns: 300 },
  );
});

/** What a client can be told of an answer, in the words of the IR. */
function toldOf(events: StreamEvent[]): Part[] {
  return fold(events).parts.flatMap((part): Part[] => {
    if (part.kind === 'opaque') return [];
    if (part.kind === 'text') return part.text === '' ? [] : [{ kind: 'text', text: part.text }];
    if (part.kind === 'thinking') return part.text === '' && part.seal === undefined ? [] : [part];
    if (part.kind === 'tool-call' && part.freeform !== true && part.args === '') return [{ ...part, args: '{}' }];
    return [part];
  });
}

function assistantParts(turns: Turn[]): Part[][] {
  return turns
    .filter(({ role }) => role === 'assistant')
    .map(({ parts }) =>
      parts.map((part): Part => {
        if (!('ext' in part)) return part;
        const { ext: _, ...rest } = part;
        return rest;
      }),
    );
}
