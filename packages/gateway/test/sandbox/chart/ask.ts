/** Questions to a sandbox that nobody has asked before: same seed, same instant, so that alike answers are alike to the byte. */
import type { JsonObject } from '../../../src/ir/json.ts';
import { createCortexSandbox, type Switches } from '../../../src/sandbox/index.ts';
import { fakeClock } from '../../support/fake-clock.ts';
import { at, chat, parse, type RawAnswer } from '../calls.ts';

interface Circumstances {
  /** Sent before, in order. */
  before?: readonly JsonObject[];
  switches?: Partial<Switches>;
  headers?: Record<string, string>;
}

export async function ask(
  body: JsonObject,
  { before = [], switches, headers }: Circumstances = {},
): Promise<RawAnswer> {
  const sandbox = await createCortexSandbox({
    seed: 'chart',
    clock: fakeClock(),
    ...(switches === undefined ? {} : { switches }),
  });
  try {
    for (const earlier of before) await chat(sandbox.url, earlier);
    return await chat(sandbox.url, body, headers);
  } finally {
    await sandbox.close();
  }
}

/** What makes two answers the same. */
export const bytesOf = ({ status, text }: RawAnswer) => ({ status, text });

export const member = ({ text }: RawAnswer, path: string): unknown => at(parse(text), path);
export const contentOf = (answer: RawAnswer) => String(member(answer, 'choices[0].message.content'));
export const usageOf = (answer: RawAnswer, path: string) => Number(member(answer, `usage.${path}`));
/** `[status, message]` of a refusal. */
export const refusalOf = (answer: RawAnswer) => [answer.status, member(answer, 'message')];
