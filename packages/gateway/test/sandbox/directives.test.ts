/** Scripts over the wire: what a test that drives a real agent relies on. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { isObject, type JsonObject } from '../../src/ir/json.ts';
import { createCortexSandbox, type CortexSandbox } from '../../src/sandbox/index.ts';
import { fakeClock, type FakeClock } from '../support/fake-clock.ts';
import { askMessages, assistant, messagesBody, postMessages, text, TOOL, user } from './messages-client.ts';

let sandbox: CortexSandbox;
let clock: FakeClock;
beforeAll(async () => {
  clock = fakeClock();
  sandbox = await createCortexSandbox({ clock });
});
afterAll(() => sandbox.close());

const script = (...lines: string[]) => lines.map((line) => `sandbox> ${line}`).join('\n');
const ask = (changes: JsonObject) => askMessages(sandbox, messagesBody(changes));
const says = (body: JsonObject) =>
  Array.isArray(body.content) ? body.content.map((block) => (isObject(block) ? (block.text ?? block.name) : '')) : [];

describe('in the prompt of an agent', () => {
  const reminder = text('<system-reminder>\nPlan mode is off. Lines may begin with anything.\n</system-reminder>');
  const asked = user([
    reminder,
    text(`<user_query>\n  ${script('say I look.', 'call f {"a":"x"}', 'then', 'say All done.')}\n</user_query>`),
    reminder,
  ]);

  test('a loop runs from the history alone', async () => {
    const messages = [asked];
    const first = await ask({ tools: [TOOL], messages });
    expect(says(first.body)).toEqual(['I look.', 'f']);
    const blocks = (first.body.content as JsonObject[]).map((block) => ({ ...block }));
    const results = { type: 'tool_result', tool_use_id: blocks[1]?.id, content: script('say I am a tool result.') };
    messages.push(assistant(...blocks), user([results, reminder]));
    const second = await ask({ tools: [TOOL], messages });
    expect(says(second.body)).toEqual(['All done.']);
    messages.push(assistant(text('All done.')), user(script('say Next question, next answer.')));
    expect(says((await ask({ tools: [TOOL], messages })).body)).toEqual(['Next question, next answer.']);
  });

  test('a title request with the same prompt gets words instead of a call', async () => {
    const { body } = await ask({ system: 'Write a title.', messages: [asked] });
    expect(says(body)).toEqual(['I look.\nThe simulated model cannot call "f": the request offers no tools.']);
    expect(body.stop_reason).toBe('end_turn');
  });

  test('a script that is wrong answers with what is wrong', async () => {
    const { body } = await ask({ messages: [user(script('say Fine.', 'dance'))] });
    expect(says(body)).toEqual([
      'Fine.\nLine 2 of the sandbox script, "dance", was not understood: "dance" is no directive. There are say, think, repeat, call, finish, fail, pace, stall, cut, usage, then.',
    ]);
  });

  test('repeat makes an answer of that many text events', async () => {
    const { text: stream } = await ask({ stream: true, messages: [user(script('repeat 200 word'))] });
    expect(stream.match(/"type":"text_delta"/g)).toHaveLength(200);
  });
});

describe('failures', () => {
  test('come as often as scripted, in order, as JSON even for streams', async () => {
    const messages = [user(script('fail 503 x2', 'fail throttled x1', 'say Finally.'))];
    const answers = [];
    for (let attempt = 0; attempt < 4; attempt += 1) answers.push(await ask({ stream: attempt < 3, messages }));
    expect(answers.map(({ status, body }) => [status, body.message ?? says(body)])).toEqual([
      [503, 'inference timed out'],
      [503, 'inference timed out'],
      [400, 'all requests were throttled by remote service'],
      [200, ['Finally.']],
    ]);
  });

  test.each([
    ['429', 429, 'too many requests'],
    ['500', 500, 'internal error'],
    ['402', 402, 'budget exceeded'],
    ['390112', 200, 'Your session has expired. Please login again.'],
    ['stream-error', 500, 'internal error'],
  ])('fail %s', async (name, status, message) => {
    const answer = await ask({ messages: [user(script(`fail ${name}`))] });
    expect([answer.status, answer.body.message]).toEqual([status, message]);
    expect(answer.headers.get('retry-after')).toBeNull();
  });

  test('fail reset drops the connection', async () => {
    await expect(ask({ messages: [user(script('fail reset'))] })).rejects.toThrow('fetch failed');
  });

  const streamed = async (...lines: string[]) => {
    const { text: stream } = await ask({ stream: true, messages: [user(script(...lines))] });
    return stream.match(/^event: .*$|^data: \{"error".*$/gm);
  };

  test('fail empty ends well without content', async () => {
    expect(await streamed('fail empty', 'say x')).toEqual(['event: message_start', 'event: message_stop']);
    const { body } = await ask({ messages: [user(script('fail empty', 'say x'))] });
    expect(body).toMatchObject({ type: 'message', content: [] });
  });

  test('fail stream-error breaks off half way, typed or untyped', async () => {
    const error = 'data: {"error":{"message":"Something went wrong during generation","code":"500"}}';
    const half = ['event: message_start', 'event: content_block_start', 'event: content_block_delta'];
    expect(await streamed('fail stream-error', 'say x')).toEqual([...half, 'event: error', error]);
    expect(await streamed('fail stream-error-data', 'say x')).toEqual([...half, error]);
  });

  test('fail unfinished closes without the terminal events', async () => {
    expect((await streamed('fail unfinished', 'say x'))?.at(-1)).toBe('event: content_block_stop');
  });
});

describe('timing', () => {
  test('cut after 3 resets the connection after three events', async () => {
    const response = await postMessages(
      sandbox,
      messagesBody({ stream: true, messages: [user(script('repeat 9 word', 'cut after 3'))] }),
    );
    expect(response.status).toBe(200);
    const read: string[] = [];
    const decoder = new TextDecoder();
    const drain = async () => {
      for await (const bytes of response.body as ReadableStream<Uint8Array>)
        read.push(decoder.decode(bytes, { stream: true }));
    };
    await expect(drain()).rejects.toThrow('terminated');
    expect(read.join('').match(/^event: /gm)).toHaveLength(3);
  });

  test('stall is silence after the headers, pace is silence between events', async () => {
    const lines = script('say one two', 'stall 30s', 'pace 1s');
    const response = await postMessages(sandbox, messagesBody({ stream: true, messages: [user(lines)] }));
    const reader = (response.body as ReadableStream<Uint8Array>).getReader();
    let heard = '';
    const decoder = new TextDecoder();
    const listening = (async () => {
      for (;;) {
        const { done, value } = await reader.read();
        if (done) return;
        heard += decoder.decode(value, { stream: true });
      }
    })();
    await clock.advance(29_999);
    expect(heard).toBe('');
    // start, block start, two deltas, block stop, message delta, message stop: seven events, six pauses.
    while (!heard.includes('message_stop')) {
      await clock.advance(1_000);
      await new Promise(setImmediate);
    }
    await listening;
    expect(heard.match(/^event: /gm)).toHaveLength(7);
  });
});

test('a scenario speaks for its model', async () => {
  const scenario = { 'claude-opus-5': script('say From the scenario.') };
  const played = await createCortexSandbox({ scenario });
  try {
    const opus = await askMessages(played, messagesBody({ model: 'claude-opus-5' }));
    expect(says(opus.body)).toEqual(['From the scenario.']);
    const sonnet = await askMessages(played, messagesBody());
    expect(says(sonnet.body)).toEqual([
      expect.stringMatching(/^This is a simulated reply from the Couloir sandbox/) as string,
    ]);
  } finally {
    await played.close();
  }
});
