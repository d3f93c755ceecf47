// Every folder of fixtures/mends is an answer of Cortex and what the client gets of it. `vitest -u` rewrites the latter.
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { checkChatStream } from '../../../test/support/chat-grammar.ts';
import {
  accumulate,
  cortexTarget,
  readFixture,
  toEvents,
  toText,
  WRITER_OPTIONS,
} from '../../../test/support/chat-answers.ts';
import type { JsonObject } from '../../ir/json.ts';
import type { SseEvent } from '../../kit/sse.ts';
import { mendMessage, mendStream } from './index.ts';
import type { MendOptions } from './mend.ts';

const FOLDER = fileURLToPath(new URL('../../../../../fixtures/mends', import.meta.url));

interface Case {
  source: string;
  model: string;
  includeUsage: boolean;
  recording?: string;
  stop?: string[];
  maxOutputTokens?: number;
}

interface Recording {
  interactions: { response: { body?: JsonObject; rawBody?: string } }[];
}

describe.each(readdirSync(FOLDER).filter((name) => !name.endsWith('.md')))('%s', (name) => {
  const golden = JSON.parse(readFixture(`mends/${name}/case.json`)) as Case;
  const target = cortexTarget(golden.model);
  const options: MendOptions = {
    ...WRITER_OPTIONS,
    includeUsage: golden.includeUsage,
    reading: {
      stop: golden.stop ?? [],
      legacyFunctions: false,
      choices: 1,
      ...(golden.maxOutputTokens === undefined ? {} : { maxOutputTokens: golden.maxOutputTokens }),
    },
  };
  const answer = readAnswer(name, golden);

  if (typeof answer === 'string') {
    const mended = run(toEvents(answer), options);

    test('the client gets the expected stream, and a legal one', async () => {
      expect(checkChatStream(mended)).toBeUndefined();
      await expect(toText(mended)).toMatchFileSnapshot(`${FOLDER}/${name}/client.sse`);
    });

    test('mending it again changes nothing', () => {
      if (mended.at(-1)?.data !== '[DONE]') return;
      expect(run(mended, { ...options, reading: { ...options.reading, stop: [] } })).toEqual(mended);
    });

    test('the official SDK reads it', async () => {
      if (mended.at(-1)?.data !== '[DONE]') {
        await expect(accumulate(mended)).rejects.toThrow();
        return;
      }
      const completion = await accumulate(mended);
      await expect(JSON.stringify(completion, null, 2)).toMatchFileSnapshot(`${FOLDER}/${name}/sdk.json`);
    });
  } else {
    test('the client gets the expected answer', async () => {
      const mended = mendMessage(structuredClone(answer), target, options);
      await expect(`${JSON.stringify(mended, null, 2)}\n`).toMatchFileSnapshot(`${FOLDER}/${name}/client.json`);
      expect(mendMessage(structuredClone(mended), target, options)).toEqual(mended);
    });
  }

  function run(events: SseEvent[], runOptions: MendOptions): SseEvent[] {
    const mending = mendStream(target, runOptions);
    return [...events.flatMap((event) => mending.push(event)), ...mending.end()];
  }
});

function readAnswer(name: string, golden: Case): string | JsonObject {
  if (golden.recording === undefined) return readFixture(`mends/${name}/upstream.sse`);
  const recording = JSON.parse(readFixture(`cortex-recordings/${golden.recording}`)) as Recording;
  const { body, rawBody } = recording.interactions[0]!.response;
  return rawBody ?? body!;
}
