/**
 * The bytes that Cortex answers with. Chat completions are recordings of the live service with another text
 * (fixtures/mends, fixtures/cortex-recordings); for Messages, of which no recording is public, they are in the
 * documented form with Bedrock's ids (docs/cortex-quirks.md).
 */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';

export type Dialect = 'chat' | 'messages';

/** What every unary answer says, so that a client can tell an answer from an error. */
export const ANSWER_TEXT = 'Reading and parsing a configuration.';

/** Before the sixteen digits of nanoseconds that each event carries as its text. */
export const STAMP_MARK = '@';
export const STAMP_DIGITS = 16;

/** A streamed answer in the pieces that an upstream sends it in. */
interface StreamedAnswer {
  /** Events before the first with text; may be empty. */
  opening: string;
  /** One event with text, around the stamp. */
  beforeStamp: string;
  afterStamp: string;
  closing: string;
}

interface Answers {
  unary: string;
  streamed: StreamedAnswer;
}

const FIXTURES = resolve(import.meta.dirname, '../fixtures');

export function answersOf(dialect: Dialect): Answers {
  return dialect === 'chat' ? chatAnswers() : messagesAnswers();
}

function chatAnswers(): Answers {
  const recording = JSON.parse(readFileSync(`${FIXTURES}/cortex-recordings/openai-model.json`, 'utf8')) as {
    interactions: [{ response: { body: { choices: [{ message: { content: string } }] } } }];
  };
  const { body } = recording.interactions[0].response;
  body.choices[0].message.content = ANSWER_TEXT;
  const stream = readFileSync(`${FIXTURES}/mends/openai-empty-roles-stream/upstream.sse`, 'utf8');
  const [first, , ...closing] = stream.split(/(?<=\n\n)/);
  return {
    unary: JSON.stringify(body),
    streamed: { opening: '', ...around(first!, '"Hi"'), closing: closing.join('') },
  };
}

/** An event cut where its text stands, quotes kept. */
function around(event: string, text: string): Pick<StreamedAnswer, 'beforeStamp' | 'afterStamp'> {
  const [before, after] = event.split(text);
  return { beforeStamp: `${before}"${STAMP_MARK}`, afterStamp: ` "${after}` };
}

const MESSAGE = {
  id: 'msg_bdrk_01XFDUDYJgAACzvnptvVoYEL',
  type: 'message',
  role: 'assistant',
  model: 'claude-sonnet-4-6',
};
const USAGE = {
  input_tokens: 512,
  cache_creation_input_tokens: 0,
  cache_read_input_tokens: 0,
  cache_creation: { ephemeral_5m_input_tokens: 0, ephemeral_1h_input_tokens: 0 },
  output_tokens: 9,
};
const STOP = { stop_reason: 'end_turn', stop_sequence: null };

function messagesAnswers(): Answers {
  const unary = { ...MESSAGE, content: [{ type: 'text', text: ANSWER_TEXT }], ...STOP, usage: USAGE };
  const open = {
    ...MESSAGE,
    content: [],
    stop_reason: null,
    stop_sequence: null,
    usage: { ...USAGE, output_tokens: 1 },
  };
  const delta = eventText('content_block_delta', { index: 0, delta: { type: 'text_delta', text: 'Hi' } });
  return {
    unary: JSON.stringify(unary),
    streamed: {
      opening:
        eventText('message_start', { message: open }) +
        eventText('content_block_start', { index: 0, content_block: { type: 'text', text: '' } }),
      ...around(delta, '"Hi"'),
      closing:
        eventText('content_block_stop', { index: 0 }) +
        eventText('message_delta', { delta: STOP, usage: { output_tokens: 9 } }) +
        eventText('message_stop', {}),
    },
  };
}

function eventText(type: string, fields: object): string {
  return `event: ${type}\ndata: ${JSON.stringify({ type, ...fields })}\n\n`;
}
