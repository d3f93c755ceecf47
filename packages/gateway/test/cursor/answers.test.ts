// What Cursor was seen to take for an answer, and what it reads of one, against what the gateway gives it.
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ChatCompletionStream } from 'openai/lib/ChatCompletionStream';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { JsonObject } from '../../src/ir/json.ts';
import { type CortexSandbox, createCortexSandbox } from '../../src/sandbox/index.ts';
import { type RunningCouloir, startCouloir } from '../support/couloir.ts';
import { ANSWERS, readSample, sample } from './samples.ts';

let sandbox: CortexSandbox;
let recorded: Server;
let couloir: RunningCouloir;

/** Beside Cortex an upstream of another provider, which gives the recorded answers by the model's name. */
beforeAll(async () => {
  sandbox = await createCortexSandbox();
  recorded = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { model } = JSON.parse(Buffer.concat(chunks).toString('utf8')) as { model: string };
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.end(recordedStream(model));
    });
  });
  recorded.listen(0, '127.0.0.1');
  await once(recorded, 'listening');
  const base = `http://127.0.0.1:${(recorded.address() as AddressInfo).port}/v1`;
  const elsewhere = [...ANSWERS.map(([name]) => name), 'context-limit'];
  couloir = await startCouloir({
    config: JSON.stringify({
      accounts: { main: { host: sandbox.url, token: 'sandbox-test' } },
      models: [
        ...['claude-sonnet-4-6', 'openai-gpt-5.2'].map((name) => ({ name, model: name })),
        ...elsewhere.map((name) => ({ name, model: name, provider: 'openai', api_base: base, api_key: 'x' })),
      ],
    }),
  });
});

afterAll(async () => {
  await couloir.stop();
  await sandbox.close();
  recorded.close();
});

function recordedStream(model: string): string {
  if (model !== 'context-limit') return ANSWERS.find(([name]) => name === model)![1];
  const head = { id: 'chatcmpl-1', object: 'chat.completion.chunk', created: 1, model };
  const chunks = JSON.parse(readSample('context-limit-answer.json')) as JsonObject[];
  return [...chunks.map((chunk) => JSON.stringify({ ...head, ...chunk })), '[DONE]']
    .map((data) => `data: ${data}\n\n`)
    .join('');
}

async function ask(body: JsonObject): Promise<string> {
  const response = await fetch(`${couloir.url}/cursor/v1/chat/completions`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${couloir.key}`,
      'content-type': 'application/json',
      'user-agent': 'Cursor/1.0',
    },
    body: JSON.stringify(body),
  });
  const text = await response.text();
  expect(response.status, text).toBe(200);
  return text;
}

function accumulate(stream: string) {
  const lines = stream.split('\n').filter((line) => line.startsWith('data: {'));
  const body = new Blob(lines.map((line) => `${line.slice(6)}\n`)).stream();
  return ChatCompletionStream.fromReadableStream(body).finalChatCompletion();
}

describe('an answer that Cursor took comes through from another provider', () => {
  test.each(ANSWERS)('to %s', async (name, stream) => {
    const answer = await ask({ ...sample(`${name}.json`), model: name, stream: true });
    expect(answer.trimEnd().endsWith('data: [DONE]')).toBe(true);
    const [{ choices }, expected] = await Promise.all([accumulate(answer), accumulate(stream)]);
    expect(choices).toEqual(expected.choices);
  });

  test('with a prompt that is told to be beyond all limits', async () => {
    const { choices, usage } = await accumulate(
      await ask({ model: 'context-limit', stream: true, messages: [{ role: 'user', content: 'hi' }] }),
    );
    expect(choices[0]).toMatchObject({ finish_reason: 'stop', message: { role: 'assistant' } });
    expect(usage).toMatchObject({ prompt_tokens: 1_000_000, completion_tokens: 0 });
  });
});

test.each(['claude-sonnet-4-6', 'openai-gpt-5.2'])(
  'the last chunk of %s has the counts that Cursor reads',
  async (model) => {
    const known = JSON.parse(readSample('usage-chunk.json')) as { usage: JsonObject };
    const prompt =
      'sandbox> usage input=17392 cached=17344 output=50 reasoning=25\nsandbox> think Hm.\nsandbox> say Hi.';
    const body = { model: `${model}-low`, stream: true, input: [{ role: 'user', content: prompt }] };
    const chunks = (await ask(body)).split('\n').filter((line) => line.startsWith('data: {'));
    const last = JSON.parse(chunks.at(-1)!.slice(6)) as JsonObject;
    expect(last).toMatchObject({ object: 'chat.completion.chunk', choices: [], model: `${model}-low` });
    const { completion_tokens_details: thoughts, ...counts } = known.usage;
    // Claude's thoughts are counted with its answers.
    expect(last.usage).toMatchObject(
      model.startsWith('claude') ? counts : { ...counts, completion_tokens_details: thoughts },
    );
  },
);

interface Envelope {
  error: string | { reason: string; message: string };
  details?: { title: string };
}

test.each(JSON.parse(readSample('error-envelopes.json')) as Envelope[])(
  'what to do about $error.reason$details.title is told',
  ({ error, details }) => {
    const page = readFileSync(new URL('../../../../docs/troubleshooting.md', import.meta.url), 'utf8');
    expect(page).toContain(typeof error === 'string' ? error : error.reason);
    expect(page).toContain(
      details?.title ?? (error as { message: string }).message.replace(/^.*(?:private IP)/, 'private IP'),
    );
  },
);
